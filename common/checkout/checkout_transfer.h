/* checkout_transfer.h - a transfer from its request to its end: opened in one transaction, sent to
 * its channel outside any, applied as if a callback said what the channel answered.
 *
 * After a kill at any point the transfer is open. A job asks its channel, and sends it when the
 * channel does not know it: one number for life, so it is done once. */
#ifndef CHECKOUT_CHECKOUT_TRANSFER_H
#define CHECKOUT_CHECKOUT_TRANSFER_H

#include "checkout/checkout.h"
#include "io/db/db_due.h"
#include "transfer/transfer_open.h"

/* call->channel is needed. PAY_APP_DISABLED, PAY_NO_CHANNEL, PAY_DB_AWAY (no space), PAY_BAD_FIELD
 * (out->field): the channel cannot pay out, or not in this currency; what transfer_open says. Once
 * it is opened: PAY_OK (done, or it waits), PAY_REFUSED (the channel's definite no; out->transfer
 * is CLOSED and has its words), PAY_UNKNOWN (it is open; the channel may have done it). A transfer
 * that nothing was sent of waits for the job: PAY_OK. */
MUST_USE enum pay_err checkout_transfer(const struct checkout_call *call,
                                        const struct transfer_terms *terms,
                                        struct transfer_opened *out);

/* Transfers whose channel is to be asked now; and the work on a claimed one. *wait_s: until it is
 * asked again. */
extern const struct db_due TRANSFERS_DUE;
MUST_USE enum pay_err checkout_transfer_due(struct db *db, const struct config *config,
                                            const struct db_due_row *row, int64_t *wait_s);

#endif
