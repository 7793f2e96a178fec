/* notify_try.h - one try to deliver one notification: its request, and what its answer means. */
#ifndef JOB_NOTIFY_TRY_H
#define JOB_NOTIFY_TRY_H

#include <stdbool.h>
#include <stdint.h>
#include "io/http/http.h"
#include "job/notify/notify_hosts.h"
#include "notify/notify.h"
#include "notify/notify_queue.h"

#define NOTIFY_TRY_MS 10000

struct notify_engine;

struct notify_try {
    int64_t lane, age_us;
    int64_t claimed_us, lease_us, done_us;
    int64_t away_us; /* the engine's, when it was begun */
    enum notify_probe_kind probe;
    bool answered;
    struct notify_engine *engine; /* it is under way there */
    struct notify_host *host;     /* NULL: the stored URL cannot be called */
    uint64_t url_key;
    int place; /* at the host, while it is under way */
    char url[NOTIFY_URL_SIZE];
    char *body;
    size_t body_len;
    char id[64], timestamp[64], attempt[64], signature[256];
    struct notify_result result; /* its names and numbers from the claim on */
};

/* Takes over what was claimed, body included. */
void notify_try_take(struct notify_try *try, struct notify_due *due, int64_t token);
/* Fills request with what is sent now; its texts live in try. */
MUST_USE bool notify_try_request(struct notify_try *try, const struct webhook_keys *keys,
                                 struct http_request *request);
/* Does the result speak against the host (nothing came back at all), or for it (a whole answer, of
 * whatever status: that concerns the URL)? */
enum notify_host_sign { HOST_ANSWERED, HOST_FAILED, HOST_UNKNOWN };
enum notify_host_sign notify_try_host_sign(const struct notify_try *try);

#endif
