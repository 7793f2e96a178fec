/* test_late.c - money that its order cannot take, on a real database: it came late, or twice. It is
 * on record with the refund that gives it back, or with an alert on which an operator decides. */
#include <time.h>

#include "tests/db/late_steps.h"

/* ---- it goes back by itself */

static void test_settle__late_money_goes_back(void **state)
{
    (void)state;
    late_money("SO1");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund r JOIN pay_order_extension e"
                  " ON e.id = r.extension_id WHERE r.cause = 'late' AND r.refund_price = 10000"
                  " AND r.merchant_refund_id = CONCAT('auto:', e.no) AND e.status = 10",
                  1);
    ASSERT_ALERTS("late_paid", "NULL");
    ASSERT_MONEY(20, 0, 0, 0);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    assert_int_equal(refunds_run(), 1);
    assert_string_equal(P->pay_id, C.attempt.no);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_ALERTS("late_paid", "'shroff'");
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'refund.success'"
                  " AND JSON_VALUE(body, '$.data.cause') = 'late'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    assert_int_equal(refunds_run(), 0);
}

static void test_settle__a_second_attempts_money_goes_back(void **state)
{
    (void)state;
    double_money("SO1");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund r JOIN pay_order_extension e"
                  " ON e.id = r.extension_id WHERE r.cause = 'duplicate' AND e.duplicate_paid = 1",
                  1);
    ASSERT_ALERTS("duplicate_paid", "NULL");
    assert_int_equal(refunds_run(), 1);
    assert_string_equal(P->pay_id, C.attempt.no);
    ASSERT_MONEY(10, 0, 0, 10);
    ASSERT_ALERTS("duplicate_paid", "'shroff'");
}

/* As Alipay's TRADE_CLOSED of a trade that was paid. */
static enum pay_err gone_back(void)
{
    struct channel_said said = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);

    said.gone_back = true;
    return settled_as(&said);
}

#define GONE_BACK \
    "SELECT IFNULL(SUM(times), 0) FROM pay_alert WHERE kind = 'order_other_end'" \
    " AND text LIKE '%gone back whole%'"

static void test_settle__money_that_went_back_elsewhere_is_an_alert(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 4000), PAY_OK);
    ASSERT_ERR(gone_back(), PAY_OK);
    assert_int_equal(V, VERDICT_OTHER_END);
    ASSERT_NUMBER(GONE_BACK, 1);
    ASSERT_ERR(refunded("SO1", "R2", 6000), PAY_OK);
    ASSERT_ERR(gone_back(), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_CLOSED, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER(GONE_BACK, 1);
    /* that it was paid is heard by this word alone: it pays nothing */
    created("SO2", 10000);
    ASSERT_ERR(gone_back(), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT status FROM pay_order WHERE merchant_order_id = 'SO2'", 0);
    ASSERT_NUMBER(GONE_BACK, 2);
}

/* The channel knows the second payment by its own number, under the first attempt's. */
static void test_settle__a_second_payment_goes_back(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X3"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'duplicate'", 2);
    ASSERT_NUMBER("SELECT refund_count FROM pay_order", 2);
    assert_int_equal(refunds_run(), 2);
    assert_string_equal(P->pay_id, C.attempt.no);
    assert_string_equal(P->channel_order_no, "X3");
    ASSERT_MONEY(10, 0, 0, 10);
}

/* All of the order's money went back before: the second payment is no part of it. */
static void test_settle__a_second_payment_of_a_refunded_order_goes_back(void **state)
{
    (void)state;
    paid("SO1", 10000);
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(30, 10000, 0, 10);
    ASSERT_NUMBER("SELECT SUM(refund_price) FROM pay_refund", 20000);
}

static void test_settle__held_money_waits_for_an_operator(void **state)
{
    (void)state;
    late_payment("hold");
    late_money("SO1");
    late_payment("refund");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 0);
    ASSERT_ALERTS("late_paid", "NULL");
    /* a second payment of it is nobody's question */
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'duplicate'", 1);
}

static enum pay_err refund_done_after_all(void)
{
    static struct refund refund;

    enum pay_err err = refund_by_id(S.db, number_of("SELECT id FROM pay_refund"), &refund);
    db_end(S.db);
    return err == PAY_OK ? refund_said(refund.no, CHANNEL_SUCCESS, 10000) : err;
}

static void test_settle__a_refused_refund_raises_an_alert_of_its_own(void **state)
{
    (void)state;
    late_money("SO1");
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(20, 0, 0, 20);
    ASSERT_ALERTS("late_paid", "NULL");
    ASSERT_ALERTS("refund_failed", "NULL");
    /* it did it all the same */
    ASSERT_ERR(refund_done_after_all(), PAY_OK);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_ALERTS("late_paid", "'shroff'");
    ASSERT_ALERTS("refund_failed", "'shroff'");
}

/* ---- the other attempts of a paid order */

/* Old ones are ended at their channels at once, a new one when its call is over. */
static void test_settle__a_paid_order_needs_its_other_attempts_no_more(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        empty_tables();
        created("SO1", 10000);
        another_attempt();
        run_sql("UPDATE pay_order_extension SET create_time = create_time - INTERVAL 1 MINUTE,"
                " next_sync_time = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR");
        another_attempt();
        if (late)
            run_sql("UPDATE pay_order SET status = 20");
        late_payment(late ? "accept" : "refund");
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
        assert_int_equal(V, VERDICT_ACCEPTED);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0"
                      " AND next_sync_time <= UTC_TIMESTAMP(3)",
                      2);
    }
    late_payment("refund");
    empty_tables();
    created("SO2", 10000);
    another_attempt();
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT TIMESTAMPDIFF(SECOND, create_time, next_sync_time)"
                  " FROM pay_order_extension WHERE status = 0",
                  10);
}

/* ---- killed */

/* The payment and its refund are one transaction. */
static void test_settle__there_is_no_late_money_without_its_refund(void **state)
{
    (void)state;
    closed_order("SO1");
    run_sql("ALTER TABLE pay_refund ADD CONSTRAINT no_refund CHECK (status = 77)");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_FAULT);
    run_sql("ALTER TABLE pay_refund DROP CONSTRAINT no_refund");
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 1);
}

static void test_settle__a_lost_commit_gives_back_once(void **state)
{
    static const enum cut CUTS[] = { CUT_AFTER_COMMIT_ARRIVED, CUT_BEFORE_COMMIT_ARRIVES };

    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        empty_tables();
        channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
        closed_order("SO1");
        cut_begin(CUTS[i]);
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_LOST);
        cut_end();
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension e LEFT JOIN pay_refund r"
                      " ON r.extension_id = e.id WHERE (e.status = 10) <> (r.id IS NOT NULL)",
                      0);
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
        assert_int_equal(refunds_run(), 1);
        assert_int_equal(P->sent, 1);
        ASSERT_MONEY(20, 0, 0, 10);
    }
}

/* The job is killed after the channel did it, before that was recorded: its lease runs out. */
static void test_settle__a_killed_job_gives_back_once(void **state)
{
    struct db_due_rows rows;

    (void)state;
    late_money("SO1");
    ASSERT_ERR(db_due_claim(S.db, &REFUNDS_DUE, 1, NULL, &rows), PAY_OK);
    assert_int_equal(rows.count, 1);
    assert_int_equal(P->sent, 0);
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_SUCCESS);
    assert_int_equal(refunds_run(), 1);
    assert_int_equal(P->sent, 0);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_ALERTS("late_paid", "'shroff'");
}

/* ---- at once */

static char ATTEMPTS[2][NO_SIZE];

static bool pays(int who)
{
    return settled(ATTEMPTS[who % 2], CHANNEL_SUCCESS, 10000) == PAY_OK;
}

static void test_settle__the_same_late_money_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        empty_tables();
        closed_order("SO1");
        memcpy(ATTEMPTS[0], C.attempt.no, NO_SIZE);
        memcpy(ATTEMPTS[1], C.attempt.no, NO_SIZE);
        assert_int_equal(crowd(CROWD, pays), CROWD);
        ASSERT_MONEY(20, 0, 0, 0);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 1);
        ASSERT_ALERTS("late_paid", "NULL");
        ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'LATE_PAID'", 1);
    }
}

static int rounds(void)
{
    return getenv("SHROFF_FULL") ? 10000 : 200;
}

static void test_settle__both_attempts_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < rounds() / 4; round++) {
        empty_tables();
        created("SO1", 10000);
        memcpy(ATTEMPTS[0], C.attempt.no, NO_SIZE);
        another_attempt();
        memcpy(ATTEMPTS[1], C.attempt.no, NO_SIZE);
        assert_int_equal(crowd(2, pays), 2);
        ASSERT_NUMBER("SELECT status * 10 + refund_count FROM pay_order", 101);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund r JOIN pay_order_extension e"
                      " ON e.id = r.extension_id AND e.duplicate_paid = 1",
                      1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'order.success'", 1);
        assert_int_equal(proofs_hold(NULL), 0);
    }
}

static int64_t ORDER_ID;

static enum pay_err close_work(struct db *db, void *arg)
{
    static const char LOCK[] = "SELECT id FROM pay_order WHERE id = ? FOR UPDATE";
    static const char SQL[] =
        "UPDATE pay_order SET status = 20, version = version + 1 WHERE id = ? AND status = 0";
    const struct db_param in[] = { DB_NUM(ORDER_ID) };
    int64_t id;

    (void)arg;
    enum pay_err err = db_number(db, LOCK, DB_LIST(in), &id);
    return err == PAY_OK ? db_exec(db, SQL, DB_LIST(in), NULL) : err;
}

static int ROUND;

/* The close comes a little later in each round, so that both are the first in some. */
static bool pays_or_closes(int who)
{
    const struct timespec delay = { .tv_nsec = ROUND % 8 * 300000L };

    if (who == 0)
        return pays(0);
    (void)nanosleep(&delay, NULL);
    return db_txn(S.db, close_work, NULL) == PAY_OK;
}

/* It is paid, or it is closed and its money goes back: never closed with the money. */
static void test_settle__a_close_at_once(void **state)
{
    int paid_rounds = 0, all = rounds();

    (void)state;
    for (ROUND = 0; ROUND < all; ROUND++) {
        empty_tables();
        created("SO1", 10000);
        memcpy(ATTEMPTS[0], C.attempt.no, NO_SIZE);
        ORDER_ID = number_of("SELECT id FROM pay_order");
        assert_int_equal(crowd(2, pays_or_closes), 2);
        const int64_t paid_now = number_of("SELECT status = 10 FROM pay_order");
        CHECK_I64("refunds", number_of("SELECT COUNT(*) FROM pay_refund WHERE cause = 'late'"),
                  1 - paid_now);
        CHECK_I64("paid attempts", number_of("SELECT SUM(status) FROM pay_order_extension"), 10);
        assert_int_equal(proofs_hold(NULL), 0);
        paid_rounds += (int)paid_now;
    }
    print_message("a callback against a close: paid %d, closed %d\n", paid_rounds,
                  all - paid_rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LATE_TEST(test_settle__late_money_goes_back),
        LATE_TEST(test_settle__a_second_attempts_money_goes_back),
        LATE_TEST(test_settle__money_that_went_back_elsewhere_is_an_alert),
        LATE_TEST(test_settle__a_second_payment_goes_back),
        LATE_TEST(test_settle__a_second_payment_of_a_refunded_order_goes_back),
        LATE_TEST(test_settle__held_money_waits_for_an_operator),
        LATE_TEST(test_settle__a_refused_refund_raises_an_alert_of_its_own),
        LATE_TEST(test_settle__a_paid_order_needs_its_other_attempts_no_more),
        LATE_TEST(test_settle__there_is_no_late_money_without_its_refund),
        LATE_TEST(test_settle__a_lost_commit_gives_back_once),
        LATE_TEST(test_settle__a_killed_job_gives_back_once),
        LATE_TEST(test_settle__the_same_late_money_at_once),
        LATE_TEST(test_settle__both_attempts_at_once),
        LATE_TEST(test_settle__a_close_at_once),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("late", tests, refund_up, shroff_down);
}
