/* test_procedures.c - the stored procedures and the C beside them: each argument has its name, and
 * a payment leaves the same rows whether order_pay applies it or the statements of settle do. */
#include "tests/db/pay_steps.h"

#include "checkout/order_open.h"
#include "order/order_row.h"
#include "settle/order_pay.h"
#include "settle/settle_private.h"

static const struct db_procedure *const PROCEDURES[] = { &ORDER_OPEN, &ORDER_OPEN_PAID,
                                                         &ORDER_LATEST, &ORDER_PAY, &NOTIFY_ADD };

static void test_procedures__have_the_arguments_that_are_named(void **state)
{
    static const char SQL[] = "SELECT GROUP_CONCAT(PARAMETER_NAME ORDER BY ORDINAL_POSITION) = ?"
                              "  FROM information_schema.PARAMETERS"
                              " WHERE SPECIFIC_SCHEMA = DATABASE() AND SPECIFIC_NAME = ?";

    (void)state;
    for (size_t i = 0; i < COUNT(PROCEDURES); i++) {
        const struct db_param in[] = { DB_STR(PROCEDURES[i]->args), DB_STR(PROCEDURES[i]->name) };
        int64_t same = 0;
        ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &same), PAY_OK);
        db_end(S.root);
        if (!same)
            fail_msg("%s: its arguments are not %s", PROCEDURES[i]->name, PROCEDURES[i]->args);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM information_schema.ROUTINES"
                  " WHERE ROUTINE_SCHEMA = 'shroff'",
                  COUNT(PROCEDURES));
}

/* ---- the INSERT of an attempt stands in order_open and in checkout_attempt.c */

static void created_with_extras(const char *no, const char *channel)
{
    struct order_terms terms = terms_of(no, 10000);
    struct checkout_call call = call_of(fresh_nonce(), channel);

    call.extras = "{\"n\":1}";
    snprintf(terms.user_ip, sizeof(terms.user_ip), "203.0.113.7");
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
}

static void test_attempt__is_the_same_row_from_both(void **state)
{
    (void)state;
    created_with_extras("I1", "mock");
    created_with_extras("I2", NULL);
    created_with_extras("I2", "mock");
    run_sql("SET @same = (SELECT GROUP_CONCAT(CONCAT('a.', column_name, ' <=> b.', column_name)"
            " SEPARATOR ' AND ') FROM information_schema.columns"
            " WHERE table_schema = 'shroff' AND table_name = 'pay_order_extension'"
            "   AND column_name NOT IN ('id', 'order_id', 'no', 'display_content', 'create_time',"
            "       'update_time', 'display_expire_time', 'next_sync_time'))");
    run_sql("EXECUTE IMMEDIATE CONCAT('SET @same = (SELECT COUNT(*) FROM pay_order_extension a"
            " JOIN pay_order_extension b ON a.id < b.id WHERE ', @same, ')')");
    ASSERT_NUMBER("SELECT @same", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
                  " WHERE e.display_expire_time = o.expire_time"
                  "   AND e.display_content LIKE CONCAT('%/mockpay?pay_id=', e.no, '&%')"
                  "   AND e.update_time = e.create_time"
                  "   AND e.next_sync_time = e.create_time + INTERVAL 10 SECOND",
                  2);
}

/* ---- status_log */

static void test_status_log__is_written_by_hand_typed_sql_too(void **state)
{
    (void)state;
    created("H1", 10000);
    run_sql("UPDATE pay_order_extension SET status = 10, paid_price = price,"
            " success_time = NOW(3)");
    run_sql("UPDATE pay_order SET status = 10, success_time = NOW(3), extension_id ="
            " (SELECT id FROM pay_order_extension)");
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE from_status = 0 AND to_status = 10", 2);
    ASSERT_NUMBER("SELECT @@default_week_format", 0);
}

/* order_pay fails after both rows; the same connection then does it by statements. */
static void test_status_log__is_written_after_a_failed_call_too(void **state)
{
    (void)state;
    created("H2", 10000);
    run_sql("CREATE TRIGGER refuse BEFORE INSERT ON callback_log FOR EACH ROW"
            " SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'not now'");
    assert_int_not_equal(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    run_sql("DROP TRIGGER refuse");
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log", 0);
    struct channel_said said = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);
    ASSERT_ERR(
        settle_by_statements(S.db, &(struct settling){ .channel = channel_now(), .said = &said }),
        PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE from_status = 0 AND to_status = 10", 2);
}

/* ---- both paths */

/* Each case: what was before (order H, attempts C.attempt and OTHER), and what comes. */
static char OTHER[NO_SIZE];

static void nothing(void) {}
static void order_closed(void)
{
    run_sql("UPDATE pay_order SET status = 20");
}
static void attempt_closed(void)
{
    run_sql("UPDATE pay_order_extension SET status = 20, channel_error_code = 'CLOSED',"
            " channel_error_msg = 'ended' ORDER BY id LIMIT 1");
}
static void late_is(const char *late_payment)
{
    char sql[80];

    order_closed();
    snprintf(sql, sizeof(sql), "UPDATE pay_app SET late_payment = '%s'", late_payment);
    run_sql(sql);
    clock_sleep_ms(1100); /* the app's row is kept for 1 s */
}
static void accepted_late(void)
{
    late_is("accept");
}
static void held_late(void)
{
    late_is("hold");
}
static void paid_before(void)
{
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
}
static void other_paid(void)
{
    ASSERT_ERR(settled(OTHER, CHANNEL_SUCCESS, 10000), PAY_OK);
}
static void number_taken(void)
{
    ASSERT_ERR(paid_by(OTHER, "NUMBER"), PAY_OK);
}

static const struct way {
    const char *name;
    void (*before)(void);
    const char *number; /* the channel's; "": it says none */
    enum channel_state state;
    int64_t price, success_time;
    enum pay_err want;
} WAYS[] = {
    { "the usual payment", nothing, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "without a number", nothing, "", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "without a price", nothing, "NUMBER", CHANNEL_SUCCESS, 0, 1763683200123, PAY_OK },
    { "an odd time", nothing, "NUMBER", CHANNEL_SUCCESS, 10000, 1, PAY_OK },
    { "another price", nothing, "NUMBER", CHANNEL_SUCCESS, 9999, 1763683200123, PAY_OTHER_PRICE },
    { "another account", nothing, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123,
      PAY_OTHER_ACCOUNT },
    { "failed", nothing, "NUMBER", CHANNEL_FAILED, 10000, 0, PAY_OK },
    { "closed there", nothing, "NUMBER", CHANNEL_CLOSED, 10000, 0, PAY_OK },
    { "waiting", nothing, "", CHANNEL_WAITING, 10000, 0, PAY_OK },
    { "a late end", paid_before, "", CHANNEL_CLOSED, 10000, 0, PAY_OK },
    { "closed attempt", attempt_closed, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "late", order_closed, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "late, accepted", accepted_late, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "late, held", held_late, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "double", other_paid, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "again", paid_before, "", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "a second payment", paid_before, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123, PAY_OK },
    { "a number of another", number_taken, "NUMBER", CHANNEL_SUCCESS, 10000, 1763683200123,
      PAY_OTHER_PAYMENT },
};

/* Orders, attempts, refunds, notifications, callbacks, steps and alerts as one text. Row numbers
 * and times are left out, since they differ in each run. */
static const char *rows_now(void)
{
    static const char SQL[] =
        "SELECT SHA2(text, 256) AS hex, text FROM (SELECT REGEXP_REPLACE(REPLACE(REPLACE("
        "REPLACE(CONCAT_WS('\\n',"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'order', status, channel_code, channel_fee_rate,"
        "    channel_fee_price, success_time = '2025-11-21 00:00:00.123', channel_user_id,"
        "    channel_order_no, refund_price, refunding_price, version, room, (SELECT COUNT(*) FROM"
        "    pay_order_extension e WHERE e.id < o.extension_id)) ORDER BY id) FROM pay_order o),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'attempt', status, IFNULL(channel_order_no, '-'),"
        "    IFNULL(channel_error_code, '-'), IFNULL(channel_error_msg, '-'),"
        "    IFNULL(paid_price, '-'), IFNULL(paid_currency, '-'), duplicate_paid, of_id IS NULL,"
        "    success_time = '2025-11-21 00:00:00.123', next_sync_time IS NULL, room) ORDER BY id)"
        "    FROM pay_order_extension),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'refund', status, cause, pay_price, refund_price,"
        "    currency, channel_code, next_sync_time IS NULL, (SELECT COUNT(*) FROM"
        "    pay_order_extension e WHERE e.id < r.extension_id)) ORDER BY id) FROM pay_refund r),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'task', type, event, version, merchant_order_id,"
        "    IFNULL(merchant_refund_id, '-'), notify_url, status, lane, notify_times,"
        "    max_notify_times, claim_token, manual, next_notify_time = create_time,"
        "    REGEXP_REPLACE(body, '20[0-9]{2}-[^\"]*Z', 'TIME')) ORDER BY id) FROM notify_task),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'callback', channel_id, kind, remote_address,"
        "    headers, body, verdict, believed, (SELECT COUNT(*) FROM pay_order_extension e"
        "    WHERE e.id < c.extension_id)) ORDER BY id) FROM callback_log c),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'step', kind, from_status, to_status) ORDER BY id)"
        "    FROM status_log),"
        " (SELECT GROUP_CONCAT(CONCAT_WS('|', 'alert', kind, times, text) ORDER BY id)"
        "    FROM pay_alert)),"
        " ?, 'ORDER'), ?, 'ATTEMPT'), ?, 'OTHER'), '[0-9A-Z]{26}', 'NEW') AS text) t";
    static struct rows {
        char hex[65], text[16384];
    } row;
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct rows, hex),
        DB_COLUMN(struct rows, text),
    };
    const struct db_param in[] = { DB_STR(C.order.no), DB_STR(C.attempt.no), DB_STR(OTHER) };

    ASSERT_ERR(db_select(S.root, &(struct db_query){ .sql = SQL,
                                                     .in = in,
                                                     .n = COUNT(in),
                                                     .shape = DB_SHAPE(COLUMNS),
                                                     .row = &row }),
               PAY_OK);
    db_end(S.root);
    return row.text;
}

static void way_begun(const struct way *way)
{
    char first[NO_SIZE];

    empty_tables();
    run_sql("UPDATE pay_app SET late_payment = 'refund'");
    created("H", 10000);
    snprintf(first, sizeof(first), "%s", C.attempt.no);
    another_attempt();
    snprintf(OTHER, sizeof(OTHER), "%s", C.attempt.no);
    snprintf(C.attempt.no, sizeof(C.attempt.no), "%s", first);
    way->before();
}

static enum verdict CALL_VERDICT;

static enum pay_err way_gone(const struct way *way, bool by_statements)
{
    struct channel_said said = result_of(C.attempt.no, way->state, way->price);
    struct callback_raw raw = { .channel_id = S.channel_id,
                                .remote_address = "127.0.0.1",
                                .headers = "{}",
                                .body = "as it came \x80",
                                .body_len = 12 };

    said.success_time = way->success_time;
    said.other_account = way->want == PAY_OTHER_ACCOUNT;
    snprintf(said.channel_no, sizeof(said.channel_no), "%s", way->number);
    snprintf(said.channel_user_id, sizeof(said.channel_user_id), "payer");
    if (!by_statements)
        return settle(S.db, channel_now(), &said, &raw, &CALL_VERDICT);
    struct settling work = { .channel = channel_now(), .said = &said, .raw = &raw };
    enum pay_err err = settle_by_statements(S.db, &work);
    assert_int_equal(work.verdict, CALL_VERDICT);
    return err;
}

/* What it writes takes the place of the column `room`: on both paths, as the next test shows. */
static void test_settle__a_payment_does_not_make_rows_grow(void **state)
{
    (void)state;
    created("R1", 10000);
    ASSERT_NUMBER("SELECT LENGTH(o.room) + LENGTH(e.room)"
                  "  FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id",
                  96 + 40);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT LENGTH(o.room) + LENGTH(e.room)"
                  "  FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id",
                  0);
}

static void test_settle__leaves_the_same_rows_on_both_paths(void **state)
{
    static char by_call[16384];

    (void)state;
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        way_begun(&WAYS[i]);
        ASSERT_ERR(way_gone(&WAYS[i], false), WAYS[i].want);
        snprintf(by_call, sizeof(by_call), "%s", rows_now());
        assert_non_null(strstr(by_call, "callback|"));
        way_begun(&WAYS[i]);
        ASSERT_ERR(way_gone(&WAYS[i], true), PAY_OK);
        if (strcmp(by_call, rows_now()) != 0)
            fail_msg("%s:\nby the call:\n%s\nby statements:\n%s", WAYS[i].name, by_call,
                     rows_now());
    }
    run_sql("UPDATE pay_app SET late_payment = 'refund'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_procedures__have_the_arguments_that_are_named),
        MONEY_TEST(test_attempt__is_the_same_row_from_both),
        PAY_TEST(test_status_log__is_written_by_hand_typed_sql_too),
        PAY_TEST(test_status_log__is_written_after_a_failed_call_too),
        PAY_TEST(test_settle__a_payment_does_not_make_rows_grow),
        PAY_TEST(test_settle__leaves_the_same_rows_on_both_paths),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
