/* notify_endpoint.h - the state of merchants' hosts: a breaker per (app, scheme, host, port),
 * shared by all runners through notify_endpoint. A host that never failed has no row.
 *
 * A failure is a try that got no answer at all: no connection, no TLS, or silence. An answer of any
 * status is none: it concerns the URL.
 * closed -> 5 failures in a row -> open for 30 s -> half-open: one probe, which one runner wins ->
 * closed, or open for twice as long (at most 15 min). Failures that come in while it is open (tries
 * that were on their way) do not count. A first try that has just become due may probe before the
 * time has passed, one at a time and a second after the last; its failure changes nothing. */
#ifndef NOTIFY_NOTIFY_ENDPOINT_H
#define NOTIFY_NOTIFY_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include "io/db/db.h"
#include "io/http/http.h"

#define NOTIFY_OPEN_AFTER 5
#define NOTIFY_PROBE_S 15    /* a probe's time; over the 10 s a try may take */
#define NOTIFY_FIRST_GAP_S 1 /* between a first try that probed in vain and the next one */

struct notify_endpoint {
    int64_t id; /* 0: no row, since no try failed there */
    int64_t consecutive_fail;
    int64_t open_ms;  /* from now by the database's clock; <= 0: not open */
    int64_t first_ms; /* the same: no first try probes before */
    int64_t paused;   /* 1: an operator stopped it */
};

/* Its state now; zeros when there is no row. */
MUST_USE enum pay_err notify_endpoint_load(struct db *db, int64_t app_id,
                                           const struct http_url *url, struct notify_endpoint *out);
/* Makes the row when there is none, in a transaction of its own. */
MUST_USE enum pay_err notify_endpoint_make(struct db *db, int64_t app_id,
                                           const struct http_url *url, int64_t *id);
/* Takes the one probe of a half-open host (ripe), or of a first try at an open one, for
 * NOTIFY_PROBE_S, inside the claim's transaction; *won is false when another runner has it or the
 * host was opened anew. At most one per transaction, so that claims cannot wait for each other in a
 * circle. */
struct notify_probe {
    int64_t id;
    bool ripe, first;
};
MUST_USE enum pay_err notify_endpoint_probe(struct db *db, const struct notify_probe *probe,
                                            bool *won);

/* What a batch of results says of one host. */
struct notify_endpoint_tally {
    int64_t id;
    int64_t ok, failed; /* how many tries; any ok closes it */
    bool ripe, first;   /* one of the failed was the probe; a first try that probed */
};
/* Inside the finish's transaction, after the tasks, in ascending order of id. */
MUST_USE enum pay_err notify_endpoint_write(struct db *db,
                                            const struct notify_endpoint_tally *tally);

/* It answers again: what is parked for it becomes due, one after the other. A transaction of its
 * own. */
struct notify_asleep {
    int64_t app_id, endpoint_id;
};
MUST_USE enum pay_err notify_endpoint_wake(struct db *db, const struct notify_asleep *of);

/* A host that is open or half-open, and was asked within two days. */
struct notify_open_host {
    int64_t app_id, consecutive_fail, open_since, open_until;
    char app_key[65], origin[1061]; /* "https://[2001:db8::1]:443" */
};
/* Those that have been so for longest, at most limit; *count: all of them. */
MUST_USE enum pay_err notify_open_hosts(struct db *db, int64_t limit, int64_t *count, db_each *each,
                                        void *arg);
/* SQL: http_url_add_origin of e (notify_endpoint). */
#define NOTIFY_ORIGIN \
    "CONCAT(e.scheme, '://', IF(LOCATE(':', e.host), CONCAT('[', e.host, ']'), e.host)," \
    " ':', e.port)"
/* SQL: is e (notify_endpoint) the host that t (notify_task) is sent to? */
#define NOTIFY_IS_HOST_OF_TASK \
    "e.app_id = t.app_id AND e.scheme = LOWER(SUBSTRING_INDEX(t.notify_url, '://', 1))" \
    " AND LOWER(REGEXP_SUBSTR(SUBSTRING(t.notify_url, LOCATE('://', t.notify_url) + 3)," \
    " '^[^/?]+'))" \
    " IN (CONCAT(e.host, ':', e.port), CONCAT('[', e.host, ']:', e.port)," \
    " IF(e.port = IF(e.scheme = 'https', 443, 80), e.host, '')," \
    " IF(e.port = IF(e.scheme = 'https', 443, 80), CONCAT('[', e.host, ']'), ''))"

#endif
