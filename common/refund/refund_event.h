/* refund_event.h - the notification of a refund's end. */
#ifndef REFUND_REFUND_EVENT_H
#define REFUND_REFUND_EVENT_H

#include "notify/notify.h"
#include "refund/refund.h"

/* "refund.success" or "refund.failure", which happened at a time (ms). refund is the row after the
 * change. */
struct refund_change {
    const struct refund *refund;
    const char *name;
    int64_t happened;
};
/* Adds its task, inside the caller's transaction. */
MUST_USE enum pay_err refund_notify(struct db *db, const struct app *app,
                                    const struct refund_change *change);

#endif
