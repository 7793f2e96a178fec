/* test_sync.c - what the jobs do for an app or a channel that is spoilt: a row that nothing can be
 * done about is tried ever more rarely, and an order ends all the same. */
#include "tests/db/pay_steps.h"

#include "channel/ask_gaps.h"
#include "settle/close.h"
#include "settle/sync.h"

#define OPEN " FROM pay_order_extension WHERE status = 0"

static void test_attempt_sync__a_channel_that_does_not_open_is_asked_ever_more_rarely(void **state)
{
    (void)state;
    created("SO1", 100);
    run_sql("UPDATE pay_channel SET config_sealed = REVERSE(config_sealed)");
    clock_sleep_ms(1100); /* what is kept */
    const int64_t id = number_of("SELECT id" OPEN);
    for (int64_t times = 1; times <= 4; times++) {
        ASSERT_ERR(attempt_sync(S.db, &S.config, id), PAY_FAULT);
        ASSERT_NUMBER("SELECT sync_times" OPEN, times);
        const int64_t wait =
            number_of("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), next_sync_time)" OPEN);
        assert_in_range(wait, ask_gap_s(times) - 5, ask_gap_s(times));
    }
    run_sql("UPDATE pay_channel SET config_sealed = REVERSE(config_sealed)");
    ASSERT_ERR(attempt_sync(S.db, &S.config, id), PAY_OK);
}

static void test_orders_expire__an_app_whose_list_cannot_be_read_keeps_no_order_open(void **state)
{
    size_t ended = 0;

    (void)state;
    ASSERT_ERR(create_with(fresh_nonce(), "SO2", 100, NULL), PAY_OK);
    run_sql("UPDATE pay_app SET allowed_nets = 'garbage'");
    run_sql("UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
    clock_sleep_ms(1100);
    ASSERT_ERR(orders_expire(S.db, &ended), PAY_OK);
    assert_int_equal(ended, 1);
    run_sql("UPDATE pay_app SET allowed_nets = ''");
    clock_sleep_ms(1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAY_TEST(test_attempt_sync__a_channel_that_does_not_open_is_asked_ever_more_rarely),
        PAY_TEST(test_orders_expire__an_app_whose_list_cannot_be_read_keeps_no_order_open),
    };
    return cmocka_run_group_tests(tests, shroff_up, shroff_down);
}
