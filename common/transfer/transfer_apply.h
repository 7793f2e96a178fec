/* transfer_apply.h - what its channel says of a transfer, written once: its row and, at its end,
 * the merchant's notification. For settle alone: inside its transaction, the row locked. */
#ifndef TRANSFER_TRANSFER_APPLY_H
#define TRANSFER_TRANSFER_APPLY_H

#include "app/app.h"
#include "channel/said.h"
#include "transfer/transfer.h"

struct transfer_ending {
    const struct app *app;
    const struct transfer *transfer; /* open */
    const struct channel_said *said;
    int64_t when; /* ms: when it happened */
};
/* SUCCESS: the money was paid out. */
MUST_USE enum pay_err transfer_succeed(struct db *db, const struct transfer_ending *ending);
/* CLOSED: no money was paid out. `word` is the reason of a channel that gives none. */
MUST_USE enum pay_err transfer_fail(struct db *db, const struct transfer_ending *ending,
                                    const char *word);
/* PROCESSING: the channel has it; its own number is kept, once it is said. */
MUST_USE enum pay_err transfer_note(struct db *db, const struct transfer *transfer,
                                    const struct channel_said *said);
/* The channel's own number of one that was paid out, when it is said only afterwards. */
MUST_USE enum pay_err transfer_number(struct db *db, const struct transfer *transfer,
                                      const struct channel_said *said);

#endif
