/* test_cancel.c - a bar code is ended by a cancel that gives back what its payer paid just before.
 * The channel is played: what a question and a cancel come to, and what happens meanwhile. */
#include "tests/db/late_steps.h"

#include "settle/close.h"
#include "settle/sync.h"

static struct bar {
    enum pay_err cancel;      /* what a cancel comes to */
    enum channel_state state; /* and says */
    enum channel_state known; /* what a question says */
    bool gone, part;          /* with SUCCESS: it has gone back, at least a part has */
    bool pays_at_question, pays_at_cancel, dies;
    int cancels, questions;
    enum verdict heard;
} * B;

static enum pay_err bar_said(const char *no, enum channel_state state, struct channel_said *out)
{
    *out = result_of(no, state, 10000);
    out->gone_back = state == CHANNEL_SUCCESS && B->gone;
    out->part_back = state == CHANNEL_SUCCESS && B->part;
    return PAY_OK;
}

/* The payer confirms: a callback comes. */
static void payer_confirms(const char *no)
{
    ASSERT_ERR(settled(no, CHANNEL_SUCCESS, 10000), PAY_OK);
    B->heard = V;
}

static enum pay_err bar_query(const struct channel_account *account, const char *no,
                              struct channel_said *out)
{
    (void)account;
    B->questions++;
    const enum pay_err err = bar_said(no, B->known, out);
    if (B->pays_at_question)
        payer_confirms(no);
    return err;
}

static enum pay_err bar_cancel(const struct channel_account *account, const char *no,
                               struct channel_said *out)
{
    (void)account;
    B->cancels++;
    if (B->dies)
        _exit(9);
    if (B->pays_at_cancel)
        payer_confirms(no);
    (void)!bar_said(no, B->state, out);
    return B->cancel;
}

static struct channel_product BAR;

static int bar_up(void **state)
{
    if (refund_up(state) != 0)
        return -1;
    B = mmap(NULL, sizeof(*B), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    BAR = CHANNEL_MOCK.products[0];
    BAR.close_refunds = true;
    PLAYED.products = &BAR;
    PLAYED.product_count = 1;
    PLAYED.query = bar_query;
    PLAYED.close = bar_cancel;
    return 0;
}

/* An order of a bar code, past its end. */
static void bar_begin(enum pay_err cancel, enum channel_state state, enum channel_state known)
{
    *B = (struct bar){ .cancel = cancel, .state = state, .known = known };
    created("SO1", 10000);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
}

static enum pay_err ends(void)
{
    return order_expire(S.db, &S.config, number_of("SELECT id FROM pay_order"));
}

static enum pay_err asked(void)
{
    return attempt_sync(S.db, &S.config, number_of("SELECT id FROM pay_order_extension"));
}

static void a_minute_passes(void)
{
    run_sql("UPDATE pay_order_extension SET cancel_time = cancel_time - INTERVAL 61 SECOND,"
            " next_sync_time = next_sync_time - INTERVAL 61 SECOND");
}

#define ASSERT_STATES(order, attempt) \
    do { \
        ASSERT_NUMBER("SELECT status FROM pay_order", order); \
        ASSERT_NUMBER("SELECT status FROM pay_order_extension", attempt); \
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'order.success'", \
                      (order) == 10); \
    } while (0)

/* Of those that do not read what a callback said: here its body is a word. */
static void proofs_agree(void)
{
    for (size_t i = 0; i < AUDIT_PROOF_COUNT; i++) {
        const char *name = AUDIT_PROOFS[i].name;
        int64_t wrong = 0;
        if (str_eq(name, "callbacks-agree") || str_eq(name, "second-kept"))
            continue;
        ASSERT_ERR(audit_prove(S.root, &AUDIT_PROOFS[i], 1, count_row, &wrong), PAY_OK);
        CHECK_I64(name, wrong, 0);
    }
}

static void heard(const char *no, enum verdict verdict)
{
    ASSERT_ERR(settled(no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, verdict);
}

/* The cancel is answered; the callback of what it gave back comes beside it, and once more. */
static void test_cancel__a_callback_beside_it_pays_nothing(void **state)
{
    struct db_due_rows rows;

    (void)state;
    bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
    late_payment("accept");
    B->pays_at_cancel = true;
    ASSERT_ERR(ends(), PAY_OK);
    assert_int_equal(B->cancels, 1);
    assert_int_equal(B->heard, VERDICT_DOUBTED);
    ASSERT_STATES(20, 20);
    heard(C.attempt.no, VERDICT_DOUBTED);
    ASSERT_STATES(20, 20);
    proofs_agree();
    ASSERT_ERR(db_due_claim(S.db, &CANCELS_DUE, 9, NULL, &rows), PAY_OK);
    assert_int_equal(rows.count, 0);
    a_minute_passes();
    ASSERT_ERR(db_due_claim(S.db, &CANCELS_DUE, 9, NULL, &rows), PAY_OK);
    assert_int_equal(rows.count, 1);
    B->known = CHANNEL_SUCCESS;
    B->gone = true;
    ASSERT_ERR(attempt_sync(S.db, &S.config, rows.at[0].id), PAY_OK);
    late_payment("refund");
    ASSERT_STATES(20, 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE next_sync_time IS NULL", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    assert_int_equal(B->cancels, 1);
    proofs_agree();
}

/* WeChat Pay may say that a part went back, or that it is closed. */
static void test_cancel__a_reversed_order_pays_nothing(void **state)
{
    (void)state;
    for (int part = 0; part < 2; part++) {
        empty_tables();
        bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
        ASSERT_ERR(ends(), PAY_OK);
        heard(C.attempt.no, VERDICT_DOUBTED);
        a_minute_passes();
        B->known = part ? CHANNEL_SUCCESS : CHANNEL_CLOSED;
        B->part = part;
        ASSERT_ERR(asked(), PAY_OK);
        ASSERT_STATES(20, 20);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE next_sync_time IS NULL", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
        proofs_agree();
    }
}

/* Money that stands although a cancel was answered is late money, as of any other channel. */
static void test_cancel__money_that_stands_goes_back(void **state)
{
    (void)state;
    bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_OK);
    heard(C.attempt.no, VERDICT_DOUBTED);
    B->known = CHANNEL_WAITING; /* not yet */
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE next_sync_time IS NULL", 0);
    B->known = CHANNEL_SUCCESS;
    a_minute_passes();
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'late'", 1);
    ASSERT_NUMBER("SELECT status FROM pay_order", 20);
}

/* Its answer is lost: it did nothing. */
static void test_cancel__a_lost_one_that_did_nothing(void **state)
{
    (void)state;
    bar_begin(PAY_UNKNOWN, CHANNEL_CLOSED, CHANNEL_WAITING);
    B->pays_at_cancel = true;
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    assert_int_equal(B->heard, VERDICT_DOUBTED);
    ASSERT_STATES(0, 0);
    B->pays_at_cancel = false;
    B->known = CHANNEL_SUCCESS; /* the cancel may still be on its way */
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_STATES(0, 0);
    assert_int_equal(B->cancels, 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE next_sync_time"
                  " BETWEEN UTC_TIMESTAMP(3) + INTERVAL 50 SECOND"
                  " AND UTC_TIMESTAMP(3) + INTERVAL 60 SECOND",
                  1);
    a_minute_passes();
    heard(C.attempt.no, VERDICT_DOUBTED); /* a callback may be old */
    ASSERT_STATES(0, 0);
    proofs_agree();
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_STATES(10, 10);
    heard(C.attempt.no, VERDICT_REPEATED);
    proofs_agree();
}

/* Its answer is lost: it gave the money back. */
static void test_cancel__a_lost_one_that_gave_back(void **state)
{
    (void)state;
    bar_begin(PAY_UNKNOWN, CHANNEL_CLOSED, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    heard(C.attempt.no, VERDICT_DOUBTED);
    B->known = CHANNEL_SUCCESS;
    B->gone = true;
    ASSERT_ERR(ends(), PAY_OK);
    ASSERT_STATES(20, 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    assert_int_equal(B->cancels, 1);
    proofs_agree();
}

/* A definite no: the money is there, and counts at once. After a lost one it does not. */
static void test_cancel__a_refused_one(void **state)
{
    (void)state;
    bar_begin(PAY_OK, CHANNEL_SUCCESS, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_OK);
    ASSERT_STATES(10, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE cancel_time IS NULL", 1);
    empty_tables();
    bar_begin(PAY_UNKNOWN, CHANNEL_CLOSED, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    B->cancel = PAY_OK;
    B->state = CHANNEL_SUCCESS;
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    assert_int_equal(B->cancels, 2);
    ASSERT_STATES(0, 0);
}

/* An attempt that its order needs no more, of which the cancel was lost: what stands is not
 * cancelled again and again, which would keep it doubted for ever. */
static void test_cancel__none_again_of_money_that_stands(void **state)
{
    (void)state;
    bar_begin(PAY_UNKNOWN, CHANNEL_CLOSED, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    run_sql("UPDATE pay_order SET status = 20");
    B->cancel = PAY_OK;
    B->state = B->known = CHANNEL_SUCCESS; /* the driver asks, too, before it cancels */
    for (int round = 0; round < 3; round++) {
        ASSERT_ERR(asked(), PAY_OK);
        ASSERT_NUMBER("SELECT status FROM pay_order_extension", 0);
        run_sql("UPDATE pay_order_extension SET cancel_time = cancel_time - INTERVAL 15 SECOND");
    }
    assert_int_equal(B->cancels, 1);
    a_minute_passes();
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'late'", 1);
    assert_int_equal(B->cancels, 1);
}

/* One that was not confirmed yet is cancelled again. */
static void test_cancel__again_of_a_payer_who_waits(void **state)
{
    (void)state;
    bar_begin(PAY_UNKNOWN, CHANNEL_CLOSED, CHANNEL_WAITING);
    ASSERT_ERR(ends(), PAY_UNKNOWN);
    run_sql("UPDATE pay_order SET status = 20");
    B->cancel = PAY_OK;
    ASSERT_ERR(asked(), PAY_OK);
    assert_int_equal(B->cancels, 2);
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE cancel_time >"
                  " UTC_TIMESTAMP(3) - INTERVAL 10 SECOND",
                  1);
}

/* The callback was first: no cancel is sent. */
static void test_cancel__none_is_sent_of_a_paid_order(void **state)
{
    (void)state;
    bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
    B->pays_at_question = true;
    ASSERT_ERR(ends(), PAY_OK);
    assert_int_equal(B->heard == VERDICT_ACCEPTED || B->heard == VERDICT_REPEATED, 1);
    assert_int_equal(B->cancels, 0);
    ASSERT_STATES(10, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE cancel_time IS NULL", 1);
    proofs_agree();
}

/* Killed between the note and the cancel, or with the cancel on its way. */
static void test_cancel__killed_behind_the_note(void **state)
{
    int status = 0;

    (void)state;
    bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
    B->dies = true;
    pid_t pid = fork();
    if (pid == 0) {
        S.db = open_as("shroff_web");
        S.root = open_as("root");
        (void)!ends();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 9);
    B->dies = false;
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE cancel_time IS NOT NULL", 1);
    heard(C.attempt.no, VERDICT_DOUBTED);
    B->known = CHANNEL_SUCCESS;
    a_minute_passes();
    ASSERT_ERR(asked(), PAY_OK);
    ASSERT_STATES(10, 10);
    proofs_agree();
}

/* The database is gone at the note's COMMIT: nothing is sent. */
static void test_cancel__no_note_no_cancel(void **state)
{
    static const enum cut CUTS[] = { CUT_AFTER_COMMIT_ARRIVED, CUT_BEFORE_COMMIT_ARRIVES };

    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        empty_tables();
        bar_begin(PAY_OK, CHANNEL_CLOSED, CHANNEL_WAITING);
        cut_begin(CUTS[i]);
        ASSERT_ERR(ends(), PAY_LOST);
        cut_end();
        assert_int_equal(B->cancels, 0);
        ASSERT_STATES(0, 0);
        ASSERT_ERR(ends(), PAY_OK);
        assert_int_equal(B->cancels, 1);
        ASSERT_STATES(20, 20);
    }
}

static enum pay_err gone_back(void)
{
    struct channel_said said = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);

    said.gone_back = true;
    return settled_as(&said);
}

/* No cancel of Shroff's is on record: an operator gave the money back in the channel's console. */
static void test_gone_back__as_the_first_word_pays_nothing(void **state)
{
    struct order_terms terms = terms_of("SO1", 10000);
    struct checkout_call call = call_of(fresh_nonce(), "mock");

    (void)state;
    for (int recharge = 0; recharge < 2; recharge++) {
        empty_tables();
        call.nonce = fresh_nonce();
        call.recharge = recharge;
        snprintf(terms.user_id, sizeof(terms.user_id), "u1");
        ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
        ASSERT_ERR(gone_back(), PAY_OK);
        assert_int_equal(V, VERDICT_ACCEPTED);
        ASSERT_STATES(0, 20);
        ASSERT_ALERTS("order_other_end", "NULL");
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
        ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 0);
        ASSERT_ERR(gone_back(), PAY_OK);
        assert_int_equal(V, VERDICT_REPEATED);
        ASSERT_NUMBER("SELECT SUM(times) FROM pay_alert", 1);
    }
}

/* A second payment that has gone back is no debt. */
static void test_gone_back__a_second_payment_is_not_refunded(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OK);
    ASSERT_ERR(gone_back(), PAY_OK);
    ASSERT_STATES(10, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
    ASSERT_ALERTS("order_other_end", "NULL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LATE_TEST(test_cancel__a_callback_beside_it_pays_nothing),
        LATE_TEST(test_cancel__a_reversed_order_pays_nothing),
        LATE_TEST(test_cancel__money_that_stands_goes_back),
        LATE_TEST(test_cancel__a_lost_one_that_did_nothing),
        LATE_TEST(test_cancel__a_lost_one_that_gave_back),
        LATE_TEST(test_cancel__a_refused_one),
        LATE_TEST(test_cancel__none_again_of_money_that_stands),
        LATE_TEST(test_cancel__again_of_a_payer_who_waits),
        LATE_TEST(test_cancel__none_is_sent_of_a_paid_order),
        LATE_TEST(test_cancel__killed_behind_the_note),
        LATE_TEST(test_cancel__no_note_no_cancel),
        LATE_TEST(test_gone_back__as_the_first_word_pays_nothing),
        LATE_TEST(test_gone_back__a_second_payment_is_not_refunded),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("cancel", tests, bar_up, shroff_down);
}
