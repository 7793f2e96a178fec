/* notify_hosts.c - see notify_hosts.h. */
#include "job/notify_hosts.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"

#define HOSTS 1024                          /* a power of two */
#define PLACES 512                          /* over what can be in hand and in a claim */
#define FRESH_US 1000000
#define PACE_MIN_US 800
#define PACE_SILENT_US 4000
#define FAST_US 250000                      /* what waits behind the cap is done in this time */
#define QUICK_US 1500                       /* four at a time are about all a runner can send */
#define WINDOW 16                           /* answers the pace is taken from */
#define SLOW_FOR 32                         /* fast answers after one that took very long */
#define SILENT_US 1000000
#define HANGS_US 3000000
#define PARK_MIN_MS 100
#define BUSY_MIN_MS 20
#define PARK_SPREAD_MS 60000
#define PARK_STEP_MS 2                      /* so many apart do parked tasks come back */
#define PROBE_WAIT_MS 1000
#define PAUSED_MS 60000
#define CROWD_MIN_MS 100
#define CROWD_MAX_MS 8000

static struct notify_host hosts[HOSTS];
static int64_t app_at[HOSTS];               /* hosts[i].app_id again: close together, for scans */

static bool same_url(const struct http_url *a, const struct http_url *b)
{
    return a->port == b->port && strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0;
}

static size_t place_of(int64_t app_id, const struct http_url *url)
{
    uint64_t hash = (uint64_t)app_id * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)url->port;

    for (const char *c = url->host; *c; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    return (size_t)(hash ^ (hash >> 32)) & (HOSTS - 1);
}

/* Looks at some places from the hash on. There are more of them than tries can be in hand, so one
 * is free or can be taken over. */
struct notify_host *notify_host_find(int64_t app_id, const struct http_url *url)
{
    struct notify_host *spare = NULL;
    size_t at = place_of(app_id, url);

    for (size_t i = 0; i < PLACES; i++) {
        struct notify_host *host = &hosts[(at + i) & (HOSTS - 1)];
        if (host->app_id == app_id && same_url(&host->url, url))
            return host;
        if (host->app_id == 0) {
            spare = host;
            break;
        }
        if (!spare && host->in_hand + host->tentative + host->unrecorded == 0)
            spare = host;
    }
    if (!spare)
        abort();
    *spare = (struct notify_host){ .app_id = app_id, .url = *url };
    app_at[spare - hosts] = app_id;
    return spare;
}

void notify_hosts_begin_claim(void)
{
    for (size_t i = 0; i < HOSTS; i++) {
        hosts[i].tentative = 0;
        hosts[i].probing_tentative = false;
    }
}

void notify_host_take(struct notify_host *host, bool probe)
{
    host->in_hand++;
    host->probing = host->probing || probe;
}

void notify_host_begin(struct notify_host *host)
{
    if (host->running++ == 0)
        host->heard_us = clock_ticks_us();
}

/* The best of some answers: what one took may include waiting for our own turn. */
static void measure(struct notify_host *host, int64_t us)
{
    if (host->window_best_us == 0 || us < host->window_best_us)
        host->window_best_us = us;
    if (host->best_us == 0 || us < host->best_us)
        host->best_us = us;
    if (++host->answers % WINDOW != 0)
        return;
    host->best_us = host->window_best_us;
    host->window_best_us = 0;
}

void notify_host_drop(struct notify_host *host, bool probe, int64_t us)
{
    host->in_hand--;
    if (probe)
        host->probing = false;
    if (us <= 0)
        return;
    host->running--;
    host->heard_us = clock_ticks_us();
    host->slow = us > HANGS_US ? SLOW_FOR : host->slow > 0 ? host->slow - 1 : 0;
    measure(host, us);
}

static int64_t silence_of(const struct notify_host *host)
{
    return host->running > 0 ? clock_ticks_us() - host->heard_us : 0;
}

static bool is_silent(const struct notify_host *host)
{
    return silence_of(host) > SILENT_US;
}

static enum pay_err look(struct notify_host *host, struct db *db)
{
    int64_t now = clock_ticks_us(), was_open = host->open_until_us;
    enum pay_err err = PAY_OK;

    if (host->loaded_us != 0 && now - host->loaded_us < FRESH_US)
        return PAY_OK;
    err = notify_endpoint_load(db, host->app_id, &host->url, &host->state);
    if (err != PAY_OK)
        return err;
    host->loaded_us = now;
    host->open_until_us = host->state.open_ms > 0 ? now + host->state.open_ms * 1000 : 0;
    if (host->open_until_us > was_open + FRESH_US || host->open_until_us == 0)
        host->parked = 0;
    return PAY_OK;
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

/* From task to task. Rather too short: a task that comes back early is parked again, but one that
 * comes back late kept the host idle. Not shorter than what a runner can park besides its work. */
static int64_t pace_of(const struct notify_host *host)
{
    int64_t pace = host->best_us / NOTIFY_PER_HOST / 4;

    if (is_silent(host) && pace < PACE_SILENT_US)
        return PACE_SILENT_US;
    return pace > PACE_MIN_US ? pace : PACE_MIN_US;
}

/* Due again when those before it should be through, at the pace the host answers. */
static void park_busy(struct notify_host *host, struct notify_due *due)
{
    int64_t now = clock_ticks_us();

    if (host->served_until_us < now)
        host->served_until_us = now;
    host->served_until_us += pace_of(host);
    int64_t wait_ms = (host->served_until_us - now) / 1000;
    if (wait_ms > PARK_SPREAD_MS) {
        host->served_until_us = now + PARK_SPREAD_MS * 1000;
        wait_ms = PARK_SPREAD_MS / 2 + random_below(PARK_SPREAD_MS / 2);
    }
    due->fate = NOTIFY_PARK;
    due->wait_ms = wait_ms > BUSY_MIN_MS ? wait_ms : BUSY_MIN_MS;
}

/* How many it is through with soon, at the pace it answers. */
static int allowance_by_pace(const struct notify_host *host)
{
    if (host->best_us == 0)
        return NOTIFY_PER_HOST + NOTIFY_QUEUED_NEW;
    int64_t more = NOTIFY_PER_HOST * FAST_US / host->best_us;
    return NOTIFY_PER_HOST + (int)(more < NOTIFY_QUEUED_MAX ? more : NOTIFY_QUEUED_MAX);
}

/* How many may be in hand at once: a slow host gets what can be under way and no more. */
static int allowance(const struct notify_host *host)
{
    return silence_of(host) > FAST_US ? NOTIFY_PER_HOST : allowance_by_pace(host);
}

bool notify_host_keeps_waiting(const struct notify_host *host)
{
    return is_silent(host) || host->in_hand > 2 * allowance_by_pace(host);
}

/* It takes what the runner can send: to park what it is owed would cost more than it takes. Those
 * due meanwhile for others are found from the queue's other end. */
static bool keeps_up(const struct notify_host *host)
{
    return host->best_us > 0 && host->best_us <= QUICK_US && host->slow == 0 &&
           silence_of(host) <= FAST_US;
}

/* A merchant may name a new host with every order, and each may hang for ten seconds. What is in
 * hand at hosts that have not shown to be fast is bounded by app, so that other apps find room. */
static bool may_hang(const struct notify_host *host)
{
    return host->best_us == 0 || host->slow > 0 || silence_of(host) > HANGS_US;
}

/* *silence_us: the longest of the app's hosts. */
static bool is_crowd(const struct notify_host *host, int64_t *silence_us)
{
    int held = 0;

    *silence_us = 0;
    if (!may_hang(host))
        return false;
    for (size_t i = 0; i < HOSTS; i++) {
        if (app_at[i] != host->app_id || !may_hang(&hosts[i]))
            continue;
        held += hosts[i].in_hand + hosts[i].tentative;
        if (silence_of(&hosts[i]) > *silence_us)
            *silence_us = silence_of(&hosts[i]);
    }
    return held >= NOTIFY_PER_APP_SLOW;
}

/* Hosts that answer are known in a moment; of those that hang much cannot be hoped for soon. */
static void park_crowd(struct notify_due *due, int64_t silence_us)
{
    int64_t wait_ms = silence_us / 1000;

    if (wait_ms < CROWD_MIN_MS)
        wait_ms = CROWD_MIN_MS;
    if (wait_ms > CROWD_MAX_MS)
        wait_ms = CROWD_MAX_MS;
    due->fate = NOTIFY_PARK;
    due->wait_ms = wait_ms + random_below(wait_ms);
}

bool notify_app_is_full(int64_t app_id)
{
    int running = 0;

    for (size_t i = 0; i < HOSTS; i++)
        running += app_at[i] == app_id ? hosts[i].running : 0;
    return running >= NOTIFY_PER_APP;
}

static enum pay_err decide_half_open(struct notify_host *host, struct db *db,
                                     struct notify_due *due, struct notify_room *room)
{
    bool won = false;

    if (room->probed) {
        park(host, due, PROBE_WAIT_MS);
        return PAY_OK;
    }
    if (!room->room)
        return PAY_OK;
    enum pay_err err = notify_endpoint_probe(db, host->state.id, &won);
    room->probed = won;
    host->loaded_us = 0;
    if (won) {
        host->probing_tentative = true;
        host->tentative++;
        due->probe = true;
        due->fate = NOTIFY_SEND;
    } else {
        park(host, due, PROBE_WAIT_MS);
    }
    return err;
}

enum pay_err notify_host_decide(struct notify_host *host, struct db *db, struct notify_due *due,
                                struct notify_room *room)
{
    enum pay_err err = look(host, db);
    int64_t now = clock_ticks_us(), silence_us;
    bool asked = due->manual != 0;          /* an operator's resend goes through an open breaker */

    due->fate = NOTIFY_LEAVE;
    if (err != PAY_OK)
        return err;
    if (host->state.paused != 0) {
        park(host, due, PAUSED_MS);
    } else if (!asked && (host->probing || host->probing_tentative)) {
        park(host, due, PROBE_WAIT_MS);
    } else if (!asked && now < host->open_until_us) {
        park(host, due, (host->open_until_us - now) / 1000);
    } else if (!asked && host->state.consecutive_fail >= NOTIFY_OPEN_AFTER) {
        return decide_half_open(host, db, due, room);
    } else if (host->in_hand + host->tentative >= allowance(host)) {
        if (!keeps_up(host)) {
            park_busy(host, due);
            room->busy = true;
        }
    } else if (!asked && is_crowd(host, &silence_us)) {
        park_crowd(due, silence_us);
        room->busy = true;
    } else if (room->room) {
        host->tentative++;
        due->fate = NOTIFY_SEND;
    }
    return PAY_OK;
}
