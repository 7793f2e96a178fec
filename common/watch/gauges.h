/* gauges.h - what /metrics asks the database: how much waits, and for how long. */
#ifndef WATCH_GAUGES_H
#define WATCH_GAUGES_H

#include "io/db/db.h"

struct gauges {
    int64_t notify_due;             /* notifications due now, the parked ones too */
    int64_t notify_oldest_due_ms;   /* how long the oldest of them has been due; 0 without */
    int64_t notify_parked;          /* of those due: put off, since their host or app is busy,
                                           or their host does not answer */
    int64_t notify_oldest_ready_ms; /* of those due that wait only for a runner */
    int64_t notify_given_up;        /* notifications in state FAILURE */
    int64_t alerts_open;
    int64_t orders_overdue;     /* WAITING for more than 30 s past their end */
    int64_t sync_oldest_due_ms; /* how long the oldest attempt to ask about has been due */
};

MUST_USE enum pay_err gauges_read(struct db *db, struct gauges *out);

#endif
