/* The shop's own orders, in its own database. The shop marks them paid when Shroff says so. */
#ifndef SHOP_ORDERS_H
#define SHOP_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

struct order {
    char id[33]; /* 128 bits in hex; Shroff's merchant_order_id */
    char subject[512];
    int64_t price; /* in minor units */
    char currency[4];
    char status[16]; /* PENDING_PAY or PAID */
    char create_time[24];
    char payment[16]; /* payments.h; NONE before the first Pay */
    int64_t code;     /* Shroff's, of a payment that is REFUSED */
    char refund[16];  /* NONE, WAITING, SUCCESS or FAILURE */
};

/* What Shroff says was paid, in a notification or as the answer to a query. */
struct payment {
    const char *order_id;   /* the shop's */
    const char *shroff_no;  /* Shroff's order_no */
    const char *webhook_id; /* "" for the answer to a query */
    int64_t price;
    const char *currency;
};

enum settled {
    SETTLED,             /* PAID now */
    SETTLED_BEFORE,      /* PAID already; nothing was changed */
    SETTLED_NOT_OURS,    /* no order of that number */
    SETTLED_OTHER_TERMS, /* another price or currency: left as it is */
    SETTLED_DB_DOWN,     /* not known; ask again */
};

enum found { FOUND, FOUND_NONE, FOUND_DB_DOWN };

/* A new id. The form of "Buy" carries one, so that pressing it twice makes one order. */
bool order_id_new(char id[33]);
bool order_id_is(const char *id);

/* Makes the tables when they are missing. */
bool orders_create_tables(void);

/* Stores an order under its id; one that is there already stays as it is. False: database away. */
bool orders_add(const struct order *order);

enum found orders_find(const char *id, struct order *out);

/* The one function that makes an order PAID. Safe to call any number of times, by many at once. */
enum settled orders_settle(const struct payment *payment);

bool order_is_paid(const struct order *order);

#endif
