/* notify_breaker.c - see notify_breaker.h. */
#include "job/notify/notify_breaker.h"
#include "base/clock.h"

#define PARK_FIRST_MS 30000   /* a first try waits no longer for an open breaker */
#define PROBE_LATER_US 500000 /* so long first tries alone may probe */

enum pay_err notify_breaker_look(struct notify_breaker *breaker, struct db *db, int64_t app_id,
                                 const struct http_url *url)
{
    const int64_t now = clock_ticks_us(), was_open = breaker->open_until_us;
    const struct notify_endpoint *state = &breaker->state;

    if (kept_is_fresh(&breaker->kept))
        return PAY_OK;
    enum pay_err err = notify_endpoint_load(db, app_id, url, &breaker->state);
    if (err != PAY_OK)
        return err;
    kept_from(&breaker->kept, now);
    breaker->open_until_us = state->open_ms > 0 ? now + state->open_ms * 1000 : 0;
    breaker->first_until_us = state->first_ms > 0 ? now + state->first_ms * 1000 : 0;
    if (breaker->open_until_us > was_open + KEPT_US || breaker->open_until_us == 0)
        breaker->parked = 0;
    return PAY_OK;
}

bool notify_breaker_is_open(const struct notify_breaker *breaker)
{
    return breaker->state.consecutive_fail >= NOTIFY_OPEN_AFTER;
}

bool notify_breaker_is_ripe(const struct notify_breaker *breaker, int64_t now)
{
    return now >= breaker->open_until_us;
}

/* One probe at a time, when the time has passed. A first try that has just become due does not wait
 * for that: it may probe at once, so that a host that is well again, or fails at some URLs only, is
 * found out by the first notification for it. */
bool notify_breaker_admits(const struct notify_breaker *breaker, const struct notify_knock *knock,
                           int64_t *wait_ms)
{
    int64_t now = knock->now_us;
    bool fresh = knock->first && !knock->parked;
    bool ripe = notify_breaker_is_ripe(breaker, knock->first ? now : now - PROBE_LATER_US);
    int64_t wait = ripe ? 0 : (breaker->open_until_us - now) / 1000;

    if (knock->first && wait > PARK_FIRST_MS)
        wait = PARK_FIRST_MS;
    *wait_ms = wait > NOTIFY_PROBE_WAIT_MS ? wait : NOTIFY_PROBE_WAIT_MS;
    if (knock->probed || breaker->probing_tentative)
        return false;
    if (!fresh && (breaker->probing || !ripe))
        return false;
    return !knock->first || now >= breaker->first_until_us;
}
