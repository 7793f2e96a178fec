/* notify_decide.c - see notify_decide.h. */
#include "job/notify/notify_decide.h"
#include "base/clock.h"
#include "base/text.h"

#define PACE_MIN_US 800
#define PACE_SILENT_US 4000
#define SILENT_US 1000000
#define PACE_NEW_US 100000                  /* what a host that is not known yet may take */
#define QUICK_US 1500                       /* four at a time are about all a runner can send */
#define PARK_MIN_MS 100
#define BUSY_MIN_MS 20
#define PARK_SPREAD_MS 60000
#define BUSY_SPREAD_MS 120000               /* later than this it is judged anew */
#define PARK_STEP_MS 2                      /* so many apart do parked tasks come back */
#define PARK_FIRST_MS 30000                 /* a first try waits no longer for a host to open */
#define PROBE_WAIT_MS 1000
#define PROBE_LATER_US 500000               /* what was never tried is the first to probe */
#define PAUSED_MS 60000
#define CROWD_MIN_MS 100
#define APPS 256

static bool is_first(const struct notify_due *due)
{
    return due->lane == 0;
}

static int64_t random_below(int64_t bound)
{
    uint32_t random;

    random_bytes(&random, sizeof(random));
    return bound > 0 ? (int64_t)random % bound : 0;
}

/* Parked tasks come back one after the other, not all in the moment the host may be asked again. */
static void park(struct notify_host *host, struct notify_due *due, int64_t wait_ms)
{
    int64_t spread = PARK_MIN_MS + host->parked++ * PARK_STEP_MS;

    due->fate = NOTIFY_PARK;
    due->wait_ms = wait_ms + random_below(spread < PARK_SPREAD_MS ? spread : PARK_SPREAD_MS);
}

/* Due again when those before it should be through, at this pace from task to task. */
static void park_behind(int64_t *served_until_us, int64_t pace_us, int64_t least_ms,
                        struct notify_due *due)
{
    int64_t now = clock_ticks_us();

    if (*served_until_us < now)
        *served_until_us = now;
    *served_until_us += pace_us;
    int64_t wait_ms = (*served_until_us - now) / 1000;
    if (wait_ms > BUSY_SPREAD_MS) {
        *served_until_us = now + BUSY_SPREAD_MS * 1000;
        wait_ms = BUSY_SPREAD_MS / 2 + random_below(BUSY_SPREAD_MS / 2);
    }
    due->fate = NOTIFY_PARK;
    due->wait_ms = wait_ms > least_ms ? wait_ms : least_ms;
}

/* Rather too short: a task that comes back early is parked again, but one that comes back late kept
 * the host idle. Not shorter than what a runner can park besides its work. */
static int64_t pace_of(const struct notify_host *host)
{
    int64_t pace = host->best_us / NOTIFY_PER_HOST / 2;

    if (notify_host_silence(host) > SILENT_US && pace < PACE_SILENT_US)
        return PACE_SILENT_US;
    return pace > PACE_MIN_US ? pace : PACE_MIN_US;
}

/* The host answers as fast as the runner sends, so parking its tasks costs more than sending them.
 * Tasks for other hosts are found meanwhile from the queue's other end. */
static bool keeps_up(const struct notify_host *host)
{
    return host->best_us > 0 && host->best_us <= QUICK_US && notify_host_is_fast(host) &&
           notify_host_silence(host) <= NOTIFY_FAST_US;
}

/* Some URLs of a host may hang while others answer: a first try to another URL goes past them. */
static bool goes_past(const struct notify_host *host, const struct notify_due *due)
{
    return is_first(due) && notify_host_silence(host) > NOTIFY_FAST_US &&
           host->in_hand + host->tentative < NOTIFY_PER_HOST_MOST &&
           !notify_host_url_hangs(host, notify_url_key(due->notify_url));
}

/* ---- the share of an app */

/* When what was parked because its app has enough in hand would be done. Two apps may share one. */
static int64_t app_served_until_us[APPS];

/* A merchant may name a new host with every order, and each may take ten seconds, or just less
 * than any mark. So what is in hand at hosts that have not shown to be fast is bounded by app, and
 * all an app has in hand too: others find room, whatever one does. */
static bool is_over_share(const struct notify_host *host)
{
    struct notify_share share = notify_share_of(host->app_id);
    int slow = share.slow_of_all >= NOTIFY_SLOW_CROWDED ? NOTIFY_PER_APP_CROWDED
                                                        : NOTIFY_PER_APP_SLOW;

    return share.in_hand >= NOTIFY_PER_APP_IN_HAND ||
           (share.slow >= slow && !notify_host_is_fast(host));
}

static void park_app(const struct notify_host *host, struct notify_due *due,
                     struct notify_room *room)
{
    int64_t *until = &app_served_until_us[(uint64_t)host->app_id % APPS];
    int64_t takes = host->mean_us > 0 ? host->mean_us : PACE_NEW_US;
    int64_t silence = notify_host_silence(host);

    if (silence > takes)
        takes = silence;
    park_behind(until, takes / NOTIFY_PER_APP_SLOW, CROWD_MIN_MS, due);
    room->busy = true;
}

/* ---- a host that fails */

static enum pay_err send_probe(struct notify_host *host, struct db *db, struct notify_due *due,
                               struct notify_room *room)
{
    const struct notify_probe probe = {
        .id = host->state.id, .first = is_first(due),
        .ripe = clock_ticks_us() >= host->open_until_us,
    };
    bool won = false;
    enum pay_err err = notify_endpoint_probe(db, &probe, &won);

    room->probed = won;
    host->loaded_us = 0;
    if (!won) {
        park(host, due, PROBE_WAIT_MS);
        return err;
    }
    host->probing_tentative = true;
    host->tentative++;
    due->probe = probe.ripe ? NOTIFY_PROBE_RIPE : NOTIFY_PROBE_EARLY;
    due->fate = NOTIFY_SEND;
    return err;
}

/* The breaker is open: one probe at a time, when its time has passed. A first try that has just
 * become due does not wait for that: it may be the probe at once, so that a host that is well
 * again, or fails at some URLs only, is found out by the first news for it. */
static enum pay_err decide_failing(struct notify_host *host, struct db *db,
                                   struct notify_due *due, struct notify_room *room)
{
    int64_t now = clock_ticks_us();
    bool first = is_first(due), fresh = first && due->parked == 0;
    bool ripe = now >= host->open_until_us + (first ? 0 : PROBE_LATER_US);
    int64_t wait_ms = ripe ? PROBE_WAIT_MS : (host->open_until_us - now) / 1000;

    if (first && wait_ms > PARK_FIRST_MS)
        wait_ms = PARK_FIRST_MS;
    if (wait_ms < PROBE_WAIT_MS)
        wait_ms = PROBE_WAIT_MS;
    if (room->probed || host->probing_tentative || (!fresh && (host->probing || !ripe)) ||
        (first && now < host->first_until_us)) {
        park(host, due, wait_ms);
        return PAY_OK;
    }
    if (is_over_share(host))
        park_app(host, due, room);
    else if (room->room)
        return send_probe(host, db, due, room);
    return PAY_OK;
}
/* ---- all of it */

enum pay_err notify_host_decide(struct notify_host *host, struct db *db, struct notify_due *due,
                                struct notify_room *room)
{
    enum pay_err err = notify_host_look(host, db);
    bool asked = due->manual != 0;          /* an operator's resend goes through an open breaker */

    due->fate = NOTIFY_LEAVE;
    if (err != PAY_OK)
        return err;
    if (host->state.paused != 0) {
        park(host, due, PAUSED_MS);
    } else if (!asked && host->state.consecutive_fail >= NOTIFY_OPEN_AFTER) {
        return decide_failing(host, db, due, room);
    } else if (host->in_hand + host->tentative >= notify_host_allowance(host) &&
               !goes_past(host, due)) {
        if (!keeps_up(host)) {
            park_behind(&host->served_until_us, pace_of(host), BUSY_MIN_MS, due);
            room->busy = true;
        }
    } else if (is_over_share(host)) {
        park_app(host, due, room);
    } else if (room->room) {
        host->tentative++;
        due->fate = NOTIFY_SEND;
    }
    return PAY_OK;
}
