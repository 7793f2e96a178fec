/* What a person sees. */
#ifndef SHOP_PAGES_H
#define SHOP_PAGES_H

#include "orders.h"
#include "shroff.h"
#include "ways.h"
#include "web.h"

void page_products(struct web *web);
void page_order(struct web *web, const struct order *order);

/* For a page whose #order is watched: shop.js asks every 2 s; without JavaScript it reloads. */
#define PAGE_WATCH \
    "<script src=\"/shop/shop.js\" defer></script>\n" \
    "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>\n"

/* The frame of every page; `head` is markup of our own for its <head>. */
void page_begin(struct web *web, int status, const char *title, const char *head);
void page_end(struct web *web);
void page_amount(struct web *web, const struct order *order);

/* On an order's page: the other ways to pay. */
void page_ways(struct web *web, const struct order *order);
/* At the till: the payer's bar code is scanned or typed. */
void page_till(struct web *web, const struct order *order, const struct way *way);
/* A code to scan, or what an app hands to the channel's SDK. */
void page_code(struct web *web, const struct order *order, const struct shroff_order *answer);

/* A button that posts to `path`: Pay again, or, with `order`, order the same again. */
struct way_on {
    const char *path, *label;
    const char *order; /* an order's id, or "" */
};

/* One sentence, and a way on or NULL. */
void page_message(struct web *web, int status, const char *sentence, const struct way_on *way);

#endif
