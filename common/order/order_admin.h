/* order_admin.h - orders as operators list them, of all apps. */
#ifndef ORDER_ORDER_ADMIN_H
#define ORDER_ORDER_ADMIN_H

#include "app/app.h"
#include "order/order.h"

/* Only what ORDER_IN_LIST (order_view.h) shows is filled. */
struct order_listed {
    struct order order;
    char app_key[APP_KEY_SIZE];
};
struct order_listing {
    const char *app_key; /* NULL: all apps */
    int64_t status;      /* or STATE_ANY */
    int64_t from, to;    /* ms; 0: no bound; from <= create_time < to */
    const char *after;   /* an order_no; NULL: from the newest */
    int64_t limit;
};
/* Newest first. PAY_NOT_FOUND: no order or app is called so. */
MUST_USE enum pay_err order_listing(struct db *db, const struct order_listing *want, db_each *each,
                                    void *arg);

#endif
