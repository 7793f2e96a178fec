/* test_close.c - closing an order, and asking about one, with a played gateway that answers. */
#include "tests/db/pay_steps.h"

#include "settle/close.h"
#include "settle/sync.h"
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

/* "Not found" is no end: the payer may open the page a moment later, and pay. */
static void test_attempt_sync__what_its_channel_does_not_know_stays_open(void **state)
{
    (void)state;
    created("SO1", 10000);
    gateway_says(GATEWAY_HONEST, "NOT_FOUND", 10000);
    const int64_t id = number_of("SELECT id FROM pay_order_extension");
    for (int i = 0; i < 3; i++)
        ASSERT_ERR(attempt_sync(S.db, &S.config, id), PAY_OK);
    assert_int_equal(G->asked, 3);
    ASSERT_NUMBER("SELECT status FROM pay_order_extension", 0);
    ASSERT_ERR(submit_with(fresh_nonce(), "SO1", "mock"), PAY_OK);
    assert_int_equal(C.created, false);
    ASSERT_ERR(settled(C.attempt.no, CHANNEL_SUCCESS, 10000), PAY_OK);
    ASSERT_NUMBER("SELECT o.status * 100 + e.status FROM pay_order o, pay_order_extension e", 1010);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MONEY_TEST(test_order_close__waits_for_an_attempt_that_is_being_sent),
        MONEY_TEST(test_order_close__ends_its_attempt_there_first),
        MONEY_TEST(test_order_close__finds_money_when_it_closes_there),
        MONEY_TEST(test_attempt_sync__what_its_channel_does_not_know_stays_open),
    };
    return cmocka_run_group_tests_name("close", tests, asked_up, asked_down);
}
