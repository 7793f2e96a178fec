/* Finds out whether an order is paid when no notification came. */
#ifndef SHOP_ASK_H
#define SHOP_ASK_H

#include "orders.h"
#include "shroff.h"

/* True: Shroff's answer says that the order is paid, at the shop's price, and it is PAID now. */
bool ask_settle(const struct order *order, const struct shroff_order *answer);

/* Asks Shroff about one order that is due; false: none was. */
bool ask_due(void);

#endif
