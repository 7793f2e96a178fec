/* test_rate.c - buckets: a burst, then one at a time; each address and app its own. */
#include "tests/unit/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/config.h"
#include "web/skeleton/rate.h"

/* False when no child is left. */
static bool wait_for_child(int *status)
{
    return wait(status) > 0;
}

static int taken(const char *address, int tries)
{
    int wait, passed = 0;

    for (int i = 0; i < tries; i++)
        passed += rate_take_address(address, &wait);
    return passed;
}

static void test_rate__off_lets_all_through(void **state)
{
    int wait;

    (void)state;
    rate_open(0, 0);
    assert_int_equal(taken("192.0.2.1", 1000), 1000);
    for (int i = 0; i < 1000; i++)
        assert_true(rate_take_app("app", &wait));
}

/* Slow machines refill while they count: bounds, not equality. */
static void test_rate__a_burst_then_no_more(void **state)
{
    int wait = 0;

    (void)state;
    rate_open(5, 0);
    const int passed = taken("192.0.2.1", 40);
    assert_true(passed >= 5 && passed <= 7);
    while (rate_take_address("192.0.2.1", &wait))
        ;
    assert_int_equal(wait, 1);
    assert_true(taken("192.0.2.2", 1) == 1);
    clock_sleep_ms(450);
    assert_true(taken("192.0.2.1", 10) >= 2);
}

/* All payers behind one office's router, whose pages poll every 2 s, at live mode's rate. */
static void test_rate__a_hundred_payers_share_an_address(void **state)
{
    struct config config;

    (void)state;
    unsetenv("SHROFF_MODE");
    unsetenv("SHROFF_RATE_IP");
    config_load(&config);
    rate_open(config.rate_ip, config.rate_app);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(taken("192.0.2.1", 100), 100);
        clock_sleep_ms(1000);
    }
}

static void test_rate__v6_counts_by_64(void **state)
{
    (void)state;
    rate_open(4, 0);
    (void)taken("2001:db8::1", 50);
    assert_int_equal(taken("2001:db8::ffff:2", 1), 0);
    assert_int_equal(taken("2001:db8:0:1::1", 1), 1);
    /* A mapped address is the IPv4 one, and those do not share a bucket. */
    (void)taken("::ffff:192.0.2.1", 50);
    assert_int_equal(taken("192.0.2.1", 1), 0);
    assert_int_equal(taken("192.0.2.2", 1), 1);
    assert_int_equal(taken("not an address", 50), 50);
}

static void test_rate_look_app__takes_nothing(void **state)
{
    int wait = 0, passed = 0;

    (void)state;
    rate_open(0, 3);
    for (int i = 0; i < 100; i++)
        assert_true(rate_look_app("app_a", &wait));
    while (rate_take_app("app_a", &wait))
        passed++;
    assert_true(passed >= 3 && passed <= 5);
    assert_false(rate_look_app("app_a", &wait));
    assert_int_equal(wait, 1);
    assert_true(rate_look_app("app_b", &wait));
}

static void test_rate__is_shared_by_forked_workers(void **state)
{
    int wait;

    (void)state;
    rate_open(0, 10);
    for (int i = 0; i < 4; i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            int passed = 0;
            while (passed < 100 && rate_take_app("app_c", &wait))
                passed++;
            _exit(passed);
        }
    }
    int sum = 0, status;
    while (wait_for_child(&status))
        sum += WEXITSTATUS(status);
    assert_true(sum >= 10 && sum <= 16);
}

static void test_rate__a_crowd_does_not_lock_anybody_out(void **state)
{
    char address[32];
    int refused = 0, wait;

    (void)state;
    rate_open(50, 0);
    for (int i = 0; i < 40000; i++) {
        snprintf(address, sizeof(address), "10.%d.%d.1", i / 256, i % 256);
        refused += !rate_take_address(address, &wait);
    }
    assert_int_equal(refused, 0);
}

static void test_rate_take_line__bounds_lines_with_the_rates_off(void **state)
{
    int lines = 0;

    (void)state;
    rate_open(0, 0);
    for (int i = 0; i < 5000; i++)
        lines += rate_take_line("192.0.2.77");
    assert_in_range(lines, 2000, 2050);
    assert_true(rate_take_line("192.0.2.78"));
    assert_true(rate_take_line(""));
    for (int i = 0; i < 60000; i++) { /* each from an address of its own */
        char address[32];
        snprintf(address, sizeof(address), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        lines += rate_take_line(address);
    }
    assert_in_range(lines, 19000, 23000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_take_line__bounds_lines_with_the_rates_off),
        cmocka_unit_test(test_rate__off_lets_all_through),
        cmocka_unit_test(test_rate__a_burst_then_no_more),
        cmocka_unit_test(test_rate__a_hundred_payers_share_an_address),
        cmocka_unit_test(test_rate__v6_counts_by_64),
        cmocka_unit_test(test_rate_look_app__takes_nothing),
        cmocka_unit_test(test_rate__is_shared_by_forked_workers),
        cmocka_unit_test(test_rate__a_crowd_does_not_lock_anybody_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
