/* test_close.c - closing an order, with a played gateway that is asked. */
#include "tests/db/pay_steps.h"

#include "settle/close.h"
#include "tests/db/gateway.h"

static enum pay_err closed(const char *no)
{
    static struct order order;
    const struct closing closing = {
        .db = S.db, .config = &S.config, .app_id = S.app->id, .nonce = fresh_nonce()
    };

    return order_close(&closing, &(struct order_key){ .merchant_order_id = no }, &order);
}

/* The call that opens an attempt may be under way: the channel would answer that it knows no such
 * payment, and opens it a moment later. */
static void test_order_close__waits_for_an_attempt_that_is_being_sent(void **state)
{
    (void)state;
    created("SO1", 10000);
    another_attempt(); /* it shows nothing yet */
    gateway_says(GATEWAY_HONEST, "NOT_FOUND", 10000);
    ASSERT_ERR(closed("SO1"), PAY_UNKNOWN);
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    ASSERT_ERR(order_expire(S.db, &S.config, number_of("SELECT id FROM pay_order")), PAY_UNKNOWN);
    assert_int_equal(G->asked + G->closed, 0);
    ASSERT_NUMBER("SELECT COUNT(*) FROM pay_order_extension WHERE status = 0", 2);
    ASSERT_NUMBER("SELECT status FROM pay_order", 0);
}

static void test_order_close__ends_its_attempt_there_first(void **state)
{
    (void)state;
    created("SO1", 10000);
    gateway_says(GATEWAY_HONEST, "WAITING", 10000);
    ASSERT_ERR(closed("SO1"), PAY_OK);
    assert_int_equal(G->asked, 1);
    assert_int_equal(G->closed, 1);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 2020);
}

/* The payer was faster than the close: asked first, it waits; told to close, it is paid. */
static void test_order_close__finds_money_when_it_closes_there(void **state)
{
    (void)state;
    created("SO1", 10000);
    gateway_says(GATEWAY_PAID_AT_CLOSE, "WAITING", 10000);
    ASSERT_ERR(closed("SO1"), PAY_PAID);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 1010);
    gateway_says(GATEWAY_SILENT, "WAITING", 10000);
    created("SO2", 10000);
    ASSERT_ERR(closed("SO2"), PAY_UNKNOWN);
    ASSERT_NUMBER("SELECT status FROM pay_order WHERE merchant_order_id = 'SO2'", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_order_close__waits_for_an_attempt_that_is_being_sent),
        MONEY_TEST(test_order_close__ends_its_attempt_there_first),
        MONEY_TEST(test_order_close__finds_money_when_it_closes_there),
    };
    return cmocka_run_group_tests_name("close", tests, asked_up, asked_down);
}
