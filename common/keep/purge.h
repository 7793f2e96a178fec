/* purge.h - the logs' monthly partitions, and old rows: nonces, refused callbacks, breakers of
 * merchant hosts that did not change for long. Role "migrate".
 *
 * notify_log, callback_log and status_log have a partition for each month. pmax holds rows of any
 * later time, so an insert is never refused. It is safe from two machines at once: the second one
 * finds the work done. */
#ifndef KEEP_PURGE_H
#define KEEP_PURGE_H

#include <stdbool.h>
#include <stdint.h>
#include "io/db/db.h"

/* Rows deleted in batches: nonces after 900 s, refused callbacks after keep_days, breakers of
 * merchant hosts (except paused ones) 30 days after their last change. */
enum purge_kind { PURGE_NONCES, PURGE_REFUSED, PURGE_HOSTS, PURGE_KINDS };
const char *purge_kind_name(enum purge_kind kind); /* "nonces" */

struct purge_report {
    int64_t added, dropped; /* partitions */
    int64_t rows[PURGE_KINDS];
    char why[512];                            /* with an error: what could not be done */
    void (*say)(void *arg, const char *line); /* called for each change, or NULL */
    void *arg;
    bool dry; /* only calls say */
};

/* Partitions for the current and the next two months, cut out of pmax. Waits at most 5 s for a
 * table: PAY_TRY_AGAIN when it is locked longer. */
MUST_USE enum pay_err partitions_extend(struct db *db, struct purge_report *report);
/* Drops partitions that hold only rows older than keep_days. */
MUST_USE enum pay_err partitions_drop(struct db *db, int64_t keep_days,
                                      struct purge_report *report);
/* Deletes one batch (500 at most); *more: go on. */
MUST_USE enum pay_err purge_rows(struct db *db, enum purge_kind kind, int64_t keep_days,
                                 struct purge_report *report, bool *more);

#endif
