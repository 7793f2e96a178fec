/* notify_decide.c - see notify_decide.h. */
#include "job/notify/notify_decide.h"

#define PARK_MIN_MS 100
#define PARK_STEP_MS 2 /* so many apart do parked tasks come back */
#define PARK_SPREAD_MS 60000
#define PAUSED_MS 60000
#define HOST_MIN_MS 20
#define APP_MIN_MS 100
#define APP_NEW_US 100000   /* assumed of a host whose pace is not known yet */
#define QUEUE_MAX_MS 120000 /* later than this a task is looked at anew */

/* Parked tasks come back one after the other, not all in the moment the host may be asked again. */
static struct notify_decision behind_breaker(const struct notify_seen *seen, int64_t wait_ms)
{
    int64_t spread = PARK_MIN_MS + seen->breaker->parked * PARK_STEP_MS;

    if (spread > PARK_SPREAD_MS)
        spread = PARK_SPREAD_MS;
    return (struct notify_decision){
        .fate = NOTIFY_PARK,
        .behind = NOTIFY_BEHIND_BREAKER,
        .wait_ms = wait_ms + (int64_t)seen->random % spread,
    };
}

/* Due again when those parked before it should be done, at this gap from task to task. */
static struct notify_decision queue_up(const struct notify_seen *seen, enum notify_behind behind,
                                       int64_t end_us, int64_t gap_us)
{
    int64_t now = seen->now_us, least = behind == NOTIFY_BEHIND_HOST ? HOST_MIN_MS : APP_MIN_MS;
    int64_t queue = (end_us < now ? now : end_us) + gap_us;
    int64_t wait_ms = (queue - now) / 1000;

    if (wait_ms > QUEUE_MAX_MS) {
        queue = now + QUEUE_MAX_MS * 1000;
        wait_ms = QUEUE_MAX_MS / 2 + (int64_t)seen->random % (QUEUE_MAX_MS / 2);
    }
    return (struct notify_decision){
        .fate = NOTIFY_PARK,
        .behind = behind,
        .queue_us = queue,
        .wait_ms = wait_ms > least ? wait_ms : least,
    };
}

static struct notify_decision behind_host(const struct notify_seen *seen)
{
    return queue_up(seen, NOTIFY_BEHIND_HOST, seen->host_queue_us,
                    notify_pace_gap_us(seen->pace, seen->now_us));
}

static struct notify_decision behind_app(const struct notify_seen *seen)
{
    int64_t takes = seen->pace->mean_us > 0 ? seen->pace->mean_us : APP_NEW_US;
    int64_t silence = notify_pace_silence(seen->pace, seen->now_us);

    return queue_up(seen, NOTIFY_BEHIND_APP, seen->app_queue_us,
                    (silence > takes ? silence : takes) / NOTIFY_PER_APP_SLOW);
}

static bool is_over_share(const struct notify_seen *seen)
{
    return notify_crowd_is_over(seen->share, notify_pace_is_fast(seen->pace, seen->now_us));
}

/* Some URLs of a host may hang while others answer: a first try to another URL passes them. */
static bool passes_hanging(const struct notify_seen *seen)
{
    return seen->first && notify_pace_silence(seen->pace, seen->now_us) > NOTIFY_FAST_US &&
           seen->held < NOTIFY_PER_HOST_MOST &&
           !notify_pace_url_hangs(seen->pace, seen->url_key, seen->now_us);
}

static bool is_host_full(const struct notify_seen *seen)
{
    return seen->held >= notify_pace_allowance(seen->pace, seen->now_us) && !passes_hanging(seen);
}

static const struct notify_decision LEAVE = { .fate = NOTIFY_LEAVE };
static const struct notify_decision SEND = { .fate = NOTIFY_SEND };

static struct notify_decision decide_open(const struct notify_seen *seen)
{
    const struct notify_knock knock = { seen->now_us, seen->first, seen->parked, seen->probed };
    int64_t wait_ms;

    if (!notify_breaker_admits(seen->breaker, &knock, &wait_ms))
        return behind_breaker(seen, wait_ms);
    if (is_over_share(seen))
        return behind_app(seen);
    if (!seen->room)
        return LEAVE;
    struct notify_decision probe = behind_breaker(seen, NOTIFY_PROBE_WAIT_MS);
    probe.fate = NOTIFY_SEND;
    probe.probe = notify_breaker_is_ripe(seen->breaker, seen->now_us) ? NOTIFY_PROBE_RIPE
                                                                      : NOTIFY_PROBE_EARLY;
    return probe;
}

struct notify_decision notify_decide(const struct notify_seen *seen)
{
    if (seen->breaker->state.paused != 0)
        return behind_breaker(seen, PAUSED_MS);
    if (!seen->manual && notify_breaker_is_open(seen->breaker))
        return decide_open(seen);
    if (is_host_full(seen)) /* other hosts' tasks are found from the queue's other end */
        return notify_pace_keeps_up(seen->pace, seen->now_us) ? LEAVE : behind_host(seen);
    if (is_over_share(seen))
        return behind_app(seen);
    return seen->room ? SEND : LEAVE;
}
