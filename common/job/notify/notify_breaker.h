/* notify_breaker.h - one runner's copy of a host's breaker, which all runners share in
 * notify_endpoint (notify/notify_endpoint.h), kept 1 s. */
#ifndef JOB_NOTIFY_BREAKER_H
#define JOB_NOTIFY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/kept.h"
#include "notify/notify_endpoint.h"

#define NOTIFY_PROBE_WAIT_MS 1000 /* to the next look at a host that is being probed */

struct notify_breaker {
    struct kept kept;
    struct notify_endpoint state;
    int64_t open_until_us, first_until_us, ok_written_us;
    bool probing, probing_tentative; /* a probe is in hand; is planned by the claim under way */
    int64_t parked;                  /* tasks parked since it opened, to spread their return */
};

/* Loads it unless the copy is still good. */
MUST_USE enum pay_err notify_breaker_look(struct notify_breaker *breaker, struct db *db,
                                          int64_t app_id, const struct http_url *url);
/* Open or half-open: only probes go there. */
bool notify_breaker_is_open(const struct notify_breaker *breaker);

/* A due task at an open breaker. */
struct notify_knock {
    int64_t now_us;
    bool first;  /* a first try, */
    bool parked; /* that was parked before */
    bool probed; /* this claim has won a probe already */
};
/* True: it may be the probe. False: it is parked for *wait_ms at least. */
bool notify_breaker_admits(const struct notify_breaker *breaker, const struct notify_knock *knock,
                           int64_t *wait_ms);
/* The time has passed: the probe is the one of a half-open host. */
bool notify_breaker_is_ripe(const struct notify_breaker *breaker, int64_t now);

#endif
