/* notify_endpoint.h - the state of merchants' hosts: a breaker per (app, scheme, host, port),
 * shared by all runners through notify_endpoint. A host that never failed has no row.
 *
 * closed -> 5 failures in a row -> open for 30 s -> half-open: one probe, which one runner wins ->
 * closed, or open for twice as long (at most 15 min). Failures that come in while it is open (tries
 * that were on their way) do not count. */
#ifndef PAY_NOTIFY_ENDPOINT_H
#define PAY_NOTIFY_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include "io/db.h"
#include "io/http.h"

#define NOTIFY_OPEN_AFTER 5
#define NOTIFY_PROBE_S 15       /* a probe's time; over the 10 s a try may take */

struct notify_endpoint {
    int64_t id;                 /* 0: no row, nothing but good was heard of it */
    int64_t consecutive_fail;
    int64_t open_ms;            /* from now by the database's clock; <= 0: not open */
    int64_t paused;             /* 1: an operator stopped it */
};

/* As it stands now; zeros when there is no row. */
MUST_USE enum pay_err notify_endpoint_load(struct db *db, int64_t app_id,
                                           const struct http_url *url, struct notify_endpoint *out);
/* Makes the row when there is none, in a transaction of its own. */
MUST_USE enum pay_err notify_endpoint_make(struct db *db, int64_t app_id,
                                           const struct http_url *url, int64_t *id);
/* Takes the one probe of a half-open host for NOTIFY_PROBE_S, inside the claim's transaction; *won
 * is false when another runner has it or the host is open. At most one per transaction, so that
 * claims cannot wait for each other in a circle. */
MUST_USE enum pay_err notify_endpoint_probe(struct db *db, int64_t id, bool *won);

/* What a batch of results says of one host. */
struct notify_endpoint_news {
    int64_t id;
    int64_t ok, failed;         /* how many tries; any ok closes it */
    bool probe;                 /* one of the failed was the probe */
};
/* Inside the finish's transaction, after the tasks, in ascending order of id. */
MUST_USE enum pay_err notify_endpoint_write(struct db *db, const struct notify_endpoint_news *news);

#endif
