/* test_gate.c - how many requests may be at work with channels: what an app has alone and
 * beside others, what a burst costs, and none while a channel hangs. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/gate.h"

enum { APP = 1, OTHER_APP = 2, CHANNEL = 7 };

static bool full(void)
{
    return getenv("SHROFF_FULL") != NULL;
}

static int fresh(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR + 1);
    gate_open(8);
    return 0;
}

/* A process of its own, as a worker is. It keeps its seat until a byte tells it to end. */
struct worker {
    pid_t pid;
    int to_end, from;
};

static bool be_worker(size_t place, int64_t app_id, enum gate_wait wait)
{
    gate_worker(place);
    return gate_sit(app_id, wait);
}

static bool enter(int64_t app_id, int64_t channel_id, struct gate_pass *pass)
{
    return gate_enter(&(struct channel_account){ .id = channel_id, .app_id = app_id }, pass);
}

/* calls: it is in a call for as long as it lives. */
static struct worker worker_new(size_t place, int64_t app_id, enum gate_wait wait, bool calls)
{
    int to[2], from[2];

    assert_int_equal(pipe(to) + pipe(from), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        struct gate_pass pass;
        char seated = be_worker(place, app_id, wait) ? 'y' : 'n';
        if (seated == 'y' && calls && !enter(app_id, CHANNEL, &pass))
            seated = 'n';
        const bool told = write(from[1], &seated, 1) == 1 && read(to[0], &seated, 1) == 1;
        gate_rise();
        _exit(told ? 0 : 1);
    }
    close(to[0]);
    close(from[1]);
    return (struct worker){ pid, to[1], from[0] };
}

static bool is_seated(const struct worker *w)
{
    char said = '?';

    assert_int_equal(read(w->from, &said, 1), 1);
    return said == 'y';
}

static void worker_end(const struct worker *w)
{
    assert_int_equal(write(w->to_end, "e", 1), 1);
    close(w->to_end);
    close(w->from);
    assert_int_equal(waitpid(w->pid, NULL, 0), w->pid);
}

/* As many as get a seat, of `count` from `place` on. */
static int seat_some(struct worker *w, size_t place, int count, int64_t app_id, bool calls)
{
    int seated = 0;

    for (int i = 0; i < count; i++) {
        w[i] = worker_new(place + (size_t)i, app_id, GATE_AT_ONCE, calls);
        seated += is_seated(&w[i]);
    }
    return seated;
}

static void end_all(const struct worker *w, int count)
{
    for (int i = 0; i < count; i++)
        worker_end(&w[i]);
}

/* Spends an app's credit: 12 s of workers beyond its share, as far as one test may take. */
static void spend(int64_t app_id)
{
    struct worker w[5];

    assert_int_equal(seat_some(w, 0, 5, app_id, false), 5);
    clock_sleep_ms(7500); /* two beyond, half a worker's time given back */
    end_all(w, 5);
}

static void test_gate__with_credit_all_but_the_last(void **state)
{
    struct worker w[8];

    (void)state;
    assert_int_equal(seat_some(w, 0, 6, APP, true), 5);
    assert_int_equal(seat_some(w + 6, 6, 1, OTHER_APP, false), 1);
    assert_int_equal(seat_some(w + 7, 7, 1, OTHER_APP + 1, false), 0);
    end_all(w, 8);
}

/* Two apps whose calls are slow leave room for a third. */
static void test_gate__without_credit_as_many_as_it_leaves_free(void **state)
{
    struct worker mine[6], others[2], waits;

    (void)state;
    if (!full())
        skip();
    spend(APP);
    assert_int_equal(seat_some(mine, 0, 6, APP, false), 3);
    assert_int_equal(seat_some(others, 6, 2, OTHER_APP, false), 2);
    assert_int_equal(seat_some(&waits, 5, 1, OTHER_APP + 1, false), 1);
    worker_end(&waits);
    end_all(mine, 6);
    waits = worker_new(0, APP, GATE_WAIT, false);
    assert_true(is_seated(&waits));
    worker_end(&waits);
    end_all(others, 2);
}

static void test_gate__a_request_sits_once(void **state)
{
    struct worker w[4];

    (void)state;
    assert_true(be_worker(0, APP, GATE_AT_ONCE));
    assert_true(gate_sit(APP, GATE_AT_ONCE));
    assert_int_equal(seat_some(w, 1, 4, APP, false), 4);
    end_all(w, 4);
    gate_rise();
    gate_rise();
    assert_true(gate_sit(APP, GATE_AT_ONCE));
    gate_rise();
}

static void test_gate__a_burst_waits_its_turn(void **state)
{
    struct worker w[5];

    (void)state;
    assert_int_equal(seat_some(w, 0, 5, APP, true), 5);
    const struct worker sixth = worker_new(5, APP, GATE_WAIT, false);
    clock_sleep_ms(100);
    worker_end(&w[0]);
    assert_true(is_seated(&sixth));
    worker_end(&sixth);
    end_all(w + 1, 4);
}

static int64_t refused_after(size_t place, int64_t app_id)
{
    const int64_t since = clock_ticks_us();

    assert_false(be_worker(place, app_id, GATE_WAIT));
    return (clock_ticks_us() - since) / 1000;
}

static void test_gate__none_waits_behind_slow_calls(void **state)
{
    struct worker w[6];

    (void)state;
    assert_int_equal(seat_some(w, 0, 5, APP, true), 5);
    assert_int_equal(seat_some(w + 5, 5, 1, OTHER_APP, true), 1);
    const int64_t first = refused_after(6, APP);
    assert_in_range(first, 0, 500); /* as soon as they are known to be slow */
    assert_true(refused_after(6, APP) < 100);
    assert_true(refused_after(6, OTHER_APP) < 100);
    end_all(w, 6);
}

static void test_gate__one_worker_may_always(void **state)
{
    struct worker second;

    (void)state;
    gate_open(1);
    assert_true(gate_sit(APP, GATE_AT_ONCE));
    gate_rise();
    gate_open(2);
    assert_true(be_worker(0, APP, GATE_AT_ONCE));
    second = worker_new(1, APP, GATE_AT_ONCE, false);
    assert_false(is_seated(&second));
    worker_end(&second);
}

/* ---- the breaker */

static void called(int64_t channel_id, int64_t ms, bool answered)
{
    struct gate_pass pass;

    assert_true(enter(APP, channel_id, &pass));
    pass.since -= ms * 1000;
    gate_leave(&pass, answered);
}

static void test_gate__what_hangs_three_times_is_left_alone(void **state)
{
    struct gate_pass pass;

    (void)state;
    for (int i = 0; i < 10; i++)
        called(7, 100, false); /* refused connections cost nobody time */
    called(7, 2000, false);
    called(7, 2000, false);
    called(7, 2000, true); /* slow, but it answers */
    called(7, 2000, false);
    called(7, 2000, false);
    assert_false(gate_is_shut(7));
    called(7, 2000, false);
    assert_true(gate_is_shut(7));
    assert_false(enter(APP, 7, &pass));
    assert_true(enter(APP, 8, &pass));
    if (!full())
        return;
    clock_sleep_ms(10100);
    assert_true(enter(APP, 7, &pass)); /* a probe, and no second one beside it */
    struct gate_pass other;
    assert_false(enter(APP, 7, &other));
    gate_leave(&pass, true);
    assert_true(enter(APP, 7, &other));
}

/* A worker that dies in a call leaves its seat to its successor, which clears it. */
static void test_gate__is_shared_and_survives_the_dead(void **state)
{
    struct worker w[5], more;

    (void)state;
    assert_int_equal(seat_some(w, 0, 5, APP, true), 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(kill(w[i].pid, SIGKILL), 0);
        assert_int_equal(waitpid(w[i].pid, NULL, 0), w[i].pid);
    }
    more = worker_new(6, APP, GATE_AT_ONCE, false);
    assert_false(is_seated(&more));
    worker_end(&more);
    assert_int_equal(seat_some(w, 0, 2, APP, false), 2);
    end_all(w, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gate__with_credit_all_but_the_last, fresh),
        cmocka_unit_test_setup(test_gate__without_credit_as_many_as_it_leaves_free, fresh),
        cmocka_unit_test_setup(test_gate__a_request_sits_once, fresh),
        cmocka_unit_test_setup(test_gate__a_burst_waits_its_turn, fresh),
        cmocka_unit_test_setup(test_gate__none_waits_behind_slow_calls, fresh),
        cmocka_unit_test_setup(test_gate__one_worker_may_always, fresh),
        cmocka_unit_test_setup(test_gate__what_hangs_three_times_is_left_alone, fresh),
        cmocka_unit_test_setup(test_gate__is_shared_and_survives_the_dead, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
