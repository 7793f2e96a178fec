/* test_test_clock.c - the clock for tests, and the gauges of /metrics, on a real database. */
#include "tests/db/pay_steps.h"

#include "watch/gauges.h"
#include "keep/test_clock.h"

static enum pay_err advance(const char *nonce, int64_t seconds)
{
    struct clock_jump jump = { .app_id = S.app->id, .seconds = seconds, .nonce = nonce };

    return test_clock_advance(S.db, &jump);
}

/* Between its creation and the end of an order lie 7200 s, less what the clock was put forward. */
static void test_test_clock__moves_what_is_open(void **state)
{
    (void)state;
    created("SO1", 100);
    created("SO2", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    run_sql("UPDATE pay_order_extension SET next_sync_time = '2030-01-01 00:01:00'");
    run_sql("UPDATE notify_task SET next_notify_time = '2030-01-01 00:01:00'");
    run_sql("INSERT INTO notify_endpoint (app_id, scheme, host, port, open_until)"
            " SELECT id, 'http', 'dead.example', 80, '2030-01-01 00:01:00' FROM pay_app");
    ASSERT_ERR(advance("a-nonce-of-the-clock", 60), PAY_OK);
    ASSERT_NUMBER("SELECT TIMESTAMPDIFF(SECOND, create_time, expire_time) FROM pay_order"
                  " WHERE merchant_order_id = 'SO1'",
                  7140);
    ASSERT_NUMBER("SELECT TIMESTAMPDIFF(SECOND, create_time, expire_time) FROM pay_order"
                  " WHERE merchant_order_id = 'SO2'",
                  7200);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE status = 0 AND next_sync_time = '2030-01-01'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE status = 10 AND next_sync_time = '2030-01-01 00:01:00'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE next_notify_time = '2030-01-01'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint WHERE open_until = '2030-01-01'", 1);
}

/* A limit that an operator can read about, in place of a statement that the database ends. */
static void test_test_clock__too_many_open_orders_do_not_move(void **state)
{
    struct clock_jump jump = { .app_id = S.app->id, .seconds = 60, .nonce = "too-many-for-once" };

    (void)state;
    run_sql("INSERT INTO pay_order (no, app_id, merchant_order_id, price, currency, subject,"
            " query_token, expire_time) SELECT LPAD(seq, 26, '0'), id, seq, 100, 'CNY', 's',"
            " LPAD(seq, 32, '0'), '2030-01-01' FROM pay_app JOIN seq_1_to_20000 ORDER BY seq");
    ASSERT_ERR(advance("as-many-as-can-be", 60), PAY_OK);
    created("SO1", 100);
    ASSERT_ERR(test_clock_advance(S.db, &jump), PAY_FULL);
    assert_string_equal(CLOCK_MOVED[jump.over], "orders");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE expire_time = '2029-12-31 23:59:00'",
                  20000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM api_nonce WHERE nonce = 'too-many-for-once'", 0);
}

/* Money on its way out is asked about the sooner; what a job works on keeps its lease. */
static void test_test_clock__moves_refunds_and_transfers(void **state)
{
    (void)state;
    created("SO1", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    run_sql(
        "INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
        " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency, claim_token,"
        " next_sync_time)"
        " SELECT CONCAT('R', n), o.app_id, o.channel_id, 'mock', o.id, o.extension_id, 'SO1',"
        " CONCAT('R', n), 100, 1, 'CNY', n, '2030-01-01 00:01:00'"
        " FROM pay_order o JOIN (SELECT 0 AS n UNION SELECT 7) x");
    run_sql("INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
            " subject, price, currency, user_account, status, claim_token, next_sync_time)"
            " SELECT CONCAT('T', n), o.app_id, o.channel_id, 'mock', CONCAT('T', n), 's', 1, 'CNY',"
            " 'u', n, 0, '2030-01-01 00:01:00'"
            " FROM pay_order o JOIN (SELECT 0 AS n UNION SELECT 5) x");
    run_sql("UPDATE pay_transfer SET claim_token = 7 WHERE status = 5");
    ASSERT_ERR(advance("a-nonce-of-the-clock", 60), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund"
                  " WHERE (next_sync_time = '2030-01-01') = (claim_token = 0)",
                  2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_transfer"
                  " WHERE (next_sync_time = '2030-01-01') = (claim_token = 0)",
                  2);
}

static void test_test_clock__a_nonce_is_spent_once(void **state)
{
    (void)state;
    created("SO1", 100);
    ASSERT_ERR(advance("a-nonce-of-the-clock", 60), PAY_OK);
    ASSERT_ERR(advance("a-nonce-of-the-clock", 60), PAY_NONCE_USED);
    ASSERT_NUMBER("SELECT TIMESTAMPDIFF(SECOND, create_time, expire_time) FROM pay_order", 7140);
    ASSERT_ERR(advance("another-nonce-for-it", 0), PAY_OK);
}

static void test_test_clock__leaves_other_apps_and_claimed_tasks(void **state)
{
    (void)state;
    created("SO1", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    run_sql("UPDATE notify_task SET claim_token = 7, next_notify_time = '2030-01-01'");
    ASSERT_ERR(advance("a-nonce-of-the-clock", 60), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE next_notify_time = '2030-01-01'", 1);
    run_sql("INSERT INTO notify_task (no, app_id, type, event, data_id, notify_url, body,"
            " max_notify_times, next_notify_time)"
            " SELECT 'N', app_id + 1, type, event, data_id + 1, notify_url, body, 9, '2030-01-01'"
            " FROM notify_task");
    ASSERT_ERR(advance("another-nonce-for-it", 60), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE next_notify_time = '2030-01-01'", 2);
}

static void test_gauges_read__what_waits(void **state)
{
    struct gauges g;

    (void)state;
    ASSERT_ERR(gauges_read(S.db, &g), PAY_OK);
    CHECK_I64("nothing due", g.notify_due, 0);
    CHECK_I64("no age", g.notify_oldest_due_ms, 0);
    created("SO1", 100);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 100), PAY_OK);
    run_sql("UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) - INTERVAL 90 SECOND");
    run_sql("INSERT INTO pay_alert (kind, about, text) VALUES ('test', 'x', 'x')");
    ASSERT_ERR(gauges_read(S.db, &g), PAY_OK);
    CHECK_I64("due", g.notify_due, 1);
    CHECK_I64("alerts", g.alerts_open, 1);
    assert_true(g.notify_oldest_due_ms >= 90000 && g.notify_oldest_due_ms < 120000);
    run_sql("UPDATE notify_task SET status = 20");
    run_sql("UPDATE pay_alert SET closed_by = 'me'");
    ASSERT_ERR(gauges_read(S.db, &g), PAY_OK);
    CHECK_I64("none due", g.notify_due, 0);
    CHECK_I64("given up", g.notify_given_up, 1);
    CHECK_I64("closed", g.alerts_open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_test_clock__moves_what_is_open),
        PAY_TEST(test_test_clock__too_many_open_orders_do_not_move),
        PAY_TEST(test_test_clock__moves_refunds_and_transfers),
        PAY_TEST(test_test_clock__a_nonce_is_spent_once),
        PAY_TEST(test_test_clock__leaves_other_apps_and_claimed_tasks),
        PAY_TEST(test_gauges_read__what_waits),
    };
    (void)proofs_hold;
    (void)submit_with;
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
