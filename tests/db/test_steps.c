/* test_steps.c - what no account may do, whatever it sets for its session: the triggers of
 * schema/procedures, each pair of states and each term. */
#include "tests/db/shroff.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"

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
    must("DELETE FROM pay_transfer");
    must("SET SESSION check_constraint_checks = 0, foreign_key_checks = 0");
    (void)state;
    return 0;
}

#define FACTS_ORDER ", extension_id = 1, success_time = NOW(3)"
#define FACTS_BACK ", refund_price = price" /* that come with the order's step to 30 */
#define FACTS_ATTEMPT ", paid_price = 500, paid_currency = 'CNY', success_time = NOW(3)"

static const struct machine {
    const struct state_table *of;
    const char *insert; /* without the state and the last bracket */
    const char *facts;  /* that come with the step to 10 */
} MACHINES[] = {
    { &ORDER_STATE_TABLE,
      "INSERT INTO pay_order (id, no, app_id, merchant_order_id, subject, price, currency,"
      " query_token, expire_time, status)"
      " VALUES (1, 'N', 1, 'M', 's', 500, 'CNY', 'T', NOW(3), ",
      FACTS_ORDER },
    { &ATTEMPT_STATE_TABLE,
      "INSERT INTO pay_order_extension (id, order_id, no, channel_id, channel_code, price,"
      " currency, status) VALUES (1, 1, 'N', 1, 'mock', 500, 'CNY', ",
      FACTS_ATTEMPT },
    { &REFUND_STATE_TABLE,
      "INSERT INTO pay_refund (id, no, app_id, channel_id, channel_code, order_id, extension_id,"
      " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency, status)"
      " VALUES (1, 'N', 1, 1, 'mock', 1, 1, 'M', 'R', 500, 500, 'CNY', ",
      ", success_time = NOW(3)" },
    { &TRANSFER_STATE_TABLE,
      "INSERT INTO pay_transfer (id, no, app_id, channel_id, channel_code, merchant_transfer_id,"
      " subject, price, currency, user_account, status)"
      " VALUES (1, 'N', 1, 1, 'mock', 'M', 's', 500, 'CNY', 'a', ",
      ", success_time = NOW(3)" },
    { &NOTIFY_STATE_TABLE,
      "INSERT INTO notify_task (id, no, app_id, type, event, data_id, notify_url, body,"
      " max_notify_times, next_notify_time, status)"
      " VALUES (1, 'N', 1, 1, 'e', 1, 'u', 'b', 9, NOW(3), ",
      "" },
};

static void emptied(const char *table)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "DELETE FROM %s", table);
    must(sql);
}

static void born(const struct machine *m, int64_t status)
{
    char sql[512];

    snprintf(sql, sizeof(sql), "%s%lld)", m->insert, (long long)status);
    must(sql);
}

static void step_tried(const struct machine *m, int64_t from, int64_t to)
{
    char sql[512];

    emptied(m->of->table);
    born(m, from);
    snprintf(sql, sizeof(sql), "UPDATE %s SET status = %lld%s", m->of->table, (long long)to,
             to == 10 && from != 10 ? m->facts
             : to == ORDER_REFUND   ? FACTS_BACK
                                    : "");
    if (from == to || state_step_is_legal(m->of, from, to))
        must(sql);
    else
        refused(sql, "no step from");
}

static void test_steps__only_those_of_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(MACHINES); i++) {
        const struct machine *m = &MACHINES[i];
        for (const struct word *from = m->of->rows; from->word != NULL; from++) {
            for (const struct word *to = m->of->rows; to->word != NULL; to++)
                step_tried(m, from->number, to->number);
            step_tried(m, from->number, 77);
        }
        emptied(m->of->table);
    }
}

/* A new row is in the first state. The comment of the column names all states. */
static void test_schema__begins_and_explains_as_the_table(void **state)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = 'shroff' AND TABLE_NAME = ? AND COLUMN_NAME = 'status'"
        "   AND COLUMN_DEFAULT = ? AND LEFT(COLUMN_COMMENT, CHAR_LENGTH(?)) = ?";
    char room[256];
    int64_t count;

    (void)state;
    for (size_t i = 0; i < COUNT(MACHINES); i++) {
        const struct state_table *of = MACHINES[i].of;
        struct text words = TEXT(room);
        for (const struct word *row = of->rows; row->word != NULL; row++)
            text_addf(&words, "%s%lld %s", row == of->rows ? "" : ", ", (long long)row->number,
                      row->word);
        const struct db_param in[] = {
            DB_STR(of->table),
            DB_NUM(of->rows->number),
            DB_STR(room),
            DB_STR(room),
        };
        ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &count), PAY_OK);
        db_end(S.root);
        if (count != 1)
            fail_msg("%s.status does not begin as, or does not explain: %s", of->table, room);
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
            " success_time = NOW(3)",
            "without its price as paid");
    refused("UPDATE pay_order_extension SET status = 10, paid_price = 500, paid_currency = 'USD',"
            " success_time = NOW(3)",
            "without its price as paid");
    must("UPDATE pay_order SET status = 10, extension_id = 1, success_time = NOW(3)");
    must("UPDATE pay_order_extension SET status = 10, paid_price = 500, success_time = NOW(3)");
    born(&MACHINES[3], 5);
    refused("UPDATE pay_transfer SET status = 10", "without its time");
}

/* An order is in state 30 when all of its price is back, and only then. */
static void test_refund__is_a_step_with_its_money(void **state)
{
    (void)state;
    born(&MACHINES[0], 0);
    refused("UPDATE pay_order SET refund_price = 1", "with 1 of 500 back");
    refused("UPDATE pay_order SET refunding_price = 1", "no step from 0 to 0");
    must("UPDATE pay_order SET status = 10" FACTS_ORDER);
    refused("UPDATE pay_order SET status = 30", "from 10 to 30 with 0 of 500 back");
    refused("UPDATE pay_order SET status = 30, refund_price = 499", "with 499 of 500 back");
    refused("UPDATE pay_order SET refund_price = 500", "from 10 to 10 with 500 of 500 back");
    must("UPDATE pay_order SET refunding_price = 500");
    must("UPDATE pay_order SET refunding_price = 0, refund_price = 500, status = 30");
    must("UPDATE pay_order SET refund_count = 2");
    refused("UPDATE pay_order SET refund_count = 2147483647", "written once");
    refused("UPDATE pay_order SET refund_count = -5", "written once");
    refused("UPDATE pay_order SET refund_price = 501", "do not fit");
}

static void test_display__is_written_once(void **state)
{
    (void)state;
    born(&MACHINES[1], 0);
    must("UPDATE pay_order_extension SET display_content = 'https://a/'");
    must("UPDATE pay_order_extension SET display_content = 'c', display_mode = 'redirect'");
    must("UPDATE pay_order_extension SET display_expire_time = NOW(3)");
    refused("UPDATE pay_order_extension SET display_content = 'https://b/'", "written once");
    refused("UPDATE pay_order_extension SET display_mode = NULL", "written once");
    refused("UPDATE pay_order_extension SET sync_times = 2147483647", "written once");
    refused("UPDATE pay_order_extension SET display_content = NULL", "written once");
}

/* A note of a later time would let no payment count. */
static void test_cancel__is_noted_when_it_is_sent(void **state)
{
    (void)state;
    born(&MACHINES[1], 0);
    refused("UPDATE pay_order_extension SET cancel_time = UTC_TIMESTAMP(3) + INTERVAL 1 MINUTE",
            "written once");
    must("UPDATE pay_order_extension SET cancel_time = UTC_TIMESTAMP(3)");
    must("UPDATE pay_order_extension SET cancel_time = cancel_time - INTERVAL 1 MINUTE");
    must("UPDATE pay_order_extension SET status = 20");
    refused("UPDATE pay_order_extension SET cancel_time = UTC_TIMESTAMP(3)", "written once");
    must("UPDATE pay_order_extension SET cancel_time = cancel_time - INTERVAL 1 MINUTE");
}

static void test_records__are_not_rewritten(void **state)
{
    (void)state;
    must("DELETE FROM notify_log");
    must("INSERT INTO notify_log (id, task_id, notify_times, status, error_code)"
         " VALUES (1, 1, 1, 22, 'DNS'), (2, 1, 2, 22, 'RUNNER_LOST')");
    refused("UPDATE notify_log SET reason = 'x' WHERE id = 1", "never changed");
    refused("UPDATE notify_log SET status = 77 WHERE id = 2", "never changed");
    refused("UPDATE notify_log SET task_id = 2 WHERE id = 2", "never changed");
    must("UPDATE notify_log SET status = 10, error_code = 'OK' WHERE id = 2");
    refused("UPDATE notify_log SET status = 22 WHERE id = 2", "never changed");
    must("DELETE FROM notify_log");
    must("INSERT INTO pay_alert (kind, about, text) VALUES ('steps', 'a', 't')");
    refused("UPDATE pay_alert SET text = 'x' WHERE kind = 'steps'", "is not rewritten");
    refused("UPDATE pay_alert SET about = 'x', times = 2 WHERE kind = 'steps'", "is not rewritten");
    must("UPDATE pay_alert SET text = 'x', times = 2 WHERE kind = 'steps'");
    refused("UPDATE pay_alert SET times = 1 WHERE kind = 'steps'", "is not rewritten");
    must("UPDATE pay_alert SET closed_by = 'me' WHERE kind = 'steps'");
    must("DELETE FROM pay_alert WHERE kind = 'steps'");
}

static void test_terms__are_written_once(void **state)
{
    /* clang-format off */
    static const struct { size_t machine; const char *sets; } CASES[] = {
        { 0, "id = 2" }, { 0, "no = 'X'" }, { 0, "app_id = 2" }, { 0, "merchant_order_id = 'X'" },
        { 0, "price = 501" }, { 0, "currency = 'USD'" }, { 0, "subject = 'x'" },
        { 0, "user_id = 'x'" }, { 0, "version = 2" }, { 0, "version = -1" },
        { 0, "channel_user_id = 'x'" },
        { 1, "id = 2" }, { 1, "no = 'X'" }, { 1, "order_id = 2" }, { 1, "channel_id = 2" },
        { 1, "channel_code = 'x'" }, { 1, "price = 1" }, { 1, "currency = 'USD'" },
        { 1, "of_id = 1" },
        { 2, "id = 2" }, { 2, "no = 'X'" }, { 2, "app_id = 2" }, { 2, "order_id = 2" },
        { 2, "extension_id = 2" }, { 2, "channel_id = 2" }, { 2, "channel_code = 'x'" },
        { 2, "merchant_order_id = 'X'" }, { 2, "merchant_refund_id = 'X'" },
        { 2, "pay_price = 900" }, { 2, "refund_price = 1" }, { 2, "currency = 'USD'" },
        { 2, "cause = 'late'" }, { 2, "version = 1" }, { 2, "status = 20, version = 2" },
        { 3, "id = 2" }, { 3, "no = 'X'" }, { 3, "app_id = 2" }, { 3, "channel_id = 2" },
        { 3, "channel_code = 'x'" }, { 3, "merchant_transfer_id = 'X'" }, { 3, "price = 1" },
        { 3, "currency = 'USD'" }, { 3, "user_account = 'x'" }, { 3, "user_name = 'x'" },
        { 3, "version = 1" }, { 3, "status = 20, version = 2" },
        { 4, "id = 2" }, { 4, "no = 'X'" }, { 4, "app_id = 2" }, { 4, "type = 2" },
        { 4, "event = 'x'" }, { 4, "data_id = 2" }, { 4, "version = 2" },
        { 4, "merchant_order_id = 'x'" }, { 4, "merchant_refund_id = 'x'" },
        { 4, "notify_url = 'x'" }, { 4, "body = 'x'" }, { 4, "body = 'b '" },
        { 4, "status = 10, body = 'x'" },
    };
    /* clang-format on */
    char sql[512];

    (void)state;
    for (size_t i = 0; i < COUNT(MACHINES); i++)
        born(&MACHINES[i], 0);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        snprintf(sql, sizeof(sql), "UPDATE %s SET %s", MACHINES[CASES[i].machine].of->table,
                 CASES[i].sets);
        refused(sql, "its terms are written once");
    }
}

static void test_success_time__is_written_with_the_step(void **state)
{
    static const char *const SETS[] = {
        "success_time = NOW(3) + INTERVAL 1 DAY",
        "success_time = NULL",
        "status = 30, success_time = '2020-01-01'",
        "status = 20, success_time = '2020-01-01'",
    };
    char sql[256];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct machine *m = &MACHINES[i];
        born(m, 0);
        snprintf(sql, sizeof(sql), "UPDATE %s SET success_time = NOW(3)", m->of->table);
        refused(sql, "its terms are written once");
        snprintf(sql, sizeof(sql), "UPDATE %s SET status = 10%s", m->of->table, m->facts);
        must(sql);
        for (size_t k = 0; k < COUNT(SETS); k++) {
            snprintf(sql, sizeof(sql), "UPDATE %s SET %s", m->of->table, SETS[k]);
            refused(sql, "its terms are written once");
        }
    }
}

/* What a payment was is written with the step, and cannot change with or after it. */
static void test_payment__is_written_with_the_step(void **state)
{
    static const struct {
        size_t machine;
        const char *sets;
    } CASES[] = {
        { 0, "extension_id = 2" },
        { 0, "channel_id = 2" },
        { 0, "channel_code = 'x'" },
        { 0, "channel_fee_rate = 1" },
        { 0, "channel_fee_price = 1" },
        { 0, "channel_order_no = 'X'" },
        { 1, "paid_price = 1" },
        { 1, "paid_currency = 'USD'" },
        { 1, "duplicate_paid = 1" },
        { 1, "channel_order_no = 'X'" },
        { 2, "success_time = '2020-01-01'" },
        { 3, "success_time = '2020-01-01'" },
    };
    static const char *const NUMBERS[] = {
        "channel_order_no",
        "channel_order_no",
        "channel_refund_no",
        "channel_transfer_no",
    };
    char sql[256];

    (void)state;
    for (size_t i = 0; i < COUNT(NUMBERS); i++)
        born(&MACHINES[i], 0);
    for (size_t i = 0; i < 2 * COUNT(CASES); i++) {
        const char *table = MACHINES[CASES[i % COUNT(CASES)].machine].of->table;
        for (size_t k = 0; i == COUNT(CASES) && k < COUNT(NUMBERS); k++) {
            snprintf(sql, sizeof(sql), "UPDATE %s SET status = 10%s", MACHINES[k].of->table,
                     MACHINES[k].facts);
            must(sql);
            snprintf(sql, sizeof(sql), "UPDATE %s SET %s = 'A'", MACHINES[k].of->table, NUMBERS[k]);
            must(sql);
            snprintf(sql, sizeof(sql), "UPDATE %s SET %s = NULL", MACHINES[k].of->table,
                     NUMBERS[k]);
            refused(sql, "its terms are written once");
        }
        snprintf(sql, sizeof(sql), "UPDATE %s SET %s", table, CASES[i % COUNT(CASES)].sets);
        refused(sql, "its terms are written once");
    }
}

static void test_money__stays_in_its_bounds(void **state)
{
    static const struct {
        size_t machine;
        const char *from, *to;
    } BIRTHS[] = {
        { 0, "500", "0" },    { 0, "500", "-1" },          { 0, "500", "1000000000001" },
        { 1, "500", "0" },    { 2, "500, 500", "500, 0" }, { 2, "500, 500", "500, 501" },
        { 3, "500", "-500" },
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
    born(&MACHINES[0], ORDER_SUCCESS);
    must("UPDATE pay_order SET refund_price = 200, refunding_price = 300");
    refused("UPDATE pay_order SET refunding_price = 301", "do not fit its price 500");
    refused("UPDATE pay_order SET refund_price = -1", "do not fit");
    refused("UPDATE pay_order SET refund_price = 199", "never grows less");
    refused("UPDATE pay_order SET refund_price = 9223372036854775807", "do not fit");
}

static void test_apps_and_channels__stay(void **state)
{
    (void)state;
    refused("DELETE FROM pay_channel", "a channel is never deleted");
    refused("DELETE FROM pay_app", "an app is never deleted");
    refused("UPDATE pay_channel SET id = id + 1000", "a channel keeps its number");
    refused("UPDATE pay_app SET id = id + 1000", "an app keeps its number");
    refused("UPDATE pay_channel SET app_id = app_id + 1", "a channel keeps its number and app");
    refused("UPDATE pay_channel SET fee_rate = -1", "no such state or fee_rate");
    refused("UPDATE pay_channel SET status = 2", "no such state or fee_rate");
    refused("UPDATE pay_app SET app_key = 'x'", "an app keeps its number and app_key");
    refused("UPDATE pay_app SET status = 2", "no such state or late_payment");
    refused("UPDATE pay_app SET late_payment = 'x'", "no such state or late_payment");
    must("UPDATE pay_app SET remark = 'x'");
    must("UPDATE pay_channel SET remark = 'x'");
}

static void test_keys__stay_with_their_app(void **state)
{
    (void)state;
    must("INSERT INTO pay_app_key (app_id, key_id, algorithm, secret_sealed, fingerprint, scopes)"
         " SELECT MIN(id), 'steps', 'HMAC-SHA256', 'x', UNHEX(SHA2('steps', 256)), ''"
         " FROM pay_app");
    refused("UPDATE pay_app_key SET app_id = app_id + 1", "a key keeps its app");
    refused("UPDATE pay_app_key SET key_id = 'x'", "a key keeps its app");
    refused("UPDATE pay_app_key SET algorithm = 'RSA2'", "a key keeps its app");
    must("UPDATE pay_app_key SET status = 1 WHERE key_id = 'steps'");
    refused("UPDATE pay_app_key SET status = 0 WHERE key_id = 'steps'", "stays revoked");
    must("DELETE FROM pay_app_key WHERE key_id = 'steps'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_steps__only_those_of_the_table, unchecked),
        cmocka_unit_test(test_schema__begins_and_explains_as_the_table),
        cmocka_unit_test_setup(test_steps__each_leaves_a_line_and_a_refused_one_none, unchecked),
        cmocka_unit_test_setup(test_steps__success_brings_what_paid_it, unchecked),
        cmocka_unit_test_setup(test_refund__is_a_step_with_its_money, unchecked),
        cmocka_unit_test_setup(test_display__is_written_once, unchecked),
        cmocka_unit_test_setup(test_cancel__is_noted_when_it_is_sent, unchecked),
        cmocka_unit_test_setup(test_records__are_not_rewritten, unchecked),
        cmocka_unit_test_setup(test_terms__are_written_once, unchecked),
        cmocka_unit_test_setup(test_success_time__is_written_with_the_step, unchecked),
        cmocka_unit_test_setup(test_payment__is_written_with_the_step, unchecked),
        cmocka_unit_test_setup(test_money__stays_in_its_bounds, unchecked),
        cmocka_unit_test_setup(test_apps_and_channels__stay, unchecked),
        cmocka_unit_test_setup(test_keys__stay_with_their_app, unchecked),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
