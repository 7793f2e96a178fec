/* What the shop does; each function answers one request. `id` is the variable part of its path. */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "web.h"

void shop_products(struct web *web, const char *id);
void shop_buy(struct web *web, const char *id);
void shop_order(struct web *web, const char *id);
void shop_pay(struct web *web, const char *id);
void shop_cancel(struct web *web, const char *id);
void shop_refund(struct web *web, const char *id);
void shop_state(struct web *web, const char *id);

/* notify.c: where Shroff sends the notification that an order was paid, or refunded. */
void shop_notify(struct web *web, const char *id);

#endif
