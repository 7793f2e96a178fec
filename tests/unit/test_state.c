/* test_state.c - the states as the contract numbers and names them, and what their tables make. */
#include "tests/unit/unit.h"

#include "base/state.h"
#include "base/text.h"
#include "app/app_state.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"
#include "watch/states.h"

/* The contract's own table, typed once more. */
static const struct {
    const struct state_table *of;
    const char *words, *steps;
} CONTRACT[] = {
    { &ORDER_STATE_TABLE, "WAITING 0, SUCCESS 10, CLOSED 20, REFUND 30", "0>10 0>20 10>30 20>10" },
    { &ATTEMPT_STATE_TABLE, "WAITING 0, SUCCESS 10, CLOSED 20", "0>10 0>20 20>10" },
    { &REFUND_STATE_TABLE, "WAITING 0, SUCCESS 10, FAILURE 20", "0>10 0>20 20>0" },
    { &TRANSFER_STATE_TABLE, "WAITING 0, PROCESSING 5, SUCCESS 10, CLOSED 20",
      "0>5 0>10 0>20 5>10 5>20" },
    { &NOTIFY_STATE_TABLE, "WAITING 0, SUCCESS 10, FAILURE 20", "0>10 0>20 20>0" },
    { &TRY_STATE_TABLE, "SUCCESS 10, NOT_ACKNOWLEDGED 21, REQUEST_FAILED 22", "22>10 22>21" },
    { &APP_STATE_TABLE, "ENABLED 0, DISABLED 1", "0>1 1>0" },
    { &KEY_STATE_TABLE, "LIVE 0, REVOKED 1", "0>1" },
    { &CHANNEL_STATE_TABLE, "ENABLED 0, DISABLED 1", "0>1 1>0" },
};

static void test_state_table__is_the_contracts(void **state)
{
    char room[256];

    (void)state;
    for (size_t i = 0; i < COUNT(CONTRACT); i++) {
        const struct state_table *of = CONTRACT[i].of;
        struct text words = TEXT(room);
        for (const struct word *row = of->rows; row->word != NULL; row++)
            text_addf(&words, "%s%s %lld", row == of->rows ? "" : ", ", row->word,
                      (long long)row->number);
        CHECK_TEXT(of->kind, room, CONTRACT[i].words);
        struct text steps = TEXT(room);
        for (const struct state_step *step = of->steps; step->why != NULL; step++)
            text_addf(&steps, "%s%lld>%lld", step == of->steps ? "" : " ", (long long)step->from,
                      (long long)step->to);
        CHECK_TEXT(of->kind, room, CONTRACT[i].steps);
        assert_ptr_equal(STATE_TABLES[i], of);
    }
    assert_null(STATE_TABLES[COUNT(CONTRACT)]);
}

static void test_state_word__both_ways(void **state)
{
    int64_t number = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(CONTRACT); i++)
        for (const struct word *row = CONTRACT[i].of->rows; row->word != NULL; row++) {
            CHECK_TEXT(row->word, state_word(CONTRACT[i].of, row->number), row->word);
            CHECK(row->word, state_parse(CONTRACT[i].of, row->word, &number));
            CHECK_I64(row->word, number, row->number);
        }
    number = 7;
    assert_false(state_parse(&ORDER_STATE_TABLE, "waiting", &number));
    assert_false(state_parse(&ORDER_STATE_TABLE, "", &number));
    assert_false(state_parse(&ATTEMPT_STATE_TABLE, "REFUND", &number));
    assert_int_equal(number, 7);
    assert_string_equal(state_word(&ORDER_STATE_TABLE, 5), "");
    assert_string_equal(state_word(&ATTEMPT_STATE_TABLE, ORDER_REFUND), "");
}

static void test_state_step__only_those_of_the_table(void **state)
{
    (void)state;
    assert_true(state_step_is_legal(&ORDER_STATE_TABLE, ORDER_CLOSED, ORDER_SUCCESS));
    assert_false(state_step_is_legal(&ORDER_STATE_TABLE, ORDER_SUCCESS, ORDER_CLOSED));
    assert_false(state_step_is_legal(&ORDER_STATE_TABLE, ORDER_WAITING, ORDER_WAITING));
    assert_false(state_step_is_legal(&TRY_STATE_TABLE, TRY_SUCCESS, TRY_FAILED));
}

static void test_state_sql__comes_from_the_line_of_the_state(void **state)
{
    (void)state;
    assert_string_equal("status = " STATE(ORDER_CLOSED), "status = 20");
    assert_string_equal("'SUCCESS'", STATE_WORD(NOTIFY_SUCCESS));
    assert_string_equal("status IN " STATE_IN(ORDER_PAID), "status IN (-1, 10, 30)");
    assert_string_equal(STATE_CASE("x.s", ATTEMPT_STATES),
                        "CASE x.s WHEN 0 THEN 'WAITING' WHEN 10 THEN 'SUCCESS'"
                        " WHEN 20 THEN 'CLOSED' ELSE x.s END");
    assert_string_equal(STATE_PAIRS(REFUND_STEPS), "((-1, -1), (0, 10), (0, 20), (20, 0))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_table__is_the_contracts),
        cmocka_unit_test(test_state_word__both_ways),
        cmocka_unit_test(test_state_step__only_those_of_the_table),
        cmocka_unit_test(test_state_sql__comes_from_the_line_of_the_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
