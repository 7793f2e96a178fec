/* test_due.c - what a job's look at due rows costs while thousands of an owner that is left out are
 * due: the index alone is read, so that others do not wait behind them. */
#include "tests/db/pay_steps.h"

#include "checkout/checkout_refund.h"
#include "checkout/checkout_transfer.h"
#include "settle/close.h"
#include "settle/sync.h"

#define MANY "20000"
#define PAGES_MAX 5000 /* a page of the index has some 300 rows, but each row read takes three */
#define WINDOW_PAGES_MAX 10000 /* of 2,048 orders, four each; of all orders it is 80,000 */

static const char PAGES[] = "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM"
                            " information_schema.GLOBAL_STATUS"
                            " WHERE VARIABLE_NAME = 'INNODB_BUFFER_POOL_READ_REQUESTS'";

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
            " SELECT CONCAT('01CC', SUBSTR(o.no, 5)), o.app_id, 1, 'mock', o.id, e.id,"
            " o.merchant_order_id, o.merchant_order_id, 100, 100, 'CNY', o.expire_time"
            " FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id");
    run_sql("INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
            " subject, price, currency, user_account, next_sync_time)"
            " SELECT CONCAT('01DD', SUBSTR(no, 5)), app_id, 1, 'mock', merchant_order_id, 'x', 100,"
            " 'CNY', 'somebody', expire_time FROM pay_order");
    run_sql("ANALYZE TABLE pay_order, pay_order_extension, pay_refund, pay_transfer");
    run_sql("SET GLOBAL innodb_max_purge_lag_wait = 0");
}

static void claims_the_other(const char *name, const struct db_due *due)
{
    struct db_due_rows rows;
    int64_t pages = number_of(PAGES);

    ASSERT_ERR(db_due_claim(S.db, due, 8, "1", &rows), PAY_OK);
    pages = number_of(PAGES) - pages;
    printf("%s: %lld pages\n", name, (long long)pages);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.at[0].owner, 77);
    CHECK(name, pages < PAGES_MAX);
    ASSERT_ERR(db_due_claim(S.db, due, 8, "", &rows), PAY_OK);
    assert_int_equal(rows.count, 8);
}

static void test_due__many_rows_of_one_owner_delay_no_other(void **state)
{
    size_t ended = 1;

    (void)state;
    plant();
    int64_t pages = number_of(PAGES);
    ASSERT_ERR(orders_expire(S.db, &ended), PAY_OK);
    pages = number_of(PAGES) - pages;
    printf("orders that nobody must be asked about: %lld pages\n", (long long)pages);
    assert_int_equal(ended, 0); /* each has an open attempt */
    CHECK("plain", pages < WINDOW_PAGES_MAX);
    claims_the_other("orders", &ORDERS_EXPIRED);
    claims_the_other("attempts", &ATTEMPTS_DUE);
    claims_the_other("refunds", &REFUNDS_DUE);
    claims_the_other("transfers", &TRANSFERS_DUE);
    run_sql("UPDATE pay_order SET asked_time = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR");
    claims_the_other("undecided", &ORDERS_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_due__many_rows_of_one_owner_delay_no_other),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
