/* What a person sees. */
#ifndef SHOP_PAGES_H
#define SHOP_PAGES_H

#include "orders.h"
#include "web.h"

void page_products(struct web *web);
void page_order(struct web *web, const struct order *order);

/* A button that posts to `path`: Pay again, or, with `order`, order the same again. */
struct way_on {
    const char *path, *label;
    const char *order; /* an order's id, or "" */
};

/* One sentence, and a way on or NULL. */
void page_message(struct web *web, int status, const char *sentence, const struct way_on *way);

#endif
