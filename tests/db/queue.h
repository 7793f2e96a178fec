/* queue.h - the queue of notifications, empty, and two runners at it with their own account. */
#ifndef TESTS_DB_QUEUE_H
#define TESTS_DB_QUEUE_H

#include "tests/db/shroff.h"

static struct db *R, *R2; /* two runners */

static inline int queue_begin(void **state)
{
    (void)state;
    run_sql("DELETE FROM notify_task");
    run_sql("DELETE FROM notify_log");
    run_sql("DELETE FROM notify_endpoint");
    run_sql("DELETE FROM pay_alert");
    return 0;
}

/* n tasks due now, in lane; their numbers end in 1, 2, 3 … */
static inline void tasks_make(int n, int lane)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "INSERT INTO notify_task (no, app_id, type, event, data_id, version,"
             " notify_url, body, lane,"
             " max_notify_times, next_notify_time)"
             " SELECT LPAD(%d * 1000 + seq, 26, '0'), %lld, 1, 'order.success', %d * 1000 + seq, 0,"
             " 'http://127.0.0.1:9/', CONCAT('{\"n\":', seq, '}'), %d, 3,"
             " UTC_TIMESTAMP(3) - INTERVAL (100 - seq) SECOND FROM seq_1_to_%d",
             lane, (long long)S.app->id, lane, lane, n);
    run_sql(sql);
}

static inline int queue_up(void **state)
{
    int rc = shroff_up(state);

    if (rc == 0) {
        R = open_as("shroff_runner");
        R2 = open_as("shroff_runner");
    }
    return rc;
}

static inline int queue_down(void **state)
{
    db_close(&R);
    db_close(&R2);
    return shroff_down(state);
}

#define QUEUE_TEST(f) cmocka_unit_test_setup(f, queue_begin)

#endif
