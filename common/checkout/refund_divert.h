/* refund_divert.h - an operator names another account for a refund that is stuck at its channel. */
#ifndef CHECKOUT_REFUND_DIVERT_H
#define CHECKOUT_REFUND_DIVERT_H

#include "app/admin_log.h"
#include "base/config.h"
#include "channel/divert.h"
#include "refund/refund.h"

struct refund_diverting {
    struct db *db;
    const struct config *config;
    const struct actor *actor;
    const struct refund *refund;
    struct channel_diversion to; /* its numbers are filled in here */
};
/* With its row in admin_log, which is written first. PAY_OK: the channel took it; the job will ask
 * what became of it.
 * PAY_REFUSED: its definite no, the words in *said. PAY_WRONG_STATE: the refund does not wait, or
 * its channel has given it no number. PAY_UNKNOWN: it may have taken it. PAY_FULL: nothing was
 * sent. */
MUST_USE enum pay_err refund_divert(struct refund_diverting *by, struct channel_said *said);

#endif
