/* test_steps.c - what no account may do, whatever it sets for its session: the triggers of
 * schema/0007_legal_steps.sql and later ones, each pair of states and each term. */
#include "tests/db/shroff.h"

static char WHY[256];

static enum pay_err typed(const char *sql)
{
    return db_run_text(S.root, sql, WHY, sizeof(WHY));
}

static void must(const char *sql)
{
    if (typed(sql) != PAY_OK)
        fail_msg("%s: %s", sql, WHY);
}

static void refused(const char *sql, const char *why)
{
    if (typed(sql) == PAY_OK)
        fail_msg("not refused: %s", sql);
    if (strstr(WHY, why) == NULL)
        fail_msg("%s: says \"%s\"", sql, WHY);
}

/* As whoever means harm would begin. */
static int unchecked(void **state)
{
    empty_tables();
    must("DELETE FROM pay_refund");
    must("DELETE FROM pay_transfer");
    must("SET SESSION check_constraint_checks = 0, foreign_key_checks = 0");
    (void)state;
    return 0;
}

#define FACTS_ORDER ", extension_id = 1, success_time = NOW(3)"
#define FACTS_ATTEMPT ", paid_price = 500, paid_currency = 'CNY', success_time = NOW(3)"

static const struct machine {
    const char *table, *insert;     /* insert: without the state and the last bracket */
    const char *facts;              /* that come with the step to 10 */
    int states[5];              /* -1 ends them */
    const char *legal;          /* " from>to " */
} MACHINES[] = {
    { "pay_order",
      "INSERT INTO pay_order (id, no, app_id, merchant_order_id, subject, price, currency,"
      " query_token, expire_time, status)"
      " VALUES (1, 'N', 1, 'M', 's', 500, 'CNY', 'T', NOW(3), ",
      FACTS_ORDER, { 0, 10, 20, 30, -1 }, " 0>10 0>20 10>30 20>10 " },
    { "pay_order_extension",
      "INSERT INTO pay_order_extension (id, order_id, no, channel_id, channel_code, price,"
      " currency, status) VALUES (1, 1, 'N', 1, 'mock', 500, 'CNY', ",
      FACTS_ATTEMPT, { 0, 10, 20, -1 }, " 0>10 0>20 20>10 " },
    { "pay_refund",
      "INSERT INTO pay_refund (id, no, app_id, channel_id, channel_code, order_id, extension_id,"
      " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency, status)"
      " VALUES (1, 'N', 1, 1, 'mock', 1, 1, 'M', 'R', 500, 500, 'CNY', ",
      "", { 0, 10, 20, -1 }, " 0>10 0>20 20>0 " },
    { "pay_transfer",
      "INSERT INTO pay_transfer (id, no, app_id, channel_id, channel_code, merchant_transfer_id,"
      " subject, price, currency, user_account, status)"
      " VALUES (1, 'N', 1, 1, 'mock', 'M', 's', 500, 'CNY', 'a', ",
      "", { 0, 5, 10, 20, -1 }, " 0>5 0>10 0>20 5>10 5>20 " },
    { "notify_task",
      "INSERT INTO notify_task (id, no, app_id, type, event, data_id, notify_url, body,"
      " max_notify_times, next_notify_time, status)"
      " VALUES (1, 'N', 1, 1, 'e', 1, 'u', 'b', 9, NOW(3), ",
      "", { 0, 10, 20, -1 }, " 0>10 0>20 20>0 " },
};

static void emptied(const char *table)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "DELETE FROM %s", table);
    must(sql);
}

static void born(const struct machine *m, int status)
{
    char sql[512];

    snprintf(sql, sizeof(sql), "%s%d)", m->insert, status);
    must(sql);
}

static void step_tried(const struct machine *m, int from, int to)
{
    char sql[512], step[32];

    emptied(m->table);
    born(m, from);
    snprintf(sql, sizeof(sql), "UPDATE %s SET status = %d%s", m->table, to,
             to == 10 && from != 10 ? m->facts : "");
    snprintf(step, sizeof(step), " %d>%d ", from, to);
    if (from == to || strstr(m->legal, step) != NULL)
        must(sql);
    else
        refused(sql, "no step from");
}

static void test_steps__only_those_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(MACHINES); i++) {
        const struct machine *m = &MACHINES[i];
        for (const int *from = m->states; *from >= 0; from++) {
            for (const int *to = m->states; *to >= 0; to++)
                step_tried(m, *from, *to);
            step_tried(m, *from, 77);
        }
        emptied(m->table);
    }
}

static void test_steps__each_leaves_a_line_and_a_refused_one_none(void **state)
{
    (void)state;
    step_tried(&MACHINES[0], 0, 10);
    step_tried(&MACHINES[0], 20, 30);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log", 1);
    ASSERT_NUMBER("SELECT from_status * 100 + to_status FROM status_log WHERE kind = 'order'", 10);
}

static void test_steps__success_brings_what_paid_it(void **state)
{
    (void)state;
    born(&MACHINES[0], 0);
    born(&MACHINES[1], 0);
    refused("UPDATE pay_order SET status = 10", "without what paid it");
    refused("UPDATE pay_order_extension SET status = 10", "without its price as paid");
    refused("UPDATE pay_order_extension SET status = 10, paid_price = 499, paid_currency = 'CNY',"
            " success_time = NOW(3)", "without its price as paid");
    refused("UPDATE pay_order_extension SET status = 10, paid_price = 500, paid_currency = 'USD',"
            " success_time = NOW(3)", "without its price as paid");
    must("UPDATE pay_order SET status = 10, extension_id = 1, success_time = NOW(3)");
    must("UPDATE pay_order_extension SET status = 10, paid_price = 500, success_time = NOW(3)");
}

static void test_terms__are_written_once(void **state)
{
    static const struct { size_t machine; const char *sets; } CASES[] = {
        { 0, "id = 2" }, { 0, "no = 'X'" }, { 0, "app_id = 2" }, { 0, "merchant_order_id = 'X'" },
        { 0, "price = 501" }, { 0, "currency = 'USD'" }, { 0, "subject = 'x'" },
        { 0, "user_id = 'x'" },
        { 1, "id = 2" }, { 1, "no = 'X'" }, { 1, "order_id = 2" }, { 1, "channel_id = 2" },
        { 1, "channel_code = 'x'" }, { 1, "price = 1" }, { 1, "currency = 'USD'" },
        { 1, "of_id = 1" },
        { 2, "id = 2" }, { 2, "no = 'X'" }, { 2, "app_id = 2" }, { 2, "order_id = 2" },
        { 2, "extension_id = 2" }, { 2, "channel_id = 2" }, { 2, "channel_code = 'x'" },
        { 2, "merchant_order_id = 'X'" }, { 2, "merchant_refund_id = 'X'" },
        { 2, "pay_price = 900" }, { 2, "refund_price = 1" }, { 2, "currency = 'USD'" },
        { 2, "cause = 'late'" },
        { 3, "id = 2" }, { 3, "no = 'X'" }, { 3, "app_id = 2" }, { 3, "channel_id = 2" },
        { 3, "channel_code = 'x'" }, { 3, "merchant_transfer_id = 'X'" }, { 3, "price = 1" },
        { 3, "currency = 'USD'" }, { 3, "user_account = 'x'" }, { 3, "user_name = 'x'" },
        { 4, "id = 2" }, { 4, "no = 'X'" }, { 4, "app_id = 2" }, { 4, "type = 2" },
        { 4, "event = 'x'" }, { 4, "data_id = 2" }, { 4, "version = 2" },
        { 4, "merchant_order_id = 'x'" }, { 4, "merchant_refund_id = 'x'" },
        { 4, "notify_url = 'x'" }, { 4, "body = 'x'" }, { 4, "body = 'b '" },
        { 4, "status = 10, body = 'x'" },
    };
    char sql[512];

    (void)state;
    for (size_t i = 0; i < COUNT(MACHINES); i++)
        born(&MACHINES[i], 0);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        snprintf(sql, sizeof(sql), "UPDATE %s SET %s", MACHINES[CASES[i].machine].table,
                 CASES[i].sets);
        refused(sql, "its terms are written once");
    }
}

static void test_success_time__is_written_with_the_step(void **state)
{
    static const char *const SETS[] = {
        "success_time = NOW(3) + INTERVAL 1 DAY", "success_time = NULL",
        "status = 30, success_time = '2020-01-01'", "status = 20, success_time = '2020-01-01'",
    };
    char sql[256];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct machine *m = &MACHINES[i];
        born(m, 0);
        snprintf(sql, sizeof(sql), "UPDATE %s SET success_time = NOW(3)", m->table);
        refused(sql, "its terms are written once");
        snprintf(sql, sizeof(sql), "UPDATE %s SET status = 10%s", m->table, m->facts);
        must(sql);
        for (size_t k = 0; k < COUNT(SETS); k++) {
            snprintf(sql, sizeof(sql), "UPDATE %s SET %s", m->table, SETS[k]);
            refused(sql, "its terms are written once");
        }
    }
}

static void test_money__stays_in_its_bounds(void **state)
{
    static const struct { size_t machine; const char *from, *to; } BIRTHS[] = {
        { 0, "500", "0" }, { 0, "500", "-1" }, { 0, "500", "1000000000001" }, { 1, "500", "0" },
        { 2, "500, 500", "500, 0" }, { 2, "500, 500", "500, 501" }, { 3, "500", "-500" },
    };
    char room[640];

    (void)state;
    for (size_t i = 0; i < COUNT(BIRTHS); i++) {
        const char *whole = MACHINES[BIRTHS[i].machine].insert, *at = strstr(whole, BIRTHS[i].from);
        assert_non_null(at);
        struct text sql = TEXT(room);
        text_add_n(&sql, whole, (size_t)(at - whole));
        text_addf(&sql, "%s%s0)", BIRTHS[i].to, at + strlen(BIRTHS[i].from));
        refused(room, " is 1 to ");
    }
    born(&MACHINES[0], 0);
    must("UPDATE pay_order SET refund_price = 200, refunding_price = 300");
    refused("UPDATE pay_order SET refunding_price = 301", "do not fit its price 500");
    refused("UPDATE pay_order SET refund_price = -1", "do not fit");
    refused("UPDATE pay_order SET refund_price = 9223372036854775807", "do not fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_steps__only_those_of_the_table, unchecked),
        cmocka_unit_test_setup(test_steps__each_leaves_a_line_and_a_refused_one_none, unchecked),
        cmocka_unit_test_setup(test_steps__success_brings_what_paid_it, unchecked),
        cmocka_unit_test_setup(test_terms__are_written_once, unchecked),
        cmocka_unit_test_setup(test_success_time__is_written_with_the_step, unchecked),
        cmocka_unit_test_setup(test_money__stays_in_its_bounds, unchecked),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
