/* test_notify_endpoint.c - the breakers of merchants' hosts, which all runners share: on a real
 * database, as the runner's own account. */
#include "tests/db/queue.h"

#include "keep/purge.h"
#include "notify/notify_queue.h"

static const struct http_url HOST = { "http", "merchant.test", 8080 };

static struct notify_endpoint load(void)
{
    struct notify_endpoint state;

    ASSERT_ERR(notify_endpoint_load(R, S.app->id, &HOST, &state), PAY_OK);
    db_end(R);
    return state;
}

static enum pay_err write_news(struct db *db, void *arg)
{
    return notify_endpoint_write(db, arg);
}

static void tell(struct notify_endpoint_tally tally)
{
    tally.id = load().id;
    ASSERT_ERR(db_txn(R, write_news, &tally), PAY_OK);
}

struct probing {
    struct notify_probe probe;
    bool won;
};

static enum pay_err probe(struct db *db, void *arg)
{
    struct probing *probing = arg;

    return notify_endpoint_probe(db, &probing->probe, &probing->won);
}

static bool won(struct db *db, bool ripe, bool first)
{
    struct probing probing = { .probe = { .id = load().id, .ripe = ripe, .first = first } };

    ASSERT_ERR(db_txn(db, probe, &probing), PAY_OK);
    return probing.won;
}

static bool probe_won(struct db *db)
{
    return won(db, true, false);
}

static void reopen(void)
{
    run_sql("UPDATE notify_endpoint SET open_until = UTC_TIMESTAMP(3)");
}

#define CHECK_OPEN(seconds) \
    CHECK("open", load().open_ms > ((seconds)-3) * 1000 && load().open_ms <= (seconds)*1000)

static void test_notify_endpoint__opens_doubles_and_closes(void **state)
{
    int64_t id, same;

    (void)state;
    assert_int_equal(load().id, 0);
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    ASSERT_ERR(notify_endpoint_make(R2, S.app->id, &HOST, &same), PAY_OK);
    assert_int_equal(id, same);
    tell((struct notify_endpoint_tally){ .failed = 4 });
    assert_int_equal(load().consecutive_fail, 4);
    assert_true(load().open_ms <= 0);
    assert_false(probe_won(R));
    tell((struct notify_endpoint_tally){ .failed = 4 });
    assert_int_equal(load().consecutive_fail, 5);
    CHECK_OPEN(30);
    tell((struct notify_endpoint_tally){ .failed = 3 }); /* were on their way */
    assert_int_equal(load().consecutive_fail, 5);
    CHECK_OPEN(30);
    static const int OPEN[] = { 60, 120, 240, 480, 900, 900 };
    for (size_t i = 0; i < COUNT(OPEN); i++) {
        assert_false(probe_won(R));
        reopen();
        assert_true(probe_won(R));
        assert_false(probe_won(R2));
        tell((struct notify_endpoint_tally){ .failed = 1, .ripe = true });
        CHECK_OPEN(OPEN[i]);
    }
    tell((struct notify_endpoint_tally){ .ok = 1, .failed = 2 });
    assert_int_equal(load().consecutive_fail, 0);
    assert_true(load().open_ms <= 0);
    ASSERT_NUMBER("SELECT open_until IS NULL AND last_ok_time IS NOT NULL FROM notify_endpoint", 1);
}

/* One first try at a time, whatever the breaker's time; it and a ripe probe are one when it is. */
static void test_notify_endpoint__a_first_try_may_probe_early(void **state)
{
    int64_t id;

    (void)state;
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    assert_false(won(R, false, true)); /* not open: nothing to probe */
    tell((struct notify_endpoint_tally){ .failed = 5 });
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint"
                  " WHERE open_since > UTC_TIMESTAMP(3) - INTERVAL 5 SECOND",
                  1);
    assert_true(won(R, false, true));
    assert_false(won(R2, false, true));
    CHECK_OPEN(30);
    tell((struct notify_endpoint_tally){ .failed = 1, .first = true });
    CHECK_OPEN(30);
    assert_int_equal(load().consecutive_fail, 5);
    assert_false(won(R, false, true)); /* a second after the last */
    run_sql("UPDATE notify_endpoint SET first_until = UTC_TIMESTAMP(3)");
    reopen();
    assert_true(won(R, true, true));
    assert_false(won(R2, true, false));
    assert_false(won(R2, false, true));
    tell((struct notify_endpoint_tally){ .failed = 1, .ripe = true, .first = true });
    CHECK_OPEN(60);
    tell((struct notify_endpoint_tally){ .ok = 1 });
    ASSERT_NUMBER("SELECT open_since IS NULL AND first_until IS NULL FROM notify_endpoint", 1);
}

static enum pay_err keep_open(void *arg, void *open_host)
{
    *(struct notify_open_host *)arg = *(const struct notify_open_host *)open_host;
    return PAY_OK;
}

/* Rows read, not time: a merchant that is away for days has hundreds of thousands of them. */
static void test_notify_endpoint__waking_reads_no_rows_of_other_apps(void **state)
{
    static const char READ[] =
        "SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status"
        " WHERE variable_name = 'HANDLER_READ_NEXT'";

    (void)state;
    tasks_make(90, 0);
    run_sql("UPDATE notify_task SET parked_since = next_notify_time");
    run_sql("INSERT INTO notify_endpoint (id, app_id, scheme, host, port)"
            " VALUES (1, 1, 'http', '127.0.0.1', 9)");
    const int64_t before = number_of(READ);
    ASSERT_ERR(notify_endpoint_wake(R, &(struct notify_asleep){ S.app->id + 1, 1 }), PAY_OK);
    assert_true(number_of(READ) - before < 20);
}

static void test_notify_open_hosts__that_were_asked_lately(void **state)
{
    struct notify_open_host host = { 0 };
    int64_t id, count = -1;

    (void)state;
    ASSERT_ERR(notify_endpoint_make(R, S.app->id, &HOST, &id), PAY_OK);
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 0);
    tell((struct notify_endpoint_tally){ .failed = 5 });
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 1);
    char origin[300];
    struct text want = TEXT(origin);
    http_url_add_origin(&HOST, &want);
    assert_string_equal(host.origin, origin);
    /* nothing waits for it any more, so nothing asks it */
    run_sql("UPDATE notify_endpoint SET open_until = UTC_TIMESTAMP(3) - INTERVAL 49 HOUR");
    ASSERT_ERR(notify_open_hosts(R, 1, &count, keep_open, &host), PAY_OK);
    assert_int_equal(count, 0);
}

static void test_purge__hosts_that_did_not_change(void **state)
{
    struct db *migrate = open_as("shroff_migrate");
    struct purge_report report = { .dry = true };
    bool more = true;

    (void)state;
    run_sql("INSERT INTO notify_endpoint (app_id, scheme, host, port, paused, consecutive_fail,"
            " update_time)"
            " SELECT 1, 'http', CONCAT('h', seq), 80, seq = 1, 7,"
            "        UTC_TIMESTAMP(3) - INTERVAL IF(seq <= 601, 31, 29) DAY"
            "   FROM seq_1_to_605");
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_false(more);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint", 605);
    report = (struct purge_report){ .dry = false };
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_true(more);
    ASSERT_ERR(purge_rows(migrate, PURGE_HOSTS, 0, &report, &more), PAY_OK);
    assert_false(more);
    assert_int_equal(report.rows[PURGE_HOSTS], 600);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint", 5);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_endpoint WHERE paused = 1", 1);
    db_close(&migrate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(test_notify_endpoint__opens_doubles_and_closes),
        QUEUE_TEST(test_notify_endpoint__a_first_try_may_probe_early),
        QUEUE_TEST(test_notify_endpoint__waking_reads_no_rows_of_other_apps),
        QUEUE_TEST(test_notify_open_hosts__that_were_asked_lately),
        QUEUE_TEST(test_purge__hosts_that_did_not_change),
        cmocka_unit_test(test_locks__one_order_for_all),
    };

    return cmocka_run_group_tests_name("notify_endpoint", tests, queue_up, queue_down);
}
