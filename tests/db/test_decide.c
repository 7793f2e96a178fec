/* test_decide.c - what an operator decides about money that its order did not take, on a real
 * database with shroffctl's own rights. */
#include "tests/db/late_steps.h"

#include "settle/decide.h"

static struct db *CTL;
static struct decided D;

static int64_t alert_id(const char *kind)
{
    static const char SQL[] = "SELECT id FROM pay_alert WHERE kind = ? AND about = ?";
    const struct db_param in[] = { DB_STR(kind), DB_STR(C.attempt.no) };
    int64_t id = 0;

    ASSERT_ERR(db_number(S.root, SQL, DB_LIST(in), &id), PAY_OK);
    db_end(S.root);
    return id;
}

static enum pay_err decided(const char *kind, enum decision decision)
{
    return alert_decide(CTL,
                        &(struct deciding){ .alert_id = alert_id(kind),
                                            .decision = decision,
                                            .who = "op",
                                            .remark = "as the merchant asked" },
                        &D);
}

#define ASSERT_REFUSED(kind, decision, words) \
    do { \
        ASSERT_ERR(decided(kind, decision), PAY_WRONG_STATE); \
        if (!strstr(D.problem, words)) \
            fail_msg("%s:%d: %s", __FILE__, __LINE__, D.problem); \
    } while (0)

static void held_money(const char *no)
{
    late_payment("hold");
    late_money(no);
    late_payment("refund");
}

static void test_alert_decide__held_money_goes_back(void **state)
{
    (void)state;
    held_money("SO1");
    ASSERT_ERR(decided("late_paid", DECIDE_REFUND), PAY_OK);
    assert_false(D.before);
    assert_string_equal(D.order_no, C.order.no);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE closed_by = 'op' AND decision = 'refund'"
                  " AND remark = 'as the merchant asked' AND close_time IS NOT NULL",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE who = 'op' AND what = 'alert.refund'"
                  " AND why = 'as the merchant asked'",
                  1);
    ASSERT_ERR(decided("late_paid", DECIDE_REFUND), PAY_OK);
    assert_true(D.before);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'late'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM admin_log WHERE what = 'alert.refund'", 1);
    ASSERT_REFUSED("late_paid", DECIDE_ACCEPT, "is under way");
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_REFUSED("late_paid", DECIDE_KEEP, "was done already");
}

static void test_alert_decide__held_money_pays_its_order(void **state)
{
    (void)state;
    late_payment("hold");
    closed_order("SO1");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_CLOSED, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    late_payment("refund");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE channel_error_code IS NULL", 1);
    ASSERT_ERR(decided("late_paid", DECIDE_ACCEPT), PAY_OK);
    ASSERT_NUMBER("SELECT status * 1000000 + channel_fee_rate * 100 + channel_fee_price"
                  " FROM pay_order",
                  10600060);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e"
                  " ON e.id = o.extension_id WHERE o.channel_order_no = e.channel_order_no"
                  " AND o.success_time = e.success_time"
                  " AND o.success_time = '2025-11-21 00:00:00.123'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id"
                  " WHERE t.event = 'order.success' AND t.version = o.version"
                  " AND JSON_VALUE(t.body, '$.data.paid_price') = 10000",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log WHERE kind = 'order' AND from_status = 20", 1);
    ASSERT_ERR(decided("late_paid", DECIDE_ACCEPT), PAY_OK);
    assert_true(D.before);
    ASSERT_REFUSED("late_paid", DECIDE_REFUND, "it pays order");
    /* it is an order like any other */
    ASSERT_ERR(refunded("SO1", "R1", 10000), PAY_OK);
    ASSERT_MONEY(30, 10000, 0, 10);
}

/* What a recharge brings is on the wallet when it is accepted, not before; a refund of it that
 * nobody asked for never was. */
static void test_alert_decide__a_held_recharge(void **state)
{
    struct order_terms terms = terms_of("SO1", 10000);
    struct checkout_call call = call_of(fresh_nonce(), "mock");

    (void)state;
    run_sql("DELETE FROM ledger_entry");
    run_sql("DELETE FROM wallet");
    snprintf(terms.user_id, sizeof(terms.user_id), "u1");
    call.recharge = true;
    terms.bonus_price = MONEY(500);
    ASSERT_ERR(checkout_create(&call, &terms, &C), PAY_OK);
    run_sql("UPDATE pay_order SET status = 20");
    late_payment("hold");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    late_payment("refund");
    ASSERT_NUMBER("SELECT COUNT(*) FROM ledger_entry", 0);
    ASSERT_ERR(decided("late_paid", DECIDE_ACCEPT), PAY_OK);
    ASSERT_NUMBER("SELECT balance FROM wallet", 10500);
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    assert_int_equal(refunds_run(), 1);
    ASSERT_NUMBER("SELECT balance FROM wallet", 10500);
    ASSERT_MONEY(10, 0, 0, 10);
}

static void test_alert_decide__held_money_is_dealt_with_elsewhere(void **state)
{
    (void)state;
    held_money("SO1");
    ASSERT_ERR(decided("late_paid", DECIDE_KEEP), PAY_OK);
    ASSERT_ALERTS("late_paid", "'op'");
    ASSERT_MONEY(20, 0, 0, -1);
    ASSERT_ERR(decided("late_paid", DECIDE_KEEP), PAY_OK);
    assert_true(D.before);
    /* a decision to keep it can be changed */
    ASSERT_ERR(decided("late_paid", DECIDE_REFUND), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 1);
}

static void test_alert_decide__a_failed_refund_is_tried_again(void **state)
{
    (void)state;
    late_money("SO1");
    ASSERT_REFUSED("late_paid", DECIDE_REFUND, "is under way");
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    assert_int_equal(refunds_run(), 1);
    ASSERT_REFUSED("refund_failed", DECIDE_ACCEPT, "was sent, and failed");
    ASSERT_ERR(decided("refund_failed", DECIDE_REFUND), PAY_OK);
    ASSERT_ALERTS("refund_failed", "'op'");
    ASSERT_ALERTS("late_paid", "'op'");
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(20, 0, 0, 20);
    /* refused again: the alert is open again, and nothing is decided */
    ASSERT_ALERTS("refund_failed", "NULL");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE decision IS NULL AND times = 2", 1);
    channel_says(PAY_OK, CHANNEL_SUCCESS, CHANNEL_NOT_FOUND);
    ASSERT_ERR(decided("refund_failed", DECIDE_REFUND), PAY_OK);
    assert_false(D.before);
    assert_int_equal(refunds_run(), 1);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund", 1);
}

/* The operator gave the money back elsewhere; then the channel gave it back as well. */
static void test_alert_decide__money_that_was_kept_goes_back_after_all(void **state)
{
    static const char SQL[] = "SELECT id FROM pay_refund";
    static struct refund refund;

    (void)state;
    late_money("SO1");
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    assert_int_equal(refunds_run(), 1);
    ASSERT_ERR(decided("refund_failed", DECIDE_KEEP), PAY_OK);
    ASSERT_ERR(refund_by_id(S.root, number_of(SQL), &refund), PAY_OK);
    db_end(S.root);
    for (int i = 0; i < 2; i++)
        ASSERT_ERR(refund_said(refund.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_MONEY(20, 0, 0, 10);
    ASSERT_ALERTS("refunded_twice", "NULL");
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'refunded_twice'", 1);
}

static void test_alert_decide__double_money(void **state)
{
    (void)state;
    double_money("SO1");
    channel_says(PAY_REFUSED, CHANNEL_FAILED, CHANNEL_NOT_FOUND);
    assert_int_equal(refunds_run(), 1);
    ASSERT_REFUSED("duplicate_paid", DECIDE_ACCEPT, "was paid by another payment");
    ASSERT_ERR(decided("duplicate_paid", DECIDE_KEEP), PAY_OK);
    ASSERT_ALERTS("duplicate_paid", "'op'");
    ASSERT_ALERTS("refund_failed", "'op'");
}

/* Another payment of it was accepted meanwhile. */
static void test_alert_decide__of_an_order_that_is_paid_now(void **state)
{
    char first[NO_SIZE];

    (void)state;
    held_money("SO1");
    memcpy(first, C.attempt.no, NO_SIZE);
    another_attempt();
    late_payment("accept");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
    late_payment("refund");
    memcpy(C.attempt.no, first, NO_SIZE);
    ASSERT_REFUSED("late_paid", DECIDE_ACCEPT, "is SUCCESS");
    ASSERT_ERR(decided("late_paid", DECIDE_REFUND), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_refund WHERE cause = 'late'", 1);
}

static void test_alert_decide__other_alerts_and_none(void **state)
{
    const struct deciding none = { .alert_id = 999999999, .who = "op", .remark = "x" };

    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 1), PAY_OTHER_PRICE);
    ASSERT_REFUSED("other_price", DECIDE_KEEP, "alerts close");
    ASSERT_ERR(alert_decide(CTL, &none, &D), PAY_NOT_FOUND);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL", 1);
}

static int64_t ALERT;

/* Half of the operators give it back, half accept it. */
static bool decides(int who)
{
    const struct deciding by = { .alert_id = ALERT,
                                 .decision = who % 2 == 0 ? DECIDE_REFUND : DECIDE_ACCEPT,
                                 .who = "op",
                                 .remark = "x" };
    struct decided out;

    CTL = open_as("shroff_ctl");
    return alert_decide(CTL, &by, &out) == PAY_OK;
}

static void test_alert_decide__at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        empty_tables();
        held_money("SO1");
        ALERT = alert_id("late_paid");
        assert_int_equal(crowd(CROWD, decides), CROWD / 2);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o LEFT JOIN pay_refund r"
                      " ON r.order_id = o.id WHERE (o.status = 10) <> (r.id IS NOT NULL)",
                      1);
        assert_int_equal(proofs_hold(NULL), 0);
    }
}

static int decide_up(void **state)
{
    int rc = refund_up(state);

    CTL = open_as("shroff_ctl");
    return rc;
}

static int decide_down(void **state)
{
    db_close(&CTL);
    return shroff_down(state);
}

static int decide_begin(void **state)
{
    run_sql("DELETE FROM admin_log");
    return refund_begin(state);
}

#define DECIDE_TEST(f) cmocka_unit_test_setup_teardown(f, decide_begin, proofs_hold)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DECIDE_TEST(test_alert_decide__held_money_goes_back),
        DECIDE_TEST(test_alert_decide__held_money_pays_its_order),
        DECIDE_TEST(test_alert_decide__a_held_recharge),
        DECIDE_TEST(test_alert_decide__held_money_is_dealt_with_elsewhere),
        DECIDE_TEST(test_alert_decide__a_failed_refund_is_tried_again),
        DECIDE_TEST(test_alert_decide__money_that_was_kept_goes_back_after_all),
        DECIDE_TEST(test_alert_decide__double_money),
        DECIDE_TEST(test_alert_decide__of_an_order_that_is_paid_now),
        DECIDE_TEST(test_alert_decide__other_alerts_and_none),
        DECIDE_TEST(test_alert_decide__at_once),
        cmocka_unit_test(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests_name("decide", tests, decide_up, decide_down);
}
