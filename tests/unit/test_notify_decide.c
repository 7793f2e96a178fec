/* test_notify_decide.c - what becomes of a due task: a table of what is seen and what follows. */
#include "tests/unit/unit.h"

#include "base/text.h"
#include "job/notify/notify_decide.h"

#define NOW INT64_C(1000000000)
#define S INT64_C(1000000)
#define NONE 0, 0
#define FILL (NOTIFY_PER_HOST + NOTIFY_QUEUED_MAX) /* in hand at a fast host */

/* A host that answered like this, with so many requests under way. */
static struct notify_pace pace_of(int64_t mean_us, int running, int64_t silent_us)
{
    struct notify_pace pace = { .best_us = mean_us, .mean_us = mean_us };

    for (int i = 0; i < running; i++)
        notify_pace_begin(&pace, (uint64_t)i + 100, false, NOW - silent_us);
    return pace;
}

enum kind { FIRST = 0, PARKED = 1, RETRY = 2, MANUAL = 4 };

struct decide_case {
    const char *name;
    enum kind task;
    int64_t fails, open_us, first_us; /* the breaker: until, from now; 0 not open */
    enum { CLOSED = 0, PAUSED = 1, PROBING = 2, PROBED = 4 } breaker;
    int64_t mean_us;
    int running;
    int64_t silent_us;
    int held;
    struct notify_share share;
    bool no_room;
    enum notify_fate want;
    enum notify_probe_kind probe;
    enum notify_behind behind;
    int64_t least_ms, most_ms;
};

/* clang-format off */
#define ROOMY { 0, 0, 0, 0, 0, 0, 0 }
#define IN_HAND_FULL { 0, NOTIFY_PER_APP_IN_HAND, 0, 0, 0, 0, 0 }
#define SLOW_FULL { 0, NOTIFY_PER_APP_SLOW, NOTIFY_PER_APP_SLOW, NOTIFY_PER_APP_SLOW, 0, 0, 0 }
#define CROWDED { 0, NOTIFY_PER_APP_CROWDED, NOTIFY_PER_APP_CROWDED, NOTIFY_SLOW_CROWDED, 0, 0, 0 }
/* clang-format on */
#define SEND NOTIFY_SEND, NOTIFY_NO_PROBE, 0, 0, 0
#define LEFT NOTIFY_LEAVE, NOTIFY_NO_PROBE, 0, 0, 0
#define PARK NOTIFY_PARK, NOTIFY_NO_PROBE

static const struct decide_case CASES[] = {
    { "a new host", FIRST, 0, NONE, CLOSED, 0, 0, 0, 0, ROOMY, false, SEND },
    { "no room in the runner", FIRST, 0, NONE, CLOSED, 0, 0, 0, 0, ROOMY, true, LEFT },
    { "four failures are not five", RETRY, 4, NONE, CLOSED, 0, 0, 0, 0, ROOMY, false, SEND },
    { "a new host has its fill", FIRST, 0, NONE, CLOSED, 0, 4, 0, 16, ROOMY, false, PARK,
      NOTIFY_BEHIND_HOST, 20, 20 },
    { "a fast host has room for many", FIRST, 0, NONE, CLOSED, 2000, 4, 0, FILL - 1, ROOMY, false,
      SEND },
    { "and no more", FIRST, 0, NONE, CLOSED, 2000, 4, 0, FILL, ROOMY, false, PARK,
      NOTIFY_BEHIND_HOST, 20, 20 },
    { "one that keeps up is left, not parked", RETRY, 0, NONE, CLOSED, 1000, 4, 0, FILL, ROOMY,
      false, LEFT },
    { "a host that takes 2 s", FIRST, 0, NONE, CLOSED, 2 * S, 4, 0, 4, ROOMY, false, PARK,
      NOTIFY_BEHIND_HOST, 250, 250 },
    { "silent: what can be under way", RETRY, 0, NONE, CLOSED, 2000, 3, S / 2, 4, ROOMY, false,
      PARK, NOTIFY_BEHIND_HOST, 20, 20 },
    { "silent: a first try passes", FIRST, 0, NONE, CLOSED, 2000, 4, S / 2, 4, ROOMY, false, SEND },
    { "up to a bound", FIRST, 0, NONE, CLOSED, 2000, 4, S / 2, NOTIFY_PER_HOST_MOST, ROOMY, false,
      PARK, NOTIFY_BEHIND_HOST, 20, 20 },
    { "paused", FIRST, 0, NONE, PAUSED, 0, 0, 0, 0, ROOMY, false, PARK, NOTIFY_BEHIND_BREAKER,
      60000, 60100 },
    { "paused, and an operator asks", MANUAL, 0, NONE, PAUSED, 0, 0, 0, 0, ROOMY, false, PARK,
      NOTIFY_BEHIND_BREAKER, 60000, 60100 },
    { "open: a retry waits", RETRY, 5, 20 * S, 0, CLOSED, 0, 0, 0, 0, ROOMY, false, PARK,
      NOTIFY_BEHIND_BREAKER, 20000, 20100 },
    { "open for long: it waits as long", RETRY, 9, 900 * S, 0, CLOSED, 0, 0, 0, 0, ROOMY, false,
      PARK, NOTIFY_BEHIND_BREAKER, 900000, 900100 },
    { "open for long: a parked first try half a minute", PARKED, 9, 900 * S, 0, CLOSED, 0, 0, 0, 0,
      ROOMY, false, PARK, NOTIFY_BEHIND_BREAKER, 30000, 30100 },
    { "open: a resend goes there", RETRY | MANUAL, 9, 900 * S, 0, CLOSED, 0, 0, 0, 0, ROOMY, false,
      SEND },
    { "open: a fresh first try probes", FIRST, 5, 20 * S, 0, CLOSED, 0, 0, 0, 0, ROOMY, false,
      NOTIFY_SEND, NOTIFY_PROBE_EARLY, NOTIFY_BEHIND_BREAKER, 1000, 1100 },
    { "open: not a second after the last", FIRST, 5, 20 * S, S, CLOSED, 0, 0, 0, 0, ROOMY, false,
      PARK, NOTIFY_BEHIND_BREAKER, 20000, 20100 },
    { "open: not twice in a claim", FIRST, 5, 20 * S, 0, PROBED, 0, 0, 0, 0, ROOMY, false, PARK,
      NOTIFY_BEHIND_BREAKER, 20000, 20100 },
    { "open: a probe needs room", FIRST, 5, 20 * S, 0, CLOSED, 0, 0, 0, 0, ROOMY, true, LEFT },
    { "open: and a share", FIRST, 5, 20 * S, 0, CLOSED, 0, 0, 0, 0, IN_HAND_FULL, false, PARK,
      NOTIFY_BEHIND_APP, 100, 100 },
    { "half-open: a parked first try probes", PARKED, 5, 0, 0, CLOSED, 0, 0, 0, 0, ROOMY, false,
      NOTIFY_SEND, NOTIFY_PROBE_RIPE, NOTIFY_BEHIND_BREAKER, 1000, 1100 },
    { "half-open: a retry lets first tries before it", RETRY, 5, -S / 4, 0, CLOSED, 0, 0, 0, 0,
      ROOMY, false, PARK, NOTIFY_BEHIND_BREAKER, 1000, 1100 },
    { "half-open: then it probes", RETRY, 5, -S, 0, CLOSED, 0, 0, 0, 0, ROOMY, false, NOTIFY_SEND,
      NOTIFY_PROBE_RIPE, NOTIFY_BEHIND_BREAKER, 1000, 1100 },
    { "half-open: one probe is in hand", RETRY, 5, -S, 0, PROBING, 0, 0, 0, 0, ROOMY, false, PARK,
      NOTIFY_BEHIND_BREAKER, 1000, 1100 },
    { "an app has all it may", FIRST, 0, NONE, CLOSED, 2000, 1, 0, 9, IN_HAND_FULL, false, PARK,
      NOTIFY_BEHIND_APP, 100, 100 },
    { "an app at hosts not known to be fast", FIRST, 0, NONE, CLOSED, 0, 0, 0, 0, SLOW_FULL, false,
      PARK, NOTIFY_BEHIND_APP, 100, 100 },
    { "the same app at a fast one", FIRST, 0, NONE, CLOSED, 2000, 0, 0, 0, SLOW_FULL, false, SEND },
    { "fewer while all apps have many there", FIRST, 0, NONE, CLOSED, 9 * S, 0, 0, 0, CROWDED,
      false, PARK, NOTIFY_BEHIND_APP, 375, 375 },
};

static struct notify_decision decide(const struct decide_case *c, int64_t queue_us)
{
    const struct notify_pace pace = pace_of(c->mean_us, c->running, c->silent_us);
    const struct notify_breaker breaker = {
        .state = { .id = 1, .consecutive_fail = c->fails, .paused = c->breaker == PAUSED },
        .open_until_us = c->fails >= NOTIFY_OPEN_AFTER ? NOW + c->open_us : 0,
        .first_until_us = c->first_us > 0 ? NOW + c->first_us : 0,
        .probing = c->breaker == PROBING,
    };
    const struct notify_seen seen = {
        .now_us = NOW,
        .random = 4000000077U,
        .first = (c->task & RETRY) == 0,
        .parked = c->task & PARKED,
        .manual = c->task & MANUAL,
        .url_key = 1,
        .held = c->held,
        .room = !c->no_room,
        .probed = c->breaker == PROBED,
        .breaker = &breaker,
        .pace = &pace,
        .share = &c->share,
        .host_queue_us = queue_us,
        .app_queue_us = queue_us,
    };
    return notify_decide(&seen);
}

static void test_notify_decide__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct decide_case *c = &CASES[i];
        struct notify_decision got = decide(c, 0);

        CHECK_I64(c->name, got.fate, c->want);
        CHECK_I64(c->name, got.probe, c->probe);
        CHECK_I64(c->name, got.behind, c->behind);
        CHECK(c->name, got.wait_ms >= c->least_ms && got.wait_ms <= c->most_ms);
    }
}

/* Each parked task comes back a gap after the one before it; a queue of minutes is cut. */
static void test_notify_decide__parked_tasks_queue_up(void **state)
{
    const struct decide_case slow = { "slow", FIRST, 0, NONE,  CLOSED, 2 * S,
                                      4,      0,     4, ROOMY, false,  LEFT };
    int64_t queue = 0;

    (void)state;
    for (int i = 1; i <= 400; i++) {
        struct notify_decision got = decide(&slow, queue);
        CHECK_I64("wait", got.wait_ms, i * 250);
        CHECK_I64("queue", got.queue_us, NOW + i * S / 4);
        queue = got.queue_us;
    }
    struct notify_decision late = decide(&slow, NOW + 120 * S);
    CHECK("cut", late.wait_ms >= 60000 && late.wait_ms < 120000);
    CHECK_I64("cut", late.queue_us, NOW + 120 * S);
}

static void test_notify_decide__parked_at_a_breaker_spread(void **state)
{
    const struct notify_pace pace = pace_of(0, 0, 0);
    const struct notify_share share = ROOMY;
    struct notify_breaker breaker = { .state = { .id = 1, .consecutive_fail = 5 },
                                      .open_until_us = NOW + 20 * S };
    struct notify_seen seen = {
        .now_us = NOW, .room = true, .breaker = &breaker, .pace = &pace, .share = &share
    };

    (void)state;
    for (seen.random = 0; seen.random < 99; seen.random++)
        assert_int_equal(notify_decide(&seen).wait_ms, 20000 + seen.random);
    breaker.parked = 1000000;
    for (seen.random = 59000; seen.random < 59999; seen.random++)
        assert_int_equal(notify_decide(&seen).wait_ms, 20000 + seen.random);
}

/* ---- one host's pace */

static void test_notify_pace__retries_leave_room(void **state)
{
    struct notify_pace pace = pace_of(2 * S, 0, 0);

    (void)state;
    assert_true(notify_pace_may_begin(&pace, 1, true, NOW));
    int place = notify_pace_begin(&pace, 1, true, NOW);
    notify_pace_begin(&pace, 2, true, NOW);
    assert_false(notify_pace_may_begin(&pace, 3, true, NOW));
    assert_true(notify_pace_may_begin(&pace, 3, false, NOW));
    notify_pace_end(&pace, place, 2 * S, NOW);
    assert_true(notify_pace_may_begin(&pace, 3, true, NOW));
}

static void test_notify_pace__first_tries_pass_what_hangs(void **state)
{
    struct notify_pace pace = pace_of(2000, 4, 2 * NOTIFY_FAST_US);

    (void)state;
    assert_false(notify_pace_may_begin(&pace, 9, true, NOW));
    assert_false(notify_pace_may_begin(&pace, 100, false, NOW)); /* this URL hangs */
    assert_true(notify_pace_may_begin(&pace, 9, false, NOW));
    for (int i = 0; i < NOTIFY_PER_HOST_HUNG; i++)
        notify_pace_begin(&pace, 9, false, NOW - 2 * NOTIFY_FAST_US);
    assert_false(notify_pace_may_begin(&pace, 10, false, NOW));
}

static void test_notify_pace__a_host_that_slows_down(void **state)
{
    struct notify_pace pace = pace_of(2000, 0, 0);

    (void)state;
    assert_true(notify_pace_is_fast(&pace, NOW));
    assert_false(notify_pace_is_stuck(&pace, NOTIFY_PER_HOST + NOTIFY_QUEUED_MAX, NOW));
    for (int i = 0; i < 32; i++)
        notify_pace_end(&pace, notify_pace_begin(&pace, 1, false, NOW), 2 * S, NOW);
    assert_false(notify_pace_is_fast(&pace, NOW));
    assert_true(notify_pace_is_slow(&pace, NOW));
    assert_int_equal(notify_pace_allowance(&pace, NOW), NOTIFY_PER_HOST);
    assert_true(notify_pace_is_stuck(&pace, NOTIFY_PER_HOST + NOTIFY_QUEUED_MAX, NOW));
}

/* ---- the share of an app */

/* clang-format off */
#define SLOW_HOST { .first = true, .slow = true }
#define NEW_HOST { .first = true }
#define FAST_HOST { .first = true, .fast = true }
#define LATER { .fast = true }
#define TAKEN NOTIFY_SHARED_RUNNING
/* clang-format on */

static void test_notify_crowd__slots(void **state)
{
    static const struct {
        const char *name;
        struct notify_share share;
        struct notify_wish wish;
        bool want;
    } SLOTS[] = {
        { "few", { 1, 0, 0, 0, 0, 0, 50 }, SLOW_HOST, true },
        { "one app has most", { NOTIFY_PER_APP, 0, 0, 0, 0, 0, 50 }, FAST_HOST, false },
        { "the slow have most", { 1, 0, 0, 0, NOTIFY_SLOW_RUNNING, 48, 50 }, SLOW_HOST, false },
        { "a new host finds one", { 1, 0, 0, 0, NOTIFY_SLOW_RUNNING, 48, 50 }, NEW_HOST, true },
        { "new ones have most", { 1, 0, 0, 0, 0, NOTIFY_UNPROVEN_RUNNING, 56 }, NEW_HOST, false },
        { "a fast one finds one",
          { 1, 0, 0, 0, 48, NOTIFY_UNPROVEN_RUNNING, 56 },
          FAST_HOST,
          true },
        { "all that are shared are taken", { 1, 0, 0, 0, 0, 0, TAKEN }, FAST_HOST, false },
        { "nothing under way: one more", { 0, 9, 9, 90, 48, 56, TAKEN }, NEW_HOST, true },
        { "a slow host's, too", { 0, 9, 9, 90, 48, 56, TAKEN }, SLOW_HOST, true },
        { "no retry", { 0, 9, 9, 90, 48, 56, TAKEN }, LATER, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(SLOTS); i++)
        CHECK_I64(SLOTS[i].name, notify_crowd_may_take_slot(&SLOTS[i].share, &SLOTS[i].wish),
                  SLOTS[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify_decide__cases),
        cmocka_unit_test(test_notify_decide__parked_tasks_queue_up),
        cmocka_unit_test(test_notify_decide__parked_at_a_breaker_spread),
        cmocka_unit_test(test_notify_pace__retries_leave_room),
        cmocka_unit_test(test_notify_pace__first_tries_pass_what_hangs),
        cmocka_unit_test(test_notify_pace__a_host_that_slows_down),
        cmocka_unit_test(test_notify_crowd__slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
