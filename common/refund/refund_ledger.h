/* refund_ledger.h - what a refund does to wallets. Money of a wallet's payment goes back to the
 * balance when the refund ends. A refund of a recharge takes its price and its share of the bonus
 * off the balance when it is reserved; they stay frozen until the channel has answered.
 *
 * All of it inside the transaction of the refund, under the order's lock. An automatic refund
 * changes no wallet: its money never reached one. */
#ifndef REFUND_REFUND_LEDGER_H
#define REFUND_REFUND_LEDGER_H

#include "refund/refund.h"

/* What goes back of a recharge's bonus with a refund of so much: of all refunds so far and this one
 * the share, less what those that wait or succeeded took. `order` is as it was before this refund's
 * money was reserved. 0 of any other order. */
MUST_USE enum pay_err refund_bonus(struct db *db, const struct order *order, struct money price,
                                   struct money *out);

/* `refund` waits since now. shortfall NULL: PAY_LOW_BALANCE when the balance does not cover it.
 * Else what it lacks is booked as lost, and returned there. */
MUST_USE enum pay_err refund_ledger_freeze(struct db *db, const struct order *order,
                                           const struct refund *refund, struct money *shortfall);
/* `after`: the refund as it is now, SUCCESS or FAILURE. */
MUST_USE enum pay_err refund_ledger_done(struct db *db, const struct order *order,
                                         const struct refund *after);
MUST_USE enum pay_err refund_ledger_failed(struct db *db, const struct order *order,
                                           const struct refund *after);

#endif
