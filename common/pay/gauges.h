/* gauges.h - what /metrics asks the database: how much waits, and for how long. */
#ifndef PAY_GAUGES_H
#define PAY_GAUGES_H

#include "io/db.h"

struct gauges {
    int64_t notify_due;                 /* notifications due now */
    int64_t notify_oldest_due_ms;       /* how long the oldest of them has been due; 0 without */
    int64_t notify_given_up;            /* notifications that stand at FAILURE */
    int64_t alerts_open;
};

MUST_USE enum pay_err gauges_read(struct db *db, struct gauges *out);

#endif
