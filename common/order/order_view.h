/* order_view.h - the order as JSON, one writer for answers and notifications. */
#ifndef ORDER_ORDER_VIEW_H
#define ORDER_ORDER_VIEW_H

#include "base/json_text.h"
#include "order/order.h"

/* The members of an answer's data, in the contract's order; open: the open attempt or NULL;
 * notify_url_blocked: the address guard would refuse the order's notify_url today. */
void order_view(struct json_text *to, const struct order *order, const struct attempt *open,
                bool notify_url_blocked);
/* The same without query_token, pay_id, display_*, pay_url, with app_key: a notification's data. */
void order_view_notice(struct json_text *to, const struct order *order, const char *app_key);
/* One element of query's `attempts`. */
void attempt_view(struct json_text *to, const struct attempt *attempt);
/* What the payer's browser may see (status). */
void order_view_public(struct json_text *to, const struct order *order);

#endif
