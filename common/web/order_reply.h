/* order_reply.h - one order as `query` answers it. */
#ifndef WEB_ORDER_REPLY_H
#define WEB_ORDER_REPLY_H

#include "checkout/checkout.h"
#include "web/skeleton/endpoint.h"

/* The order as answers show it, with its open attempt or NULL, into reply_data. */
void reply_order_view(struct call *call, const struct order *order, const struct attempt *open);
/* The app's order with its open attempt, `attempts` and `refunds`. PAY_NOT_FOUND. */
MUST_USE enum pay_err reply_order(struct call *call, const struct order_key *key);
/* After PAY_CONFLICT: which term differs (call->field) from the order's, in words; now: as the
 * request has them. */
void reply_order_conflict(struct call *call, const struct order *now, const struct order *first);

#endif
