/* What is for sale. */
#ifndef SHOP_PRODUCTS_H
#define SHOP_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

struct product {
    const char *code;
    const char *name[2], *about[2]; /* English, Chinese */
    int64_t price;                  /* in minor units: fen for CNY */
    const char *currency;           /* one with two decimals */
    const char *picture;            /* SVG */
};

extern const struct product PRODUCTS[];
extern const size_t PRODUCT_COUNT;

/* NULL when nothing is sold under that code. */
const struct product *product_find(const char *code);

#endif
