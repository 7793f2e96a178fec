/* test_notify_sift.c - a notification that cannot be claimed stops no other. */
#include "tests/db/shroff.h"

#include <stdlib.h>
#include "notify/notify_queue.h"

static struct db *R; /* a runner */
static struct notify_claim CLAIM;

static void begin(void *arg)
{
    (void)arg;
}

static enum pay_err decide(void *arg, struct db *db, struct notify_due *due)
{
    (void)arg;
    (void)db;
    due->fate = NOTIFY_SEND;
    return PAY_OK;
}

static enum pay_err claim_some(bool newest)
{
    for (size_t i = 0; i < CLAIM.count; i++)
        free(CLAIM.rows[i].body);
    CLAIM.count = 0;
    CLAIM.newest = newest;
    CLAIM.limit[0] = CLAIM.limit[1] = 10;
    CLAIM.begin = begin;
    CLAIM.decide = decide;
    return notify_claim(R, &CLAIM);
}

/* Tries that cannot be counted further stand for whatever keeps a row from being claimed. */
static void tasks_make(int n, const char *bad)
{
    char sql[512];

    run_sql("DELETE FROM notify_task");
    run_sql("DELETE FROM pay_alert");
    snprintf(sql, sizeof(sql),
             "INSERT INTO notify_task (no, app_id, type, event, data_id, notify_url, body,"
             " max_notify_times, next_notify_time) SELECT LPAD(seq, 26, '0'), %lld, 1,"
             " 'order.success', seq, 'http://127.0.0.1:9/', '{}', 3,"
             " UTC_TIMESTAMP(3) - INTERVAL (100 - seq) SECOND FROM seq_1_to_%d",
             (long long)S.app->id, n);
    run_sql(sql);
    snprintf(sql, sizeof(sql),
             "UPDATE notify_task SET notify_times = 2147483647, max_notify_times = 2147483647"
             " WHERE data_id IN (%s)",
             bad);
    run_sql(sql);
}

static void test_notify_claim__steps_over_what_cannot_be_claimed(void **state)
{
    (void)state;
    for (int newest = 0; newest < 2; newest++) {
        tasks_make(5, "1, 4");
        ASSERT_ERR(claim_some(newest == 1), PAY_OK);
        assert_int_equal(CLAIM.count, 3);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE data_id IN (1, 4) AND claim_token = 0"
                      " AND next_notify_time > UTC_TIMESTAMP(3) + INTERVAL 59 MINUTE",
                      2);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'notify_unreadable'", 2);
    }
}

/* It may not be the row's fault then. */
static void test_notify_claim__alone_it_is_not_put_off(void **state)
{
    (void)state;
    tasks_make(1, "1");
    ASSERT_ERR(claim_some(false), PAY_FAULT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE next_notify_time <= UTC_TIMESTAMP(3)", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
}

static int group_open(void **state)
{
    const int result = shroff_up(state);

    R = result == 0 ? open_as("shroff_runner") : NULL;
    return result;
}

static int group_close(void **state)
{
    (void)claim_some(false);
    db_close(&R);
    return shroff_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify_claim__steps_over_what_cannot_be_claimed),
        cmocka_unit_test(test_notify_claim__alone_it_is_not_put_off),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("notify_sift", tests, group_open, group_close);
}
