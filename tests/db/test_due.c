/* test_due.c - what a job's look at due rows costs while thousands of an owner that is left out are
 * due: the index alone is read, so that others do not wait behind them. And whose rows a job works
 * on while channels of an app hang. */
#include "tests/db/pay_steps.h"

#include "checkout/checkout_refund.h"
#include "checkout/checkout_transfer.h"
#include "job/job_drain.h"
#include "settle/close.h"
#include "settle/sync.h"

#define MANY "20000"
#define PAGES_MAX 5000 /* a page of the index has some 300 rows, but each row read takes three */
#define WINDOW_PAGES_MAX 10000 /* of 2,048 orders, four each; of all orders it is 80,000 */

static const char PAGES[] = "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM"
                            " information_schema.GLOBAL_STATUS"
                            " WHERE VARIABLE_NAME = 'INNODB_BUFFER_POOL_READ_REQUESTS'";

/* App 77 with channel 77, and channels 2 to 12 of the app of the tests: eleven that hang. */
static void plant_owners(void)
{
    run_sql("INSERT INTO pay_app (id, name, app_key, webhook_secret_sealed)"
            " SELECT 77, 'other', 'other', webhook_secret_sealed FROM pay_app WHERE id = 1");
    run_sql("INSERT INTO pay_channel (id, app_id, code, config, config_sealed)"
            " SELECT 77, 77, 'mock', config, config_sealed FROM pay_channel WHERE id = 1");
    run_sql("INSERT INTO pay_channel (id, app_id, code, config, config_sealed)"
            " SELECT seq, 1, CONCAT('hangs', seq), config, config_sealed"
            "   FROM pay_channel JOIN seq_2_to_12 WHERE id = 1");
}

/* Rows of the app and of its channel; the last of each kind is another's, and due last. The server
 * counts pages of everything that reads them, so it does not look at the new rows by itself. */
static void plant(void)
{
    run_sql("SET GLOBAL innodb_stats_auto_recalc = OFF");
    run_sql("INSERT INTO pay_order (no, app_id, merchant_order_id, subject, price, currency,"
            " expire_time, query_token, create_time)"
            " SELECT CONCAT('01AA', LPAD(seq, 22, '0')), IF(seq > " MANY ", 77, 1),"
            "        CONCAT('P', seq), 'x', 100, 'CNY', UTC_TIMESTAMP(3) - INTERVAL 1 HOUR +"
            "        INTERVAL seq MICROSECOND, LPAD(HEX(seq), 32, 'a'), UTC_TIMESTAMP(3)"
            "   FROM seq_1_to_20001");
    run_sql("INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price,"
            " currency, next_sync_time)"
            " SELECT id, CONCAT('01BB', SUBSTR(no, 5)), app_id, 'mock', price, currency,"
            " expire_time FROM pay_order");
    run_sql("INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
            " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency,"
            " next_sync_time)"
            " SELECT CONCAT('01CC', SUBSTR(o.no, 5)), o.app_id, o.app_id, 'mock', o.id, e.id,"
            " o.merchant_order_id, o.merchant_order_id, 100, 100, 'CNY', o.expire_time"
            " FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id");
    run_sql("INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
            " subject, price, currency, user_account, next_sync_time)"
            " SELECT CONCAT('01DD', SUBSTR(no, 5)), app_id, app_id, 'mock', merchant_order_id, 'x',"
            " 100, 'CNY', 'somebody', expire_time FROM pay_order");
    run_sql("ANALYZE TABLE pay_order, pay_order_extension, pay_refund, pay_transfer");
    run_sql("SET GLOBAL innodb_max_purge_lag_wait = 0");
}

static void claims_but(const char *name, const struct db_due *due, const struct db_due_not *not_of)
{
    struct db_due_rows rows;
    int64_t pages = number_of(PAGES);

    ASSERT_ERR(db_due_claim(S.db, due, 8, not_of, &rows), PAY_OK);
    pages = number_of(PAGES) - pages;
    printf("%s: %lld pages\n", name, (long long)pages);
    CHECK_I64(name, rows.count, 1);
    CHECK_I64(name, rows.at[0].app, 77);
    CHECK_I64(name, rows.at[0].channel, due->owners == OF_APP_AND_CHANNEL ? 77 : 0);
    CHECK(name, pages < PAGES_MAX);
    ASSERT_ERR(db_due_claim(S.db, due, 8, NULL, &rows), PAY_OK);
    CHECK_I64(name, rows.count, 8);
}

/* Without the channel of the app, and without all that is the app's. */
static void claims_the_other(const char *name, const struct db_due *due, const char *again)
{
    claims_but(name, due, &(const struct db_due_not){ "1", "" });
    if (due->owners != OF_APP_AND_CHANNEL)
        return;
    run_sql(again);
    claims_but(name, due, &(const struct db_due_not){ "", "1" });
}

#define AGAIN(table) \
    "UPDATE " table " SET next_sync_time = UTC_TIMESTAMP(3) WHERE next_sync_time > UTC_TIMESTAMP(3)"

static void test_due__many_rows_of_one_owner_delay_no_other(void **state)
{
    size_t ended = 1;

    (void)state;
    plant_owners();
    plant();
    int64_t pages = number_of(PAGES);
    ASSERT_ERR(orders_expire(S.db, &ended), PAY_OK);
    pages = number_of(PAGES) - pages;
    printf("orders that nobody must be asked about: %lld pages\n", (long long)pages);
    assert_int_equal(ended, 0); /* each has an open attempt */
    CHECK("plain", pages < WINDOW_PAGES_MAX);
    claims_the_other("orders", &ORDERS_EXPIRED, NULL);
    claims_the_other("attempts", &ATTEMPTS_DUE, AGAIN("pay_order_extension"));
    claims_the_other("refunds", &REFUNDS_DUE, AGAIN("pay_refund"));
    claims_the_other("transfers", &TRANSFERS_DUE, AGAIN("pay_transfer"));
    run_sql("UPDATE pay_order SET asked_time = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR");
    claims_the_other("undecided", &ORDERS_UNDECIDED, NULL);
}

/* ---- channels that hang */

static const struct hung_kind {
    const char *name;
    const struct db_due *due;
    const char *plant; /* two rows of each channel */
} KINDS[] = {
    { "pay_order_extension", &ATTEMPTS_DUE,
      "INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price, currency)"
      " SELECT o.id, CONCAT('01BB', LPAD(c.id * 2 + seq, 22, '0')), c.id, c.code, 100, 'CNY'"
      "   FROM seq_0_to_1 JOIN pay_channel c JOIN pay_order o ON o.app_id = c.app_id" },
    { "pay_refund", &REFUNDS_DUE,
      "INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
      " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency)"
      " SELECT CONCAT('01CC', SUBSTR(e.no, 5)), c.app_id, c.id, c.code, e.order_id, e.id, 'H',"
      "        e.no, 100, 100, 'CNY'"
      "   FROM pay_channel c JOIN pay_order_extension e ON e.channel_id = c.id" },
    { "pay_transfer", &TRANSFERS_DUE,
      "INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
      " subject, price, currency, user_account)"
      " SELECT CONCAT('01DD', SUBSTR(e.no, 5)), c.app_id, c.id, c.code, e.no, 'x', 100, 'CNY',"
      "        'somebody'"
      "   FROM pay_channel c JOIN pay_order_extension e ON e.channel_id = c.id" },
};

static int64_t calls, call_of_other, call_of_sibling;

/* A call to channel 2 to 12 takes more than the share of its app. */
static enum pay_err call_counted(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)job;
    *wait_s = 600;
    calls++;
    if (row->channel == 77)
        call_of_other = calls;
    else if (row->channel == 1)
        call_of_sibling = calls;
    else
        clock_sleep_ms(1300);
    return PAY_OK;
}

/* The rows of these channels alone fall due, of channel 1 and then of 77 last; a job works on them
 * for two seconds. */
static void drained(const struct hung_kind *kind, const char *channels, size_t batch)
{
    const struct job_drain table[] = {
        { .name = kind->name, .due = kind->due, .batch = batch, .row = call_counted },
    };
    struct job job = { .name = "test", .db = S.db, .until_us = clock_ticks_us() + 2000000 };
    char sql[512];

    snprintf(sql, sizeof(sql),
             "UPDATE %s SET next_sync_time = IF(channel_id IN (%s), UTC_TIMESTAMP(3) -"
             " INTERVAL IF(channel_id = 77, 1, IF(channel_id = 1, 2, 100 - channel_id)) SECOND,"
             " NULL)",
             kind->name, channels);
    run_sql(sql);
    calls = call_of_other = call_of_sibling = 0;
    CHECK_I64(kind->name, job_drain(&job, table, COUNT(table)), PAY_OK);
}

static void test_due__an_app_whose_channels_hang_delays_no_other(void **state)
{
    (void)state;
    run_sql("INSERT INTO pay_order (no, app_id, merchant_order_id, subject, price, currency,"
            " expire_time, query_token, create_time)"
            " SELECT CONCAT('01AA', LPAD(id, 22, '0')), id, 'H', 'x', 100, 'CNY',"
            " UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, LPAD(HEX(id), 32, 'a'), UTC_TIMESTAMP(3)"
            "  FROM pay_app");
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        run_sql(KINDS[i].plant);
        drained(&KINDS[i], "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 77", 4);
        CHECK_I64(KINDS[i].name, call_of_other, 3); /* both, after the first that hung */
        drained(&KINDS[i], "1, 2", 1);
        CHECK_I64(KINDS[i].name, call_of_sibling, 3);
    }
}

/* Whoever holds a channel's row, or works with its app's, keeps no program from the rows due. */
static void test_due__a_look_locks_no_channel(void **state)
{
    struct db_due_rows rows;

    (void)state;
    run_sql("UPDATE pay_transfer SET next_sync_time = UTC_TIMESTAMP(3) WHERE channel_id = 77");
    run_sql("BEGIN");
    run_sql("UPDATE pay_channel SET remark = 'held' WHERE id = 77");
    const enum pay_err err = db_due_claim(S.db, &TRANSFERS_DUE, 8, NULL, &rows);
    run_sql("ROLLBACK");
    ASSERT_ERR(err, PAY_OK);
    assert_int_equal(rows.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_due__many_rows_of_one_owner_delay_no_other),
        PAY_TEST(test_due__an_app_whose_channels_hang_delays_no_other),
        cmocka_unit_test(test_due__a_look_locks_no_channel),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
