/* transfer_event.h - the notification of a transfer's end. */
#ifndef TRANSFER_TRANSFER_EVENT_H
#define TRANSFER_TRANSFER_EVENT_H

#include "notify/notify.h"
#include "transfer/transfer.h"

/* "transfer.success" or "transfer.failure", which happened at a time (ms). transfer is the row
 * after the change. */
struct transfer_change {
    const struct transfer *transfer;
    const char *name;
    int64_t happened;
};
/* Adds its task, inside the caller's transaction. */
MUST_USE enum pay_err transfer_notify(struct db *db, const struct app *app,
                                      const struct transfer_change *change);

#endif
