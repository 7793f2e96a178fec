/* refund_apply.h - the end of a refund, written once: its row, its order's money and state, and the
 * merchant's notification. For settle alone: inside its transaction, under the order's lock. */
#ifndef REFUND_REFUND_APPLY_H
#define REFUND_REFUND_APPLY_H

#include "app/app.h"
#include "channel/said.h"
#include "refund/refund.h"

struct refund_ending {
    const struct app *app;
    const struct order *order;   /* as it is under its lock */
    const struct refund *refund; /* WAITING */
    const struct channel_said *said;
    int64_t when; /* ms: when it happened */
};
/* SUCCESS: the money went back. The order is REFUND once all of it did. */
MUST_USE enum pay_err refund_succeed(struct db *db, const struct refund_ending *ending);
/* FAILURE: what was reserved is free again. `word` is the reason of a channel that gives none. */
MUST_USE enum pay_err refund_fail(struct db *db, const struct refund_ending *ending,
                                  const char *word);
/* It still waits; the channel's own number is kept, once it is said, and what it is stuck at. */
bool refund_is_noted(const struct refund *refund, const struct channel_said *said);
MUST_USE enum pay_err refund_note(struct db *db, const struct refund *refund,
                                  const struct channel_said *said);

#endif
