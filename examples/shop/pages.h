/* What a person sees. */
#ifndef SHOP_PAGES_H
#define SHOP_PAGES_H

#include "orders.h"
#include "web.h"

void page_products(struct web *web);
void page_order(struct web *web, const struct order *order);

/* One sentence, and a way on: `retry` is a path to POST to again, or NULL. */
void page_message(struct web *web, int status, const char *sentence, const char *retry);

#endif
