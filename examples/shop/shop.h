/* What the shop does; each function answers one request. `id` is the variable part of its path. */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "orders.h"
#include "web.h"

void shop_products(struct web *web, const char *id);
void shop_buy(struct web *web, const char *id);
void shop_order(struct web *web, const char *id);
void shop_cancel(struct web *web, const char *id);
void shop_refund(struct web *web, const char *id);
void shop_state(struct web *web, const char *id);

/* The order; or NULL, and the answer is a page that says why. The second one for a form that was
 * posted, which must come from a page of ours. */
const struct order *shop_order_or_sorry(struct web *web, const char *id);
const struct order *shop_form_order(struct web *web, const char *id);
/* Answers with the way to the order's page. */
void shop_to_order(struct web *web, const char *id);

/* pay.c: Pay, and the page that shows a code to scan. */
void shop_pay(struct web *web, const char *id);
void shop_code(struct web *web, const char *id);

/* notify.c: where Shroff sends the notification that an order was paid, or refunded. */
void shop_notify(struct web *web, const char *id);

#endif
