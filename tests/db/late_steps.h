/* late_steps.h - the steps that tests of money which its order cannot take are written in. */
#ifndef TESTS_DB_LATE_STEPS_H
#define TESTS_DB_LATE_STEPS_H

#include "tests/db/refund_steps.h"

static inline void late_payment(const char *policy)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "UPDATE pay_app SET late_payment = '%s'", policy);
    run_sql(sql);
    app_forget(S.app_key);
}

/* An order that was closed while its payer paid. */
static inline void closed_order(const char *no)
{
    created(no, 10000);
    run_sql("UPDATE pay_order SET status = 20 WHERE status = 0");
}

static inline void late_money(const char *no)
{
    closed_order(no);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_LATE_PAID);
}

/* A paid order whose first attempt, in C.attempt, was paid, too. */
static inline void double_money(const char *no)
{
    char first[NO_SIZE];

    created(no, 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    another_attempt();
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    memcpy(C.attempt.no, first, NO_SIZE);
    ASSERT_ERR(settled(first, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
}

#define ASSERT_ALERTS(kind, closed) \
    ASSERT_NUMBER( \
        "SELECT COUNT(*) FROM pay_alert WHERE kind = '" kind "' AND closed_by <=> " closed, 1)

#define LATE_TEST(f) cmocka_unit_test_setup_teardown(f, refund_begin, proofs_hold)

#endif
