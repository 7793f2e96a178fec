/* refund_ledger.h - what a refund does to wallets: money of a wallet's payment goes back to the
 * balance. Inside the transaction of the refund, under the order's lock. */
#ifndef REFUND_REFUND_LEDGER_H
#define REFUND_REFUND_LEDGER_H

#include "refund/refund.h"

/* `after`: the refund as it is now, SUCCESS. */
MUST_USE enum pay_err refund_ledger_done(struct db *db, const struct order *order,
                                         const struct refund *after);

#endif
