/* purge.h - the logs' monthly partitions, and rows past their time: nonces, refused callbacks,
 * breakers of hosts that did not change for long. Role "migrate".
 *
 * notify_log, callback_log and status_log are cut by month; pmax catches what no month takes, so an
 * insert is never refused. Safe from two machines at once: who comes second finds it done. */
#ifndef KEEP_PURGE_H
#define KEEP_PURGE_H

#include <stdbool.h>
#include <stdint.h>
#include "io/db/db.h"

/* Rows deleted in batches: nonces after 900 s, callbacks that were not believed after keep_days,
 * breakers of hosts (but paused ones) 30 days after their last change. */
enum purge_kind { PURGE_NONCES, PURGE_REFUSED, PURGE_HOSTS, PURGE_KINDS };
const char *purge_kind_name(enum purge_kind kind);      /* "nonces" */

struct purge_report {
    int64_t added, dropped;         /* partitions */
    int64_t rows[PURGE_KINDS];
    char why[512];                  /* with an error: what could not be done */
    void (*say)(void *arg, const char *line);   /* told each change, or NULL */
    void *arg;
    bool dry;                       /* only say */
};

/* Partitions for the current and the next two months, cut out of pmax. Waits at most 5 s for a
 * table: PAY_TRY_AGAIN when somebody holds it longer. */
MUST_USE enum pay_err partitions_extend(struct db *db, struct purge_report *report);
/* Drops partitions all of whose rows are older than keep_days. */
MUST_USE enum pay_err partitions_drop(struct db *db, int64_t keep_days,
                                      struct purge_report *report);
/* Deletes one batch (500 at most); *more: go on. */
MUST_USE enum pay_err purge_rows(struct db *db, enum purge_kind kind, int64_t keep_days,
                                 struct purge_report *report, bool *more);

#endif
