/* test_close_plain.c - orders past their end without an open attempt: found among any number of
 * others, closed many at once, each with its notification when its app wants one. */
#include "tests/db/pay_steps.h"

#include "settle/close.h"

/* Orders FIRST … past their end, oldest first; with or without an open attempt. */
static void due(int first, int count, bool open)
{
    char sql[1024];

    snprintf(sql, sizeof(sql),
             "INSERT INTO pay_order (id, no, app_id, merchant_order_id, subject, price, currency,"
             " query_token, expire_time) SELECT seq, CONCAT('01', LPAD(seq, 24, '0')), %lld,"
             " CONCAT('D', seq), 'x', 1, 'CNY', MD5(seq), UTC_TIMESTAMP(3) - INTERVAL 1 HOUR"
             " + INTERVAL seq DIV 700 SECOND FROM seq_%d_to_%d",
             (long long)S.app->id, first, first + count - 1);
    run_sql(sql);
    snprintf(sql, sizeof(sql),
             "INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price,"
             " currency) SELECT seq, CONCAT('02', LPAD(seq, 24, '0')), %lld, 'mock', 1, 'CNY'"
             " FROM seq_%d_to_%d",
             (long long)S.channel_id, first, first + count - 1);
    if (open)
        run_sql(sql);
}

static size_t look(void)
{
    size_t count = 0;

    ASSERT_ERR(orders_expire(S.db, &count), PAY_OK);
    return count;
}

/* As many looks as it takes to see all that is due, and one more. */
static size_t looks(int n)
{
    size_t all = 0;

    for (int i = 0; i < n; i++)
        all += look();
    return all;
}

static int closer_begin(void **state)
{
    run_sql("UPDATE pay_app SET notify_closed = 0");
    app_forget(S.app_key);
    const int result = test_begin(state);
    (void)look(); /* with nothing due: the next one begins at the oldest */
    return result;
}

static void test_orders_expire__finds_them_behind_thousands_of_others(void **state)
{
    (void)state;
    due(1, 5000, true);
    due(5001, 100, false);
    assert_int_equal(look(), 0); /* a part of what is due at a time */
    assert_int_equal(looks(6), 100);
    assert_int_equal(looks(4), 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 20 AND id > 5000", 100);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 0 AND id <= 5000", 5000);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE kind = 'order' AND to_status = 20", 100);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 0);
    due(6001, 1, false); /* the next round begins at the oldest again */
    run_sql(
        "UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 2 HOUR WHERE id = 6001");
    assert_int_equal(looks(4), 1);
}

static void test_orders_expire__takes_all_in_their_order(void **state)
{
    (void)state;
    due(1, 200, false);
    assert_int_equal(look(), ORDERS_AT_ONCE);
    ASSERT_NUMBER("SELECT MAX(id) FROM pay_order WHERE status = 20", ORDERS_AT_ONCE);
    assert_int_equal(looks(4), 200 - ORDERS_AT_ONCE);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 20 AND version = 1", 200);
}

static void test_orders_expire__notifies_when_the_app_wants_it(void **state)
{
    (void)state;
    run_sql("UPDATE pay_app SET notify_closed = 1");
    app_forget(S.app_key);
    due(1, 70, false);
    assert_int_equal(looks(3), 70);
    ASSERT_NUMBER("SELECT COUNT(DISTINCT data_id) FROM notify_task WHERE event = 'order.closed'",
                  70);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 70);
}

/* A trigger stands for whatever keeps a row from being changed. */
static void test_orders_expire__steps_over_one_that_cannot_be_closed(void **state)
{
    (void)state;
    due(1, 10, false);
    run_sql("CREATE TRIGGER stuck BEFORE UPDATE ON pay_order FOR EACH ROW"
            " IF OLD.id = 4 THEN SIGNAL SQLSTATE '45000'; END IF");
    (void)look();
    run_sql("DROP TRIGGER stuck");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 20", 9);
}

static enum pay_err look_while_held(struct db *db, void *arg)
{
    static const char LOCK[] = "SELECT id FROM pay_order WHERE id = 2 FOR UPDATE";
    int64_t id = 0;

    enum pay_err err = db_number(db, LOCK, NULL, 0, &id);
    *(size_t *)arg = looks(2);
    return err;
}

static void test_orders_expire__leaves_what_another_holds(void **state)
{
    struct db *other = open_as("root");
    size_t count = 0;

    (void)state;
    due(1, 3, false);
    ASSERT_ERR(db_txn(other, look_while_held, &count), PAY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(looks(2), 1);
    db_close(&other);
}

#define CLOSER_TEST(f) cmocka_unit_test_setup(f, closer_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLOSER_TEST(test_orders_expire__finds_them_behind_thousands_of_others),
        CLOSER_TEST(test_orders_expire__takes_all_in_their_order),
        CLOSER_TEST(test_orders_expire__notifies_when_the_app_wants_it),
        CLOSER_TEST(test_orders_expire__steps_over_one_that_cannot_be_closed),
        CLOSER_TEST(test_orders_expire__leaves_what_another_holds),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    (void)proofs_hold;
    return cmocka_run_group_tests_name("close_plain", tests, shroff_up, shroff_down);
}
