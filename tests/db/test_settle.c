/* test_settle.c - settle on a real database: paid once, again, late, twice, not at all. */
#include "tests/db/pay_steps.h"

static void test_settle__pays_once_and_notifies(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT status * 1000 + version FROM pay_order", 10001);
    ASSERT_NUMBER("SELECT channel_fee_price FROM pay_order", 60);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order"
                  " WHERE success_time = '2025-11-21 00:00:00.123'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o"
                  " JOIN pay_order_extension e ON o.extension_id = e.id"
                  " WHERE o.channel_order_no = CONCAT('GW', e.no) AND"
                  " e.channel_order_no = o.channel_order_no AND"
                  " e.paid_price = 10000 AND o.channel_code = 'mock'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task WHERE event = 'order.success' AND version = 1"
                  " AND max_notify_times = 16 AND lane = 0",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'ACCEPTED'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log", 2);
}

static void test_settle__repeated_changes_nothing(void **state)
{
    (void)state;
    created("SO1", 10000);
    for (int i = 0; i < 5; i++)
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT version FROM pay_order", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'", 4);
}

static void test_settle__each_genuine_callback_is_kept_as_it_came(void **state)
{
    (void)state;
    created("SO1", 10000);
    for (int i = 0; i < 206; i++)
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'", 205);
    for (int i = 0; i < 5; i++)
        ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 1), PAY_OTHER_PRICE);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 211);
}

static void test_settle__late_end_touches_nothing_paid(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_CLOSED, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_OTHER_END);
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 10);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'order_other_end'"
                  " AND text LIKE '%says that it was closed%'",
                  2);
}

/* The word of before the payment comes once more. */
static void test_settle__an_end_before_the_payment_is_no_alert(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert", 0);
}

static void test_settle__an_end_leaves_the_order_payable(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 20);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_CLOSED, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE channel_error_code = 'FAILED'",
                  1);
    /* and the money may come after all */
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 1010);
}

static void test_settle__second_attempt_paid_is_kept(void **state)
{
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, sizeof(first));
    another_attempt();
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_ERR(settled(first, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                  " WHERE duplicate_paid = 1 AND status = 10",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'duplicate_paid'", 1);
    ASSERT_NUMBER("SELECT version FROM pay_order", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_ERR(settled(first, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
}

/* ---- a payment has one number */

static void test_settle__a_number_pays_one_attempt(void **state)
{
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    created("SO2", 10000);
    ASSERT_ERR(paid_by(first, "X1"), PAY_OK);
    /* by callback, plain and repeated, and as an answer to a question */
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OTHER_PAYMENT);
    assert_int_equal(V, VERDICT_OTHER_PAYMENT);
    struct channel_said asked = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);
    snprintf(asked.channel_no, sizeof(asked.channel_no), "X1");
    ASSERT_ERR(settle(S.db, channel_now(), &asked, NULL, &V), PAY_OTHER_PAYMENT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert"
                  " WHERE kind = 'other_payment' AND times = 2 AND closed_by IS NULL",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_PAYMENT'", 1);
    ASSERT_NUMBER("SELECT status FROM pay_order WHERE merchant_order_id = 'SO2'", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    /* its own money pays it all the same */
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
}

static void test_settle__a_number_pays_one_attempt_of_an_order_too(void **state)
{
    char first[NO_SIZE];

    (void)state;
    created("SO1", 10000);
    memcpy(first, C.attempt.no, NO_SIZE);
    another_attempt();
    ASSERT_ERR(paid_by(first, "X1"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OTHER_PAYMENT);
    ASSERT_NUMBER("SELECT SUM(status) FROM pay_order_extension", 10);
}

static void test_settle__only_money_has_a_number(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_FAILED, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE channel_order_no IS NULL", 1);
}

static void test_settle__a_second_payment_has_a_row_of_its_own(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OK);
    for (int i = 0; i < 3; i++) {
        ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OK);
        assert_int_equal(V, i == 0 ? VERDICT_DUPLICATE_PAID : VERDICT_REPEATED);
    }
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order_extension f"
                  " ON f.id = e.of_id WHERE e.status = 10 AND e.duplicate_paid = 1 AND"
                  " e.channel_order_no = 'X2' AND e.paid_price = 10000 AND e.no <> f.no AND"
                  " f.channel_order_no = 'X1' AND f.duplicate_paid = 0 AND f.of_id IS NULL AND"
                  " e.success_time = '2025-11-21 00:00:00.123'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'duplicate_paid' AND times = 1", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM status_log l JOIN pay_order_extension e ON e.id = l.data_id"
                  " WHERE l.kind = 'attempt' AND e.of_id IS NOT NULL AND l.from_status = 0",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o WHERE o.version = 1 AND"
                  " o.channel_order_no = 'X1'",
                  1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    /* the first one again, a third one, and another order's money */
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_ERR(paid_by(C.attempt.no, "X3"), PAY_OK);
    assert_int_equal(V, VERDICT_DUPLICATE_PAID);
    created("SO2", 10000);
    ASSERT_ERR(paid_by(C.attempt.no, "X2"), PAY_OTHER_PAYMENT);
    ASSERT_ERR(paid_by(C.attempt.no, "Y1"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X3"), PAY_OTHER_PAYMENT);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 4);
}

/* A merchant that has its channel's keys makes no rows without end. */
static void test_settle__second_payments_are_fifty_of_an_order(void **state)
{
    char number[16];

    (void)state;
    created("SO1", 10000);
    for (int i = 0; i <= 53; i++) {
        snprintf(number, sizeof(number), "X%d", i);
        ASSERT_ERR(paid_by(C.attempt.no, number), i <= 50 ? PAY_OK : PAY_OTHER_PAYMENT);
    }
    ASSERT_ERR(paid_by(C.attempt.no, "X0"), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, "X50"), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 51);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'duplicate_paid'", 50);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'other_payment'", 3);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_PAYMENT'", 3);
}

static void test_settle__a_number_that_was_not_said_is_learned(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(paid_by(C.attempt.no, ""), PAY_OK);
    ASSERT_ERR(paid_by(C.attempt.no, ""), PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE channel_order_no IS NULL", 1);
    ASSERT_ERR(paid_by(C.attempt.no, "X1"), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
                  " WHERE o.channel_order_no = 'X1' AND e.channel_order_no = 'X1'",
                  1);
}

static void late_payment(const char *policy)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "UPDATE pay_app SET late_payment = '%s'", policy);
    run_sql(sql);
    clock_sleep_ms(1100); /* apps are kept for a second */
    created("SO1", 10000);
    run_sql("UPDATE pay_order SET status = 20");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
}

static void test_settle__late_money_is_accepted_when_the_app_says_so(void **state)
{
    (void)state;
    late_payment("accept");
    assert_int_equal(V, VERDICT_ACCEPTED);
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
}

static void test_settle__late_money_is_kept_for_refund(void **state)
{
    static const char *const POLICIES[] = { "hold", "refund" };

    for (size_t i = 0; i < COUNT(POLICIES); i++) {
        empty_tables();
        late_payment(POLICIES[i]);
        assert_int_equal(V, VERDICT_LATE_PAID);
        ASSERT_NUMBER("SELECT o.status * 100 + e.status"
                      " FROM pay_order o, pay_order_extension e",
                      2010);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'late_paid'", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 0);
        CHECK_I64(POLICIES[i], number_of("SELECT COUNT(*) FROM pay_refund"), (int64_t)i);
    }
    (void)state;
}

static void test_settle__other_price_never_pays(void **state)
{
    static const struct {
        int64_t price;
        const char *currency;
    } CASES[] = {
        { 9999, "CNY" },
        { 10001, "CNY" },
        { 10000, "USD" },
        { 1, "" },
    };

    (void)state;
    created("SO1", 10000);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct channel_said result = result_of(C.attempt.no, CHANNEL_SUCCESS, CASES[i].price);
        struct callback_raw raw = { .channel_id = S.channel_id, .body = "\xff\0{", .body_len = 3 };
        snprintf(result.currency, sizeof(result.currency), "%s", CASES[i].currency);
        ASSERT_ERR(settle(S.db, channel_now(), &result, &raw, &V), PAY_OTHER_PRICE);
    }
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 0);
    ASSERT_NUMBER("SELECT times FROM pay_alert WHERE kind = 'other_price'", 4);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_PRICE' AND"
                  " body = '\\\\xff\\\\x00{'",
                  4);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 0);
    /* an alert that was closed opens again */
    run_sql("UPDATE pay_alert SET closed_by = 'me', close_time = NOW(3)");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 1), PAY_OTHER_PRICE);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL AND times = 5", 1);
}

static void test_settle__expired_but_waiting_is_paid(void **state)
{
    (void)state;
    created("SO1", 10000);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
}

static void test_settle__knows_only_its_channels_attempts(void **state)
{
    struct channel_config other;
    struct channel_said result;

    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled("01J0EXAMP00000000000000001", CHANNEL_SUCCESS, 10000), PAY_NOT_FOUND);
    assert_int_equal(V, VERDICT_UNKNOWN_ATTEMPT);
    other = *channel_now();
    other.account.id += 1000;
    result = result_of(C.attempt.no, CHANNEL_SUCCESS, 10000);
    ASSERT_ERR(settle(S.db, &other, &result, NULL, &V), PAY_NOT_FOUND);
    ASSERT_NUMBER("SELECT status FROM pay_order", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 0);
    ASSERT_ERR(callback_record(S.db, &(struct callback_raw){ .body = "", .headers = "{}" },
                               VERDICT_BAD_SIGN),
               PAY_OK);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'BAD_SIGN'", 1);
}

static void test_settle__states_that_say_nothing(void **state)
{
    (void)state;
    created("SO1", 10000);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_WAITING, 0), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_NOT_FOUND, 0), PAY_OK);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 0);
}

static void test_settle__a_lost_commit_is_applied_once(void **state)
{
    (void)state;
    created("SO1", 10000);
    cut_begin(CUT_AFTER_COMMIT_ARRIVED);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_LOST);
    cut_end();
    ASSERT_NUMBER("SELECT status FROM pay_order", 10);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_REPEATED);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    created("SO2", 10000);
    cut_begin(CUT_BEFORE_COMMIT_ARRIVES);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_LOST);
    cut_end();
    ASSERT_NUMBER("SELECT status FROM pay_order WHERE merchant_order_id = 'SO2'", 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
}

static void test_settle__a_fault_or_an_outage_changes_nothing(void **state)
{
    struct db *holder = open_as("root");
    static const char SQL[] = "SELECT id FROM pay_order FOR UPDATE";
    int64_t id;
    char why[256];

    (void)state;
    created("SO1", 10000);
    run_sql("ALTER TABLE notify_task ADD CONSTRAINT no_task CHECK (status = 77)");
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_FAULT);
    run_sql("ALTER TABLE notify_task DROP CONSTRAINT no_task");
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 0);
    /* somebody holds the order for longer than we wait */
    ASSERT_ERR(db_run_text(holder, "SET autocommit = 0", why, sizeof(why)), PAY_OK);
    ASSERT_ERR(db_number(holder, SQL, NULL, 0, &id), PAY_OK);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_DB_AWAY);
    db_close(&holder);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log", 0);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    assert_int_equal(V, VERDICT_ACCEPTED);
}

/* ---- at once */

#define CROWD 8

/* Runs work in CROWD processes with connections of their own; how many said true. */
static int crowd(bool (*work)(int who))
{
    pid_t pids[CROWD];
    int yes = 0;

    for (int i = 0; i < CROWD; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            S.db = open_as("shroff_web");
            _exit(work(i) ? 1 : 0);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        int status = 0;
        waitpid(pids[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        yes += WEXITSTATUS(status);
    }
    return yes;
}

static bool callback_ten_times(int who)
{
    (void)who;
    for (int i = 0; i < 12; i++)
        if (settled(C.attempt.no, CHANNEL_SUCCESS, 10000) != PAY_OK)
            return false;
    return true;
}

static void test_settle__one_of_a_hundred_at_once_pays(void **state)
{
    (void)state;
    created("SO1", 10000);
    assert_int_equal(crowd(callback_ten_times), CROWD);
    ASSERT_NUMBER("SELECT version FROM pay_order WHERE status = 10", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'ACCEPTED'", 1);
    ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'REPEATED'", CROWD * 12 - 1);
}

static char pay_ids[CROWD][NO_SIZE];

static bool one_number_for_all(int who)
{
    enum pay_err err = paid_by(pay_ids[who], "X1");
    return err == PAY_OK;
}

static bool second_payment_of_one(int who)
{
    char number[16];

    snprintf(number, sizeof(number), "X%d", who / 4);
    return paid_by(C.attempt.no, number) == PAY_OK;
}

static void test_settle__one_number_at_once_pays_one(void **state)
{
    char no[32];

    (void)state;
    for (int round = 0; round < 5; round++) {
        empty_tables();
        for (int i = 0; i < CROWD; i++) {
            snprintf(no, sizeof(no), "SO%d", i);
            created(no, 10000);
            memcpy(pay_ids[i], C.attempt.no, NO_SIZE);
        }
        assert_int_equal(crowd(one_number_for_all), 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order WHERE status = 10", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'OTHER_PAYMENT'",
                      CROWD - 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_alert WHERE kind = 'other_payment'", CROWD - 1);
    }
}

/* In turns one of two pays, the other is the second, and both are second to a third. */
static void test_settle__one_second_payment_at_once_is_one_row(void **state)
{
    (void)state;
    for (int round = 0; round < 6; round++) {
        empty_tables();
        created("SO1", 10000);
        if (round % 2 == 0)
            ASSERT_ERR(paid_by(C.attempt.no, "first"), PAY_OK);
        assert_int_equal(crowd(second_payment_of_one), CROWD);
        if (round % 2 != 0)
            ASSERT_ERR(paid_by(C.attempt.no, "last"), PAY_OK);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE of_id IS NOT NULL", 2);
        ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'DUPLICATE_PAID'", 2);
        ASSERT_NUMBER("SELECT COUNT(*) FROM callback_log WHERE verdict = 'ACCEPTED'", 1);
    }
}

static bool own_attempt_paid(int who)
{
    return settled(pay_ids[who], who % 2 == 0 ? CHANNEL_SUCCESS : CHANNEL_CLOSED, 10000) == PAY_OK;
}

static void test_settle__several_attempts_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        empty_tables();
        created("SO1", 10000);
        memcpy(pay_ids[0], C.attempt.no, NO_SIZE);
        for (int i = 1; i < CROWD; i++) {
            another_attempt();
            memcpy(pay_ids[i], C.attempt.no, NO_SIZE);
        }
        assert_int_equal(crowd(own_attempt_paid), CROWD);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE duplicate_paid = 1",
                      CROWD / 2 - 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 20", CROWD / 2);
        proofs_hold(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_settle__pays_once_and_notifies),
        MONEY_TEST(test_settle__repeated_changes_nothing),
        MONEY_TEST(test_settle__each_genuine_callback_is_kept_as_it_came),
        MONEY_TEST(test_settle__late_end_touches_nothing_paid),
        MONEY_TEST(test_settle__an_end_before_the_payment_is_no_alert),
        MONEY_TEST(test_settle__an_end_leaves_the_order_payable),
        MONEY_TEST(test_settle__second_attempt_paid_is_kept),
        MONEY_TEST(test_settle__a_number_pays_one_attempt),
        MONEY_TEST(test_settle__a_number_pays_one_attempt_of_an_order_too),
        MONEY_TEST(test_settle__only_money_has_a_number),
        MONEY_TEST(test_settle__a_second_payment_has_a_row_of_its_own),
        MONEY_TEST(test_settle__second_payments_are_fifty_of_an_order),
        MONEY_TEST(test_settle__a_number_that_was_not_said_is_learned),
        MONEY_TEST(test_settle__late_money_is_accepted_when_the_app_says_so),
        MONEY_TEST(test_settle__late_money_is_kept_for_refund),
        MONEY_TEST(test_settle__other_price_never_pays),
        MONEY_TEST(test_settle__expired_but_waiting_is_paid),
        MONEY_TEST(test_settle__knows_only_its_channels_attempts),
        MONEY_TEST(test_settle__states_that_say_nothing),
        MONEY_TEST(test_settle__a_lost_commit_is_applied_once),
        MONEY_TEST(test_settle__a_fault_or_an_outage_changes_nothing),
        MONEY_TEST(test_settle__one_of_a_hundred_at_once_pays),
        MONEY_TEST(test_settle__several_attempts_at_once),
        MONEY_TEST(test_settle__one_number_at_once_pays_one),
        MONEY_TEST(test_settle__one_second_payment_at_once_is_one_row),
        PAY_TEST(test_locks__one_order_for_all),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
