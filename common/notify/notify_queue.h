/* notify_queue.h - the queue of notifications in notify_task, for any number of runners at once.
 * claim:  one short transaction takes what is due (SKIP LOCKED), with a random token and a lease of
 *         45 s kept in next_notify_time, so that one query both claims and recovers.
 * send:   the caller's, after the claim was committed and outside of any transaction.
 * finish: notify_result.h.
 * A runner that dies loses nothing: the lease runs out, and the next claim logs the lost try. */
#ifndef NOTIFY_NOTIFY_QUEUE_H
#define NOTIFY_NOTIFY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/ulid.h"
#include "io/db/db.h"
#include "notify/notify.h"
#include "notify/notify_result.h"

#define NOTIFY_LEASE_S 45
/* A task's lane: 0 until its first try, then 1, so that first tries do not wait behind retries. */
#define NOTIFY_BATCH_MAX 320 /* rows of one lane looked at in one claim */

/* RIPE: the probe of a half-open host. EARLY: a first try at one that is still open. */
enum notify_probe_kind { NOTIFY_NO_PROBE, NOTIFY_PROBE_RIPE, NOTIFY_PROBE_EARLY };
enum notify_fate { NOTIFY_LEAVE, NOTIFY_SEND, NOTIFY_PARK, NOTIFY_GIVE_UP };

/* A due task as the claim sees it. */
struct notify_due {
    int64_t id, app_id, lane, notify_times, max_notify_times, claim_token, manual;
    int64_t parked; /* it was, since it became due */
    int64_t age_us; /* since the task was made */
    int64_t body_len;
    char no[NO_SIZE];
    /* what decide says */
    enum notify_fate fate;
    int64_t wait_ms; /* NOTIFY_PARK: from now */
    enum notify_probe_kind probe;
    void *host; /* the caller's own */
    /* NOTIFY_SEND, once claimed: body_len frozen bytes, from malloc; the caller frees them. The
     * next claim frees those of rows that were not sent. */
    char *body;
    char notify_url[NOTIFY_URL_SIZE]; /* last: a row is copied to the end of its text */
};

struct notify_claim {
    int64_t limit[2]; /* rows to look at, by lane; <= NOTIFY_BATCH_MAX */
    bool newest;      /* from the queue's other end: past a backlog in front */
    /* A transaction may run more than once: begin is called first each time, then decide for each
     * row (lane 0 first), which sets fate. A decide that fails ends the claim. */
    void (*begin)(void *arg);
    enum pay_err (*decide)(void *arg, struct db *db, struct notify_due *due);
    void *arg;
    int64_t only; /* notify_sift.c: this task alone; 0: all that are due */
    /* out */
    struct notify_due rows[2 * NOTIFY_BATCH_MAX];
    size_t count;
    int64_t seen[2], token;
    int64_t sent, parked, lost, given_up;
};
/* After any error nothing is claimed, or (PAY_LOST) its lease ends. A task that cannot be claimed
 * is put off, with an alert, and the others are claimed. */
MUST_USE enum pay_err notify_claim(struct db *db, struct notify_claim *claim);

/* Gives back what was claimed and not begun: due in wait_ms (0: at once; else it counts as parked),
 * the try not counted. */
struct notify_lease {
    int64_t task_id, token;
};
MUST_USE enum pay_err notify_hand_back(struct db *db, const struct notify_lease *leases, size_t n,
                                       int64_t wait_ms);
/* Is something due, by lane? */
MUST_USE enum pay_err notify_is_due(struct db *db, bool due[2]);
/* What is due now, in the order it would be claimed; limit rows of each lane. */
struct notify_listed {
    int64_t id, app_id, lane, notify_times, max_notify_times, late_ms;
    char no[NO_SIZE], event[33], notify_url[NOTIFY_URL_SIZE];
};
MUST_USE enum pay_err notify_list_due(struct db *db, int64_t limit, db_each *each, void *arg);
/* The app's schedule as it is set now; "long" when it is set to nothing that can be read. */
MUST_USE enum pay_err notify_app_schedule(struct db *db, int64_t app_id,
                                          struct notify_schedule *out);

#endif
