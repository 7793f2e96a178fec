/* test_called.c - creates whose channel is called: the mock's account with a driver of our own. */
#include "tests/db/pay_steps.h"

static enum pay_err called_result;
static int64_t attempts_when_called;
static bool paid_meanwhile;

/* In a process of its own it would be the same: another connection. */
static void callback_came(const char *pay_id)
{
    struct db *own = S.db;

    S.db = open_as("shroff_web");
    ASSERT_ERR(settled(pay_id, CHANNEL_SUCCESS, 10000), PAY_OK);
    db_close(&S.db);
    S.db = own;
}

static enum pay_err called_submit(const struct channel_account *account,
                                  const struct channel_order *order, struct channel_ticket *out)
{
    static const char SQL[] = "SELECT COUNT(*) FROM pay_order_extension";
    const struct json *openid = order->extras != NULL ? json_member(order->extras, "openid") : NULL;
    size_t len;

    (void)account;
    attempts_when_called = number_of(SQL);
    assert_string_equal(openid != NULL ? json_text(openid, &len) : "none", "o1");
    assert_int_equal(order->price.minor, 10000);
    assert_true(order->expire_time > 0 && ulid_is(order->pay_id));
    if (paid_meanwhile)
        callback_came(order->pay_id);
    if (called_result == PAY_DB_AWAY) /* the answer cannot be recorded */
        run_sql("LOCK TABLES pay_order_extension READ");
    *out = (struct channel_ticket){ .display_mode = "qr_code", .display_content = "weixin://x" };
    if (called_result == PAY_OK || called_result == PAY_DB_AWAY)
        return PAY_OK;
    *out = (struct channel_ticket){ .error_code = "NO_AUTH", .error_msg = "not allowed" };
    return called_result;
}

static enum pay_err create_called(const char *no, enum pay_err result)
{
    static struct channel_product called;
    struct order_terms terms = terms_of(no, 10000);
    struct checkout_call call = call_of(fresh_nonce(), "mock");
    const struct channel_config *channel;
    struct channel_config *slot;

    clock_sleep_ms(1100); /* a fresh second, in which the slot keeps what we put there */
    ASSERT_ERR(channel_config_by_code(S.db, &S.config, S.app->id, "mock", &channel), PAY_OK);
    called = *channel->account.product;
    called.way = BY_CALL;
    called.submit = called_submit;
    called_result = result;
    memcpy(&slot, &channel, sizeof(slot));
    slot->account.product = &called;
    call.extras = "{\"openid\":\"o1\"}";
    enum pay_err err = checkout_create(&call, &terms, &C);
    clock_sleep_ms(1100);
    return err;
}

static void test_checkout_create__calls_a_channel_after_the_commit(void **state)
{
    (void)state;
    ASSERT_ERR(create_called("SO1", PAY_OK), PAY_OK);
    assert_int_equal(attempts_when_called, 1);
    assert_true(C.has_attempt && C.created);
    assert_string_equal(C.attempt.display_mode, "qr_code");
    assert_string_equal(C.attempt.display_content, "weixin://x");
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0 AND"
                  " display_mode = 'qr_code' AND display_content = 'weixin://x'",
                  1);
}

static void test_checkout_create__a_refusal_ends_the_attempt(void **state)
{
    (void)state;
    ASSERT_ERR(create_called("SO1", PAY_REFUSED), PAY_REFUSED);
    assert_true(ulid_is(C.order.no) && !C.has_attempt);
    assert_string_equal(C.error_code, "NO_AUTH");
    assert_string_equal(C.error_msg, "not allowed");
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 20);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE channel_error_code = 'NO_AUTH'"
                  " AND channel_error_msg = 'not allowed'",
                  1);
    /* the same again opens another attempt */
    created("SO1", 10000);
    assert_true(!C.created && C.has_attempt);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 2);
}

static void test_checkout_create__an_unknown_answer_leaves_the_attempt_open(void **state)
{
    static const enum pay_err RESULTS[] = { PAY_UNKNOWN, PAY_FAULT, PAY_DB_AWAY };

    (void)state;
    for (size_t i = 0; i < COUNT(RESULTS); i++) {
        empty_tables();
        enum pay_err err = create_called("SO1", RESULTS[i]);
        run_sql("UNLOCK TABLES");
        ASSERT_ERR(err, PAY_UNKNOWN);
        assert_true(ulid_is(C.order.no));
        ASSERT_NUMBER("SELECT o.status * 100 + e.status"
                      " FROM pay_order o, pay_order_extension e",
                      0);
        created("SO1", 10000);
        assert_true(!C.created && C.has_attempt);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension", 1);
    }
}

/* The payer was faster than the channel's answer to submit, and so was the callback. */
static void test_checkout_create__a_callback_comes_before_it_returned(void **state)
{
    static const enum pay_err RESULTS[] = { PAY_OK, PAY_REFUSED, PAY_UNKNOWN };

    (void)state;
    for (size_t i = 0; i < COUNT(RESULTS); i++) {
        empty_tables();
        paid_meanwhile = true;
        ASSERT_ERR(create_called("SO1", RESULTS[i]), RESULTS[i]);
        paid_meanwhile = false;
        ASSERT_NUMBER("SELECT o.status * 100 + e.status"
                      " FROM pay_order o, pay_order_extension e",
                      1010);
        ASSERT_NUMBER("SELECT COUNT(*) FROM notify_task", 1);
        ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension"
                      " WHERE channel_error_code IS NOT NULL OR next_sync_time IS NOT NULL",
                      0);
        created("SO1", 10000);
        assert_int_equal(C.order.status, ORDER_SUCCESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_checkout_create__calls_a_channel_after_the_commit),
        MONEY_TEST(test_checkout_create__a_refusal_ends_the_attempt),
        MONEY_TEST(test_checkout_create__an_unknown_answer_leaves_the_attempt_open),
        MONEY_TEST(test_checkout_create__a_callback_comes_before_it_returned),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
