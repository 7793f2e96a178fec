/* test_gate.c - who may wait for a channel: half of the workers, and nobody while it hangs. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/gate.h"

static bool full(void) { return getenv("SHROFF_FULL") != NULL; }

static int fresh(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR + 1);
    gate_open(4);
    return 0;
}

static void test_gate__half_of_the_workers_may_wait(void **state)
{
    struct gate_pass a, b, c;

    (void)state;
    assert_true(gate_enter(7, &a));
    assert_true(gate_enter(7, &b));
    assert_false(gate_enter(7, &c));
    assert_true(gate_enter(8, &c));     /* another channel's places */
    gate_leave(7, &a, true);
    assert_true(gate_enter(7, &a));
    assert_false(gate_enter(7, &b));
}

/* Many channels are behind one gateway, and hang with it. */
static void test_gate__a_quarter_never_waits(void **state)
{
    struct gate_pass pass[6], more;

    (void)state;
    gate_open(8);
    for (int64_t channel_id = 0; channel_id < 6; channel_id++)
        assert_true(gate_enter(10 + channel_id, &pass[channel_id]));
    assert_false(gate_enter(20, &more));
    gate_leave(10, &pass[0], false);
    assert_true(gate_enter(20, &more));
    assert_false(gate_enter(10, &pass[0]));
}

static int64_t refused_after(int64_t channel_id)
{
    struct gate_pass pass;
    const int64_t since = clock_ticks_us();

    assert_false(gate_enter(channel_id, &pass));
    return (clock_ticks_us() - since) / 1000;
}

static void test_gate__a_crowd_at_a_quick_channel_waits_its_turn(void **state)
{
    struct gate_pass a, b;

    (void)state;
    assert_true(gate_enter(7, &a));
    assert_true(gate_enter(7, &b));
    pid_t pid = fork();
    if (pid == 0) {
        struct gate_pass pass;
        _exit(gate_enter(7, &pass) ? 1 : 0);
    }
    clock_sleep_ms(100);
    gate_leave(7, &a, true);
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 1);
    /* behind calls that take long nobody waits */
    clock_sleep_ms(200);
    assert_true(refused_after(7) < 100);
}

/* Two call and one waits: the fourth is for requests that need no channel. */
static void test_gate__the_last_quarter_does_not_wait(void **state)
{
    struct gate_pass a, b;
    int status = 0;

    (void)state;
    assert_true(gate_enter(7, &a));
    assert_true(gate_enter(7, &b));
    pid_t pid = fork();
    if (pid == 0) {
        struct gate_pass pass;
        const int64_t since = clock_ticks_us();
        const bool in = gate_enter(7, &pass);
        _exit(!in && clock_ticks_us() - since > 100000 ? 1 : 0);
    }
    clock_sleep_ms(60);
    assert_true(refused_after(7) < 150);
    waitpid(pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 1);
    gate_leave(7, &a, true);            /* and whoever left has given its seat back */
    assert_true(gate_enter(7, &a));
}

static void test_gate__one_worker_may_always(void **state)
{
    struct gate_pass pass;

    (void)state;
    gate_open(1);
    assert_true(gate_enter(7, &pass));
    assert_false(gate_enter(7, &pass));
}

static void called(int64_t channel_id, int64_t ms, bool answered)
{
    struct gate_pass pass;

    assert_true(gate_enter(channel_id, &pass));
    pass.since -= ms * 1000;
    gate_leave(channel_id, &pass, answered);
}

static void test_gate__what_hangs_three_times_is_left_alone(void **state)
{
    struct gate_pass pass;

    (void)state;
    for (int i = 0; i < 10; i++)
        called(7, 100, false);          /* refused connections cost nobody time */
    called(7, 2000, false);
    called(7, 2000, false);
    called(7, 2000, true);              /* slow, but it answers */
    called(7, 2000, false);
    called(7, 2000, false);
    called(7, 2000, false);
    assert_false(gate_enter(7, &pass));
    assert_true(gate_enter(8, &pass));
    if (!full())
        return;
    clock_sleep_ms(10100);
    assert_true(gate_enter(7, &pass));  /* a probe, and no second one beside it */
    struct gate_pass other;
    assert_false(gate_enter(7, &other));
    gate_leave(7, &pass, true);
    assert_true(gate_enter(7, &other));
}

/* Each child takes a place, if there is one, and dies in its call. */
static int died_inside(int children)
{
    int inside = 0;

    for (int i = 0; i < children; i++) {
        struct gate_pass pass;
        int status = 0;
        pid_t pid = fork();
        if (pid == 0)
            _exit(gate_enter(7, &pass) ? 1 : 0);
        waitpid(pid, &status, 0);
        inside += WEXITSTATUS(status);
    }
    return inside;
}

static void test_gate__is_shared_and_survives_the_dead(void **state)
{
    struct gate_pass pass;

    (void)state;
    assert_int_equal(died_inside(5), 2);
    assert_false(gate_enter(7, &pass));
    if (!full())
        return;
    clock_sleep_ms(CHANNEL_CALL_MAX_MS + 100);
    assert_true(gate_enter(7, &pass));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gate__half_of_the_workers_may_wait, fresh),
        cmocka_unit_test_setup(test_gate__a_quarter_never_waits, fresh),
        cmocka_unit_test_setup(test_gate__a_crowd_at_a_quick_channel_waits_its_turn, fresh),
        cmocka_unit_test_setup(test_gate__the_last_quarter_does_not_wait, fresh),
        cmocka_unit_test_setup(test_gate__one_worker_may_always, fresh),
        cmocka_unit_test_setup(test_gate__what_hangs_three_times_is_left_alone, fresh),
        cmocka_unit_test_setup(test_gate__is_shared_and_survives_the_dead, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
