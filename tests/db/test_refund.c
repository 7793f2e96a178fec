/* test_refund.c - refunds on a real database: reserved, sent, applied; repeated, at once, killed
 * between; automatic ones. */
#include "tests/db/refund_steps.h"

#include "keep/test_clock.h"

/* ---- the plain ways */

static void test_checkout_refund__all_of_it(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    assert_true(R.created && R.sends);
    assert_int_equal(R.refund.status, REFUND_SUCCESS);
    assert_string_equal(R.refund.pay_id, C.attempt.no);
    assert_string_equal(P->pay_id, C.attempt.no);
    assert_int_equal(P->sent, 1);
    ASSERT_MONEY(30, 10000, 0, 10);
    ASSERT_NUMBER("SELECT version FROM pay_order", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE type = 2 AND event = 'refund.success'"
                  " AND version = 1 AND merchant_refund_id = 'R1' AND merchant_order_id = 'SO1'"
                  " AND notify_url LIKE 'http://127.0.0.1:9/back/%'"
                  " AND JSON_VALUE(body, '$.data.status') = 'SUCCESS'"
                  " AND JSON_VALUE(body, '$.data.refund_price') = 10000",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE kind = 'refund' AND from_status = 0"
                  " AND to_status = 10",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE kind = 'order' AND to_status = 30", 1);
}

static void test_checkout_refund__in_parts(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 4000), PAY_OK);
    ASSERT_MONEY(10, 4000, 0, 10);
    ASSERT_ERR(refunded("SO1", "R2", 4000), PAY_OK);
    ASSERT_ERR(refunded("SO1", "R3", 2001), PAY_OVER_REFUND);
    assert_int_equal(R.remaining.minor, 2000);
    ASSERT_ERR(refunded("SO1", "R3", 2000), PAY_OK);
    ASSERT_MONEY(30, 10000, 0, 10);
    ASSERT_NUMBER("SELECT refund_count FROM pay_order", 3);
    ASSERT_ERR(refunded("SO1", "R4", 1), PAY_OVER_REFUND);
    assert_int_equal(P->sent, 3);
}

static void test_checkout_refund__a_channel_can_do_each_of_these(void **state)
{
    static const struct {
        const char *name;
        enum pay_err call;
        enum channel_state said;
        enum pay_err want;
        int64_t status, reserved;
    } CASES[] = {
        { "done", PAY_OK, CHANNEL_SUCCESS, PAY_OK, 10, 0 },
        { "at it", PAY_OK, CHANNEL_WAITING, PAY_OK, 0, 100 },
        { "a definite no", PAY_REFUSED, CHANNEL_WAITING, PAY_REFUSED, 20, 0 },
        { "failed in the answer", PAY_OK, CHANNEL_FAILED, PAY_REFUSED, 20, 0 },
        { "no answer", PAY_UNKNOWN, CHANNEL_WAITING, PAY_UNKNOWN, 0, 100 },
        { "not sent", PAY_FULL, CHANNEL_WAITING, PAY_OK, 0, 100 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        empty_tables();
        paid("SO1", 10000);
        channel_says(CASES[i].call, CASES[i].said, CHANNEL_NOT_FOUND);
        if (refunded("SO1", "R1", 100) != CASES[i].want || R.refund.status != CASES[i].status)
            fail_msg("%s: status %lld", CASES[i].name, (long long)R.refund.status);
        CHECK_I64(CASES[i].name, number_of("SELECT refunding_price FROM pay_order"),
                  CASES[i].reserved);
    }
}

static void test_checkout_refund__of_an_order_that_is_not_paid(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 1), PAY_BAD_FIELD);
    assert_string_equal(R.field, "order_no");
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    ASSERT_ERR(refunded("SO1", "R1", 1), PAY_EXPIRED);
    run_sql("UPDATE pay_order SET status = 20");
    ASSERT_ERR(refunded("SO1", "R1", 1), PAY_EXPIRED);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR");
    ASSERT_ERR(refunded("SO1", "R1", 1), PAY_CLOSED);
    ASSERT_ERR(refunded("SO2", "R1", 1), PAY_NOT_FOUND);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
    assert_int_equal(P->sent, 0);
}

static void test_checkout_refund__a_stale_view_comes_first(void **state)
{
    struct refund_terms terms = refund_terms_of("R1", 9999);

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R0", 1000), PAY_OK);
    terms.expected_remaining = 10000;
    ASSERT_ERR(refund_with("SO1", &terms, true), PAY_STALE);
    terms.expected_remaining = 9000;
    ASSERT_ERR(refund_with("SO1", &terms, true), PAY_OVER_REFUND);
    terms.refund_price = MONEY(9000);
    ASSERT_ERR(refund_with("SO1", &terms, true), PAY_OK);
    ASSERT_MONEY(10, 9000, 1000, 10);
}

/* ---- repeated */

static void test_checkout_refund__the_same_again(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 4000), PAY_OK);
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(refunded("SO1", "R1", 4000), PAY_OK);
        assert_false(R.created || R.sends);
    }
    ASSERT_ERR(refunded("SO1", "R1", 4001), PAY_CONFLICT);
    assert_string_equal(R.field, "refund_price");
    paid("SO2", 10000);
    ASSERT_ERR(refunded("SO2", "R1", 4000), PAY_CONFLICT);
    assert_string_equal(R.field, "merchant_order_id");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 1);
    assert_int_equal(P->sent, 1);
}

static void test_checkout_refund__a_failed_one_is_tried_again(void **state)
{
    char no[NO_SIZE];

    (void)state;
    paid("SO1", 10000);
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_REFUSED);
    memcpy(no, R.refund.no, NO_SIZE);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_REFUSED);
    assert_false(R.created);
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    assert_string_equal(R.refund.no, no);
    assert_string_equal(R.refund.channel_error_code, "");
    ASSERT_MONEY(30, 10000, 0, 10);
    ASSERT_NUMBER("SELECT refund_count FROM pay_order", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'refund.failure'"
                  " AND version IN (1, 2)",
                  2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'refund.success'"
                  " AND version = 3",
                  1);
}

/* ---- killed between: the job goes on */

static void test_checkout_refund_due__sends_what_was_reserved(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
    ASSERT_MONEY(10, 0, 10000, 0);
    assert_int_equal(refunds_run(), 1);
    assert_int_equal(P->asked * 10 + P->sent, 11);
    ASSERT_MONEY(30, 10000, 0, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE next_sync_time IS NULL"
                  " AND claim_token = 0",
                  1);
    assert_int_equal(refunds_run(), 0);
}

static void test_checkout_refund_due__does_not_send_what_is_done(void **state)
{
    (void)state;
    paid("SO1", 10000);
    channel_says(PAY_UNKNOWN, CHANNEL_WAITING, CHANNEL_SUCCESS);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_UNKNOWN);
    assert_int_equal(refunds_run(), 1);
    assert_int_equal(P->sent, 1);
    ASSERT_MONEY(30, 10000, 0, 10);
}

/* A question that is refused or not answered says nothing about the money. */
static void test_checkout_refund_due__a_question_without_an_answer(void **state)
{
    static const enum pay_err RESULTS[] = { PAY_UNKNOWN, PAY_REFUSED };

    (void)state;
    paid("SO1", 10000);
    channel_says(PAY_UNKNOWN, CHANNEL_WAITING, CHANNEL_FAILED);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_UNKNOWN);
    for (size_t i = 0; i < COUNT(RESULTS); i++) {
        P->query = RESULTS[i];
        assert_int_equal(refunds_run(), 1);
        ASSERT_MONEY(10, 0, 10000, 0);
    }
    assert_int_equal(P->sent * 10 + P->asked, 12);
}

static void test_checkout_refund_due__asks_less_and_less(void **state)
{
    static const int64_t GAPS[] = { 30, 120, 600, 3600, 3600 };

    (void)state;
    paid("SO1", 10000);
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    for (size_t i = 0; i < COUNT(GAPS); i++) {
        assert_int_equal(refunds_run(), 1);
        int64_t gap = number_of("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), next_sync_time)"
                                " FROM pay_refund");
        if (gap < GAPS[i] - 3 || gap > GAPS[i])
            fail_msg("question %zu: the next is in %lld s", i + 1, (long long)gap);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    run_sql("UPDATE pay_refund SET sync_times = 28");
    assert_int_equal(refunds_run(), 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'refund_unknown'", 1);
    assert_int_equal(P->sent, 1);
}

/* No seat: nothing is sent now, so the job is to do it at once. */
static void test_refund_reserve__left_to_the_job_is_due_at_once(void **state)
{
    (void)state;
    paid("SO1", 10000);
    left_to_job = true;
    ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE next_sync_time <= UTC_TIMESTAMP(3)", 1);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_FAILED, 10000), PAY_OK);
    ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
    left_to_job = false;
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE next_sync_time <= UTC_TIMESTAMP(3)"
                  " AND status = 0",
                  1);
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(30, 10000, 0, 10);
}

static void test_checkout_refund_due__a_silent_channel_is_one_alert(void **state)
{
    char order[16];

    (void)state;
    channel_says(PAY_OK, CHANNEL_WAITING, CHANNEL_WAITING);
    for (int i = 0; i < 3; i++) {
        snprintf(order, sizeof(order), "SO%d", i);
        paid(order, 10000);
        ASSERT_ERR(refunded(order, order, 10000), PAY_OK);
    }
    run_sql("UPDATE pay_refund SET sync_times = 28");
    assert_int_equal(refunds_run(), 3);
    ASSERT_NUMBER("SELECT COUNT(*) * 10 + SUM(times) FROM pay_alert", 13);
}

static void test_test_clock__moves_the_next_question(void **state)
{
    struct clock_jump jump = { .app_id = S.app->id,
                               .seconds = 10,
                               .nonce = "a-nonce-of-the-clock" };
    struct db_due_rows rows;

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
    ASSERT_ERR(db_due_claim(S.db, &REFUNDS_DUE, DB_DUE_MAX, NULL, &rows), PAY_OK);
    assert_int_equal(rows.count, 0);
    ASSERT_ERR(test_clock_advance(S.db, &jump), PAY_OK);
    ASSERT_ERR(db_due_claim(S.db, &REFUNDS_DUE, DB_DUE_MAX, NULL, &rows), PAY_OK);
    assert_int_equal(rows.count, 1);
}

static void test_refund_reserve__a_lost_commit_is_found_again(void **state)
{
    static const struct {
        enum cut cut;
        bool there;
    } CUTS[] = {
        { CUT_AFTER_COMMIT_ARRIVED, true },
        { CUT_BEFORE_COMMIT_ARRIVES, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        empty_tables();
        paid("SO1", 10000);
        cut_begin(CUTS[i].cut);
        ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_LOST);
        cut_end();
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", CUTS[i].there);
        ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
        assert_int_equal(R.created, !CUTS[i].there);
        ASSERT_MONEY(10, 0, 10000, 0);
    }
}

/* ---- what channels say, in whatever order */

static void test_settle_refund__in_any_order(void **state)
{
    static const enum channel_state SAID[] = {
        CHANNEL_SUCCESS, CHANNEL_FAILED, CHANNEL_WAITING, CHANNEL_CLOSED, CHANNEL_NOT_FOUND,
    };

    (void)state;
    for (size_t i = 0; i < 125; i++) {
        const enum channel_state said[] = { SAID[i % 5], SAID[i / 5 % 5], SAID[i / 25] };
        bool done = false, failed = false;

        empty_tables();
        paid("SO1", 10000);
        ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
        for (size_t k = 0; k < COUNT(said); k++) {
            ASSERT_ERR(refund_said(R.refund.no, said[k], 10000), PAY_OK);
            done = done || said[k] == CHANNEL_SUCCESS;
            failed = failed || said[k] == CHANNEL_FAILED || said[k] == CHANNEL_CLOSED;
        }
        CHECK_I64("refund", number_of("SELECT status FROM pay_refund"),
                  done     ? 10
                  : failed ? 20
                           : 0);
        CHECK_I64("order", number_of("SELECT status FROM pay_order"), done ? 30 : 10);
        CHECK_I64("back", number_of("SELECT refund_price FROM pay_order"), done ? 10000 : 0);
        CHECK_I64("open", number_of("SELECT refunding_price FROM pay_order"),
                  done || failed ? 0 : 10000);
    }
}

static void test_settle_refund__repeated(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 10000), PAY_OK);
    for (int i = 0; i < 5; i++)
        ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE type = 2", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE kind = 'refund'"
                  " AND verdict = 'REPEATED' AND extension_id IS NOT NULL",
                  4);
    ASSERT_MONEY(30, 10000, 0, 10);
}

static void test_settle_refund__conflicts_change_nothing(void **state)
{
    struct channel_said other;

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 4000), PAY_OK);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 4001), PAY_OTHER_PRICE);
    other = result_of(R.refund.no, CHANNEL_SUCCESS, 4000);
    memcpy(other.currency, "USD", 4);
    ASSERT_ERR(refund_said_as(&other), PAY_OTHER_PRICE);
    other = result_of(R.refund.no, CHANNEL_SUCCESS, 4000);
    other.other_account = true;
    ASSERT_ERR(refund_said_as(&other), PAY_OTHER_ACCOUNT);
    ASSERT_ERR(refund_said(C.attempt.no, CHANNEL_SUCCESS, 4000), PAY_NOT_FOUND);
    assert_int_equal(V, VERDICT_UNKNOWN_ATTEMPT);
    ASSERT_MONEY(10, 0, 4000, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind IN ('other_price', 'other_account')",
                  2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE kind = 'refund'"
                  " AND verdict IN ('OTHER_PRICE', 'OTHER_ACCOUNT')",
                  3);
}

/* The channel's number of one refund cannot end another; a second number for one that is done is
 * money that may have gone twice. */
static void test_settle_refund__a_number_of_the_channels_counts_once(void **state)
{
    struct channel_said said;
    char first[NO_SIZE];

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 4000), PAY_OK);
    memcpy(first, R.refund.no, NO_SIZE);
    ASSERT_ERR(refund_said(first, CHANNEL_SUCCESS, 4000), PAY_OK);
    ASSERT_ERR(reserved("SO1", "R2", 4000), PAY_OK);
    for (int i = 0; i < 2; i++) {
        said = result_of(R.refund.no, i == 0 ? CHANNEL_WAITING : CHANNEL_SUCCESS, 4000);
        snprintf(said.channel_no, sizeof(said.channel_no), "%s",
                 result_of(first, CHANNEL_SUCCESS, 4000).channel_no);
        ASSERT_ERR(refund_said_as(&said), PAY_OTHER_PAYMENT);
        assert_int_equal(V, VERDICT_OTHER_PAYMENT);
    }
    ASSERT_NUMBER("SELECT SUM(times) FROM pay_alert WHERE kind = 'other_payment'", 2);
    ASSERT_MONEY(10, 4000, 4000, 0);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 4000), PAY_OK);
    said = result_of(R.refund.no, CHANNEL_SUCCESS, 4000);
    snprintf(said.channel_no, sizeof(said.channel_no), "again");
    ASSERT_ERR(refund_said_as(&said), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'refunded_twice'", 1);
    ASSERT_MONEY(10, 8000, 0, 10);
}

/* Stuck at the channel: alerted when it is said first, shown, and forgotten once it is done. */
static void test_settle_refund__one_that_is_stuck_is_alerted_once(void **state)
{
    struct channel_said said;

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 4000), PAY_OK);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_WAITING, 4000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    said = result_of(R.refund.no, CHANNEL_WAITING, 4000);
    snprintf(said.error_code, sizeof(said.error_code), "ABNORMAL");
    for (int i = 0; i < 3; i++)
        ASSERT_ERR(refund_said_as(&said), PAY_OK);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'refund_stuck'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE channel_error_code = 'ABNORMAL'", 1);
    ASSERT_MONEY(10, 0, 4000, 0);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 4000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE channel_error_code IS NULL", 1);
    ASSERT_MONEY(10, 4000, 0, 10);
}

/* A copy is on record and takes no lock: it does not wait for whoever holds the order. */
static void test_settle_refund__a_copy_takes_no_lock(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 4000), PAY_OK);
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 4000), PAY_OK);
    run_sql("BEGIN");
    run_sql("UPDATE pay_order SET asked_time = NOW(3)");
    const int64_t began = clock_ticks_us();
    ASSERT_ERR(refund_said(R.refund.no, CHANNEL_SUCCESS, 4000), PAY_OK);
    assert_true(clock_ticks_us() - began < 900000);
    assert_int_equal(V, VERDICT_REPEATED);
    run_sql("ROLLBACK");
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'", 1);
}

/* The first try failed here and was done there, and another refund took the money meanwhile. */
static void test_settle_refund__done_after_all_beyond_the_price(void **state)
{
    char no[NO_SIZE];

    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 6000), PAY_OK);
    memcpy(no, R.refund.no, NO_SIZE);
    ASSERT_ERR(refund_said(no, CHANNEL_FAILED, 6000), PAY_OK);
    ASSERT_ERR(refunded("SO1", "R2", 5000), PAY_OK);
    ASSERT_ERR(refund_said(no, CHANNEL_SUCCESS, 6000), PAY_OVER_REFUND);
    assert_int_equal(V, VERDICT_OVER_REFUND);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'over_refund'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OVER_REFUND'", 1);
    ASSERT_MONEY(10, 5000, 0, 10);
}

/* ---- money that cannot stay */

static enum pay_err add_work(struct db *db, void *arg)
{
    static struct order order;
    const struct order_key key = { .pay_id = C.attempt.no };

    enum pay_err err = order_find(db, S.app->id, &key, true, &order);
    return err == PAY_OK ? refund_add(db, &order, arg, CAUSE_DUPLICATE) : err;
}

/* An attempt that brought in the order's money a second time. */
static struct attempt second_paid(void)
{
    created("SO1", 10000);
    struct attempt second = C.attempt;
    another_attempt();
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_ERR(settled(second.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    run_sql("UPDATE pay_alert SET closed_by = 'test'");
    run_sql("DELETE FROM pay_refund");
    run_sql("UPDATE pay_order SET refund_count = 0");
    return second;
}

static void test_refund_add__goes_back_by_itself_once(void **state)
{
    (void)state;
    struct attempt second = second_paid();
    for (int i = 0; i < 3; i++)
        ASSERT_ERR(db_txn(S.db, add_work, &second), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'duplicate'"
                  " AND next_sync_time <= UTC_TIMESTAMP(3)",
                  1);
    ASSERT_NUMBER("SELECT refund_count FROM pay_order", 1);
    ASSERT_MONEY(10, 0, 0, 0);
    assert_int_equal(refunds_run(), 1);
    assert_string_equal(P->pay_id, second.no);
    ASSERT_MONEY(10, 0, 0, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'refund.success'"
                  " AND merchant_refund_id IS NULL"
                  " AND JSON_VALUE(body, '$.data.cause') = 'duplicate'"
                  " AND JSON_VALUE(body, '$.data.merchant_refund_id') IS NULL",
                  1);
    /* all of the order's own money can still go back */
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    ASSERT_MONEY(30, 10000, 0, 10);
}

static void test_refund_add__a_no_is_an_operators_business(void **state)
{
    (void)state;
    struct attempt second = second_paid();
    ASSERT_ERR(db_txn(S.db, add_work, &second), PAY_OK);
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(10, 0, 0, 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert a JOIN pay_order_extension e ON e.no = a.about"
                  " WHERE a.kind = 'refund_failed' AND a.closed_by IS NULL"
                  " AND e.duplicate_paid = 1",
                  1);
}

/* ---- at once */

static bool all_of_it(int who)
{
    char no[16];

    snprintf(no, sizeof(no), "R%d", who);
    return refunded("SO1", no, 10000) == PAY_OK;
}

static bool a_third(int who)
{
    char no[16];

    snprintf(no, sizeof(no), "R%d", who);
    return refunded("SO1", no, 3000) == PAY_OK;
}

static bool one_number(int who)
{
    (void)who;
    return refunded("SO1", "R1", 6000) == PAY_OK;
}

static void test_checkout_refund__twenty_at_once(void **state)
{
    (void)state;
    paid("SO1", 10000);
    assert_int_equal(crowd(CROWD, all_of_it), 1);
    ASSERT_MONEY(30, 10000, 0, 10);
    empty_tables();
    paid("SO1", 10000);
    assert_int_equal(crowd(CROWD, a_third), 3);
    ASSERT_MONEY(10, 9000, 0, 10);
    empty_tables();
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    paid("SO1", 10000);
    assert_int_equal(crowd(CROWD, one_number), CROWD);
    ASSERT_MONEY(10, 6000, 0, 10);
    assert_int_equal(P->sent, 1);
}

static char refund_no[NO_SIZE];

/* Callbacks, the job, repeats and other refunds, all at one order. */
static bool everything(int who)
{
    struct db_due_row row = { .id = R.refund.id };
    int64_t wait_s;

    switch (who % 4) {
    case 0:
        return refund_said(refund_no, CHANNEL_SUCCESS, 6000) == PAY_OK;
    case 1:
        return checkout_refund_due(S.db, &S.config, &row, &wait_s) == PAY_OK;
    case 2:
        return refunded("SO1", "R1", 6000) == PAY_OK;
    default:
        return refunded("SO1", "R2", 5000) == PAY_OVER_REFUND;
    }
}

static void test_settle_refund__everything_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        empty_tables();
        paid("SO1", 10000);
        ASSERT_ERR(reserved("SO1", "R1", 6000), PAY_OK);
        memcpy(refund_no, R.refund.no, NO_SIZE);
        assert_int_equal(crowd(CROWD, everything), CROWD);
        ASSERT_MONEY(10, 6000, 0, 10);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE type = 2", 1);
        ASSERT_NUMBER("SELECT version FROM pay_refund", 1);
    }
}

/* Each process gives the same refund up and tries it again: the sums hold at every moment. */
static bool fails_and_again(int who)
{
    for (int i = 0; i < 5; i++) {
        (void)!refund_said(refund_no, who % 2 == 0 ? CHANNEL_FAILED : CHANNEL_WAITING, 6000);
        (void)!reserved("SO1", "R1", 6000);
    }
    return true;
}

static void test_refund_reserve__fails_and_again_at_once(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(reserved("SO1", "R1", 6000), PAY_OK);
    memcpy(refund_no, R.refund.no, NO_SIZE);
    assert_int_equal(crowd(CROWD, fails_and_again), CROWD);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN pay_refund r"
                  " WHERE o.refunding_price = IF(r.status = 0, 6000, 0)"
                  " AND o.refund_price = 0",
                  1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REFUND_TEST(test_checkout_refund__all_of_it),
        REFUND_TEST(test_checkout_refund__in_parts),
        REFUND_TEST(test_checkout_refund__a_channel_can_do_each_of_these),
        REFUND_TEST(test_checkout_refund__of_an_order_that_is_not_paid),
        REFUND_TEST(test_checkout_refund__a_stale_view_comes_first),
        REFUND_TEST(test_checkout_refund__the_same_again),
        REFUND_TEST(test_checkout_refund__a_failed_one_is_tried_again),
        REFUND_TEST(test_checkout_refund_due__sends_what_was_reserved),
        REFUND_TEST(test_checkout_refund_due__does_not_send_what_is_done),
        REFUND_TEST(test_checkout_refund_due__a_question_without_an_answer),
        REFUND_TEST(test_checkout_refund_due__asks_less_and_less),
        REFUND_TEST(test_refund_reserve__left_to_the_job_is_due_at_once),
        REFUND_TEST(test_checkout_refund_due__a_silent_channel_is_one_alert),
        REFUND_TEST(test_test_clock__moves_the_next_question),
        REFUND_TEST(test_refund_reserve__a_lost_commit_is_found_again),
        REFUND_TEST(test_settle_refund__in_any_order),
        REFUND_TEST(test_settle_refund__repeated),
        REFUND_TEST(test_settle_refund__conflicts_change_nothing),
        REFUND_TEST(test_settle_refund__a_number_of_the_channels_counts_once),
        REFUND_TEST(test_settle_refund__one_that_is_stuck_is_alerted_once),
        REFUND_TEST(test_settle_refund__a_copy_takes_no_lock),
        REFUND_TEST(test_settle_refund__done_after_all_beyond_the_price),
        REFUND_TEST(test_refund_add__goes_back_by_itself_once),
        REFUND_TEST(test_refund_add__a_no_is_an_operators_business),
        REFUND_TEST(test_checkout_refund__twenty_at_once),
        REFUND_TEST(test_settle_refund__everything_at_once),
        REFUND_TEST(test_refund_reserve__fails_and_again_at_once),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("refund", tests, refund_up, shroff_down);
}
