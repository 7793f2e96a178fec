/* purge.h - the logs' monthly partitions, nonces and refused callbacks past their time. Role
 * "migrate".
 *
 * notify_log, callback_log and status_log are cut by month; pmax catches what no month takes, so an
 * insert is never refused. Safe from two machines at once: who comes second finds it done. */
#ifndef KEEP_PURGE_H
#define KEEP_PURGE_H

#include <stdbool.h>
#include <stdint.h>
#include "io/db/db.h"

struct purge_report {
    int64_t added, dropped, nonces, refused;
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
/* Deletes one batch (500) of nonces older than 900 s, by primary key; *more: go on. */
MUST_USE enum pay_err nonces_purge(struct db *db, struct purge_report *report, bool *more);
/* Deletes one batch (500) of callbacks that were not believed and are older than keep_days; their
 * counts of days past with the last one. */
MUST_USE enum pay_err refused_purge(struct db *db, int64_t keep_days, struct purge_report *report,
                                    bool *more);

#endif
