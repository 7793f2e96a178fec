/* notify_hosts.c - see notify_hosts.h. */
#include "job/notify/notify_hosts.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "job/notify/notify_decide.h"

#define HOSTS 2048  /* a power of two */
#define PLACES 1024 /* over what can be in hand and in a claim */
#define APP_QUEUES 256

static struct notify_host hosts[HOSTS];
static uint16_t used[HOSTS]; /* the places that were ever taken, for scans */
static size_t used_count;
/* When what is parked behind an app's share would be done. Two apps may share one. */
static int64_t app_queue_us[APP_QUEUES];

static bool same_url(const struct http_url *a, const struct http_url *b)
{
    return a->port == b->port && strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (const char *c = text; *c; c++)
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    return hash ^ (hash >> 32);
}

uint64_t notify_url_key(const char *url)
{
    return hash_text(UINT64_C(0xCBF29CE484222325), url);
}

static size_t host_place(int64_t app_id, const struct http_url *url)
{
    uint64_t hash = (uint64_t)app_id * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)url->port;

    return (size_t)hash_text(hash, url->host) & (HOSTS - 1);
}

static int held(const struct notify_host *host)
{
    return host->in_hand + host->tentative;
}

/* Looks at some places from the hash on. There are more of them than tries can be in hand, so one
 * is free or can be taken over. */
static struct notify_host *host_find(int64_t app_id, const struct http_url *url)
{
    struct notify_host *spare = NULL;
    size_t at = host_place(app_id, url);

    for (size_t i = 0; i < PLACES; i++) {
        struct notify_host *host = &hosts[(at + i) & (HOSTS - 1)];
        if (host->app_id == app_id && same_url(&host->url, url))
            return host;
        if (host->app_id == 0) {
            spare = host;
            break;
        }
        if (!spare && held(host) + host->unrecorded == 0)
            spare = host;
    }
    if (!spare)
        abort();
    if (spare->app_id == 0)
        used[used_count++] = (uint16_t)(spare - hosts);
    *spare = (struct notify_host){ .app_id = app_id, .url = *url };
    return spare;
}

/* Due tasks that follow each other often have the same URL. */
struct notify_host *notify_host_find(int64_t app_id, const char *url)
{
    static char last[NOTIFY_URL_SIZE];
    static struct http_url parsed;
    static bool callable;

    if (strcmp(last, url) != 0) {
        callable = http_url_ok(url, &parsed);
        if (!text_copy(last, sizeof(last), url))
            last[0] = '\0';
    }
    return callable ? host_find(app_id, &parsed) : NULL;
}

void notify_host_take(struct notify_host *host, bool probe)
{
    host->in_hand++;
    host->breaker.probing = host->breaker.probing || probe;
}

void notify_host_drop(struct notify_host *host, bool probe)
{
    host->in_hand--;
    if (probe)
        host->breaker.probing = false;
}

/* ---- an app's share */

static void add_to_share(struct notify_share *share, const struct notify_host *host, bool same_app,
                         int64_t now)
{
    bool fast = notify_pace_is_fast(&host->pace, now);
    int slow = fast ? 0 : held(host);

    share->slow_of_all += slow;
    share->running_of_all += host->pace.running;
    share->slow_running_of_all += notify_pace_is_slow(&host->pace, now) ? host->pace.running : 0;
    share->unproven_running_of_all += fast ? 0 : host->pace.running;
    if (!same_app)
        return;
    share->slow += slow;
    share->in_hand += held(host);
    share->running += host->pace.running;
}

/* That of the host's app. */
static struct notify_share share_of(const struct notify_host *host, int64_t now)
{
    struct notify_share share = { 0 };

    for (size_t i = 0; i < used_count; i++)
        if (held(&hosts[used[i]]) > 0)
            add_to_share(&share, &hosts[used[i]], hosts[used[i]].app_id == host->app_id, now);
    return share;
}

bool notify_host_may_take_slot(const struct notify_host *host, bool first)
{
    int64_t now = clock_ticks_us();
    struct notify_share share = share_of(host, now);
    const struct notify_wish wish = {
        .first = first,
        .slow = notify_pace_is_slow(&host->pace, now),
        .fast = notify_pace_is_fast(&host->pace, now),
    };

    return notify_crowd_may_take_slot(&share, &wish);
}

/* ---- claiming */

void notify_hosts_begin_claim(void)
{
    for (size_t i = 0; i < used_count; i++) {
        hosts[used[i]].tentative = 0;
        hosts[used[i]].breaker.probing_tentative = false;
    }
}

/* Tasks made one after the other get numbers far apart. */
static uint32_t mix(int64_t id)
{
    return (uint32_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static struct notify_decision host_decide(const struct notify_host *host,
                                          const struct notify_due *due,
                                          const struct notify_room *room)
{
    int64_t now = clock_ticks_us();
    struct notify_share share = share_of(host, now);
    const struct notify_seen seen = {
        .now_us = now,
        .random = mix(due->id),
        .first = due->lane == 0,
        .parked = due->parked != 0,
        .manual = due->manual != 0,
        .url_key = notify_url_key(due->notify_url),
        .held = held(host),
        .room = room->room,
        .probed = room->probed,
        .breaker = &host->breaker,
        .pace = &host->pace,
        .share = &share,
        .host_queue_us = host->queue_us,
        .app_queue_us = app_queue_us[(uint64_t)host->app_id % APP_QUEUES],
    };
    return notify_decide(&seen);
}

/* The probe is won in the database: other runners want it too. */
static enum pay_err win_probe(struct notify_host *host, struct db *db, bool first,
                              struct notify_decision *decision)
{
    const struct notify_probe probe = {
        .id = host->breaker.state.id,
        .first = first,
        .ripe = decision->probe == NOTIFY_PROBE_RIPE,
    };
    bool won = false;
    enum pay_err err = notify_endpoint_probe(db, &probe, &won);

    kept_end(&host->breaker.kept);
    host->breaker.probing_tentative = won;
    if (!won)
        decision->fate = NOTIFY_PARK;
    return err;
}

static void remember_parked(struct notify_host *host, const struct notify_decision *decision,
                            struct notify_room *room)
{
    switch (decision->behind) {
    case NOTIFY_BEHIND_BREAKER:
        host->breaker.parked++;
        return;
    case NOTIFY_BEHIND_HOST:
        host->queue_us = decision->queue_us;
        break;
    case NOTIFY_BEHIND_APP:
        app_queue_us[(uint64_t)host->app_id % APP_QUEUES] = decision->queue_us;
        break;
    }
    room->busy = true;
}

enum pay_err notify_host_decide(struct notify_host *host, struct db *db, struct notify_due *due,
                                struct notify_room *room)
{
    due->fate = NOTIFY_LEAVE;
    enum pay_err err = notify_breaker_look(&host->breaker, db, host->app_id, &host->url);
    if (err != PAY_OK)
        return err;
    struct notify_decision decision = host_decide(host, due, room);
    if (decision.fate == NOTIFY_SEND && decision.probe != NOTIFY_NO_PROBE) {
        err = win_probe(host, db, due->lane == 0, &decision);
        room->probed = decision.fate == NOTIFY_SEND;
    }
    due->fate = decision.fate;
    due->probe = decision.fate == NOTIFY_SEND ? decision.probe : NOTIFY_NO_PROBE;
    due->wait_ms = decision.wait_ms;
    if (decision.fate == NOTIFY_SEND)
        host->tentative++;
    else if (decision.fate == NOTIFY_PARK)
        remember_parked(host, &decision, room);
    return err;
}
