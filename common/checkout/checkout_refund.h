/* checkout_refund.h - a refund from its request to its end: reserved in one transaction, sent to
 * its channel outside any, applied as if a callback said what the channel answered.
 *
 * After a kill at any point the refund waits with its money reserved. A job asks its channel, and
 * sends it when the channel does not know it: one number for life, so it is done once. */
#ifndef CHECKOUT_CHECKOUT_REFUND_H
#define CHECKOUT_CHECKOUT_REFUND_H

#include "base/config.h"
#include "io/db/db_due.h"
#include "refund/refund_reserve.h"

struct refund_call {
    struct db *db;
    const struct config *config;
    struct refund_request request;
};

/* What refund_reserve says; and once it is reserved: PAY_OK (done, or it waits), PAY_REFUSED (the
 * channel's definite no; out->refund is FAILURE and has its words), PAY_UNKNOWN (it waits; the
 * channel may have done it). A refund that nothing was sent of waits for the job: PAY_OK. */
MUST_USE enum pay_err checkout_refund(const struct refund_call *call, struct refund_reserved *out);

/* Refunds whose channel is to be asked now, automatic ones that were never sent among them; and the
 * work on a claimed one. *wait_s: until it is asked again. */
extern const struct db_due REFUNDS_DUE;
MUST_USE enum pay_err checkout_refund_due(struct db *db, const struct config *config,
                                          const struct db_due_row *row, int64_t *wait_s);

#endif
