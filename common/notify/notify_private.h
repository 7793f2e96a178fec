/* notify_private.h - what files of notifications share. */
#ifndef NOTIFY_NOTIFY_PRIVATE_H
#define NOTIFY_NOTIFY_PRIVATE_H

#include "notify/notify_queue.h"

/* notify_log.c: the rows of tries, inside the caller's transaction. */
MUST_USE enum pay_err notify_log_add(struct db *db, struct notify_result *const *at, size_t count);
/* The row of one try whose lease ran out. PAY_DUPLICATE: it has its row. */
MUST_USE enum pay_err notify_log_late(struct db *db, struct notify_result *result);

/* notify_claim.c: a claim, inside the caller's transaction; arg: the struct notify_claim. */
MUST_USE enum pay_err notify_claim_rows(struct db *db, void *arg);
/* notify_sift.c: may one task be the reason of this error of a claim? */
bool notify_is_of_a_row(enum pay_err err);
/* Tries each task that the claim would look at alone, and puts off those that cannot be claimed.
 * True when there were some, and others could be. */
bool notify_sift(struct db *db, struct notify_claim *claim);

/* notify_ids.c: runs a change of tasks by their ids. Its first ? is the token, the others are
 * NOTIFY_ID_PLACES; changed counts the rows. */
#define NOTIFY_ID_COUNT 128
#define NOTIFY_ID_PLACES DB_64("?") ", " DB_64("?")
struct notify_ids {
    int64_t token;
    const int64_t *at;
    size_t count;
};
MUST_USE enum pay_err notify_change_ids(struct db *db, const char *sql,
                                        const struct notify_ids *ids, int64_t *changed);

#endif
