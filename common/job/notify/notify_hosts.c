/* notify_hosts.c - see notify_hosts.h. */
#include "job/notify/notify_hosts.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

#define HOSTS 1024                          /* a power of two */
#define PLACES 512                          /* over what can be in hand and in a claim */
#define FRESH_US 1000000
#define WINDOW 16                           /* answers the pace is taken from */
#define MEAN_OF 8                           /* the weight of what was before an answer */
#define SILENT_US 1000000

static struct notify_host hosts[HOSTS];
static int64_t app_at[HOSTS];               /* hosts[i].app_id again: close together, for scans */

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

static size_t place_of(int64_t app_id, const struct http_url *url)
{
    uint64_t hash = (uint64_t)app_id * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)url->port;

    return (size_t)hash_text(hash, url->host) & (HOSTS - 1);
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

enum pay_err notify_host_look(struct notify_host *host, struct db *db)
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
    host->first_until_us = host->state.first_ms > 0 ? now + host->state.first_ms * 1000 : 0;
    if (host->open_until_us > was_open + FRESH_US || host->open_until_us == 0)
        host->parked = 0;
    return PAY_OK;
}

/* ---- tries in hand and under way */

void notify_host_take(struct notify_host *host, bool probe)
{
    host->in_hand++;
    host->probing = host->probing || probe;
}

void notify_host_drop(struct notify_host *host, bool probe)
{
    host->in_hand--;
    if (probe)
        host->probing = false;
}

static bool hangs(const struct notify_under_way *one, int64_t now)
{
    return one->begun_us != 0 && now - one->begun_us > NOTIFY_FAST_US;
}

bool notify_host_url_hangs(const struct notify_host *host, uint64_t url)
{
    int64_t now = clock_ticks_us();

    for (size_t i = 0; i < NOTIFY_PER_HOST_MOST; i++)
        if (host->under_way[i].url == url && hangs(&host->under_way[i], now))
            return true;
    return false;
}

static int hanging(const struct notify_host *host)
{
    int64_t now = clock_ticks_us();
    int n = 0;

    for (size_t i = 0; i < NOTIFY_PER_HOST_MOST; i++)
        n += hangs(&host->under_way[i], now);
    return n;
}

bool notify_host_may_begin(const struct notify_host *host, uint64_t url, bool later)
{
    if (later && !notify_host_is_fast(host) && host->running_later >= NOTIFY_PER_HOST / 2)
        return false;
    if (host->running < NOTIFY_PER_HOST)
        return true;
    return !later && host->running < NOTIFY_PER_HOST_MOST &&
           host->running - hanging(host) < NOTIFY_PER_HOST && !notify_host_url_hangs(host, url);
}

int notify_host_begin(struct notify_host *host, uint64_t url, bool later)
{
    int64_t now = clock_ticks_us();
    int place = 0;

    while (host->under_way[place].begun_us != 0)
        place++;
    host->under_way[place] = (struct notify_under_way){ url, now, later };
    if (host->running++ == 0)
        host->answered_us = now;
    host->running_later += later;
    return place;
}

/* The best of some answers: what one took may include waiting for our own turn. The mean is what
 * shows a host that answers quickly now and then. */
static void measure(struct notify_host *host, int64_t us)
{
    host->mean_us = host->mean_us == 0 ? us : host->mean_us + (us - host->mean_us) / MEAN_OF;
    if (host->window_best_us == 0 || us < host->window_best_us)
        host->window_best_us = us;
    if (host->best_us == 0 || us < host->best_us)
        host->best_us = us;
    if (++host->answers % WINDOW != 0)
        return;
    host->best_us = host->window_best_us;
    host->window_best_us = 0;
}

void notify_host_answered(struct notify_host *host, int place, int64_t us)
{
    host->running--;
    host->running_later -= host->under_way[place].later;
    host->under_way[place].begun_us = 0;
    host->answered_us = clock_ticks_us();
    measure(host, us);
}

/* ---- how fast it is */

int64_t notify_host_silence(const struct notify_host *host)
{
    return host->running > 0 ? clock_ticks_us() - host->answered_us : 0;
}

bool notify_host_is_fast(const struct notify_host *host)
{
    return host->best_us > 0 && host->mean_us <= NOTIFY_FAST_US &&
           notify_host_silence(host) <= SILENT_US;
}

/* It takes a second and more; one that is new is not known to, nor one that our own load delays. */
static bool is_slow(const struct notify_host *host)
{
    return host->mean_us > SILENT_US || notify_host_silence(host) > SILENT_US;
}

/* How many it is through with soon, at the pace it answers. */
static int allowance_by_pace(const struct notify_host *host)
{
    if (host->best_us == 0)
        return NOTIFY_PER_HOST + NOTIFY_QUEUED_NEW;
    int64_t more = NOTIFY_PER_HOST * NOTIFY_FAST_US / host->best_us;
    return NOTIFY_PER_HOST + (int)(more < NOTIFY_QUEUED_MAX ? more : NOTIFY_QUEUED_MAX);
}

int notify_host_allowance(const struct notify_host *host)
{
    return notify_host_silence(host) > NOTIFY_FAST_US ? NOTIFY_PER_HOST : allowance_by_pace(host);
}

bool notify_host_keeps_waiting(const struct notify_host *host)
{
    return notify_host_silence(host) > SILENT_US ||
           host->in_hand > 2 * allowance_by_pace(host);
}

struct notify_share notify_share_of(int64_t app_id)
{
    struct notify_share share = { 0 };

    for (size_t i = 0; i < HOSTS; i++) {
        int held = app_at[i] == 0 ? 0 : hosts[i].in_hand + hosts[i].tentative;
        if (held == 0)
            continue;
        int slow = notify_host_is_fast(&hosts[i]) ? 0 : held;
        share.slow_of_all += slow;
        share.slow_running_of_all += is_slow(&hosts[i]) ? hosts[i].running : 0;
        if (app_at[i] != app_id)
            continue;
        share.slow += slow;
        share.in_hand += held;
        share.running += hosts[i].running;
    }
    return share;
}

bool notify_host_may_take_slot(const struct notify_host *host)
{
    struct notify_share share = notify_share_of(host->app_id);

    return share.running < NOTIFY_PER_APP &&
           (!is_slow(host) || share.slow_running_of_all < NOTIFY_SLOW_RUNNING);
}
