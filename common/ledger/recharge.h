/* recharge.h - an order of kind recharge: what it brings is on the wallet of its user_id in the
 * transaction that pays it. */
#ifndef LEDGER_RECHARGE_H
#define LEDGER_RECHARGE_H

#include "order/order.h"

/* Inside that transaction, under the order's lock; `paid` is the order as it is afterwards. */
MUST_USE enum pay_err recharge_book(struct db *db, const struct order *paid);

#endif
