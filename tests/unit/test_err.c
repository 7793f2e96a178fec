/* test_err.c - the result list: one row each, contract codes, inside results stay inside. */
#include "tests/unit/unit.h"
#include <string.h>

static void test_err_row__every_result_has_a_row(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PAY_ERR_COUNT; i++) {
        const struct err_row *row = err_row((enum pay_err)i);
        const char *name = err_name((enum pay_err)i);
        CHECK(name, row->msg && row->msg[0] && row->help);
        CHECK(name, i == PAY_OK ? row->code == 0 && row->http == 200 : row->code >= 40000);
        CHECK_I64(name, row->http == 200 ? 0 : row->http, row->code / 100);
    }
}

static void test_err_row__inside_results_become_a_fault(void **state)
{
    static const enum pay_err INSIDE[] = { PAY_NO_ROW,      PAY_DUPLICATE,     PAY_TRY_AGAIN,
                                           PAY_WRONG_STATE, PAY_FULL,          PAY_STOP,
                                           PAY_ERR_COUNT,   (enum pay_err)9999 };
    (void)state;
    for (size_t i = 0; i < COUNT(INSIDE); i++)
        CHECK_I64(err_name(INSIDE[i]), err_row(INSIDE[i])->code, 50000);
}

static void test_err_name__inside_results_keep_their_name(void **state)
{
    (void)state;
    assert_string_equal(err_name(PAY_NO_ROW), "PAY_NO_ROW");
    assert_string_equal(err_name(PAY_OK), "PAY_OK");
    assert_string_equal(err_name((enum pay_err)9999), "PAY_FAULT");
}

/* Some codes have two causes by the contract (42900, 40906): each says its own. */
static void test_err_row__a_code_has_one_status_and_each_cause_its_words(void **state)
{
    (void)state;
    for (unsigned i = 1; i < PAY_NO_ROW; i++) {
        for (unsigned j = i + 1; j < PAY_NO_ROW; j++) {
            const struct err_row *a = err_row((enum pay_err)i), *b = err_row((enum pay_err)j);
            CHECK(a->name, a->code != b->code || a->http == b->http);
            CHECK(a->name, strcmp(a->msg, b->msg) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_row__every_result_has_a_row),
        cmocka_unit_test(test_err_row__inside_results_become_a_fault),
        cmocka_unit_test(test_err_name__inside_results_keep_their_name),
        cmocka_unit_test(test_err_row__a_code_has_one_status_and_each_cause_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
