/* order_admin.h - orders as operators list them, of all apps. */
#ifndef ORDER_ORDER_ADMIN_H
#define ORDER_ORDER_ADMIN_H

#include "app/app.h"
#include "base/money.h"
#include "base/ulid.h"

struct order_listed {
    int64_t status, price, create_time, expire_time, success_time;
    char no[NO_SIZE], app_key[APP_KEY_SIZE], merchant_order_id[65], currency[CURRENCY_SIZE];
    char channel_code[33], subject[509];
};
struct order_listing {
    const char *app_key;        /* NULL: all apps */
    int64_t status;             /* or STATE_ANY */
    int64_t from, to;           /* ms; 0: no bound; from <= create_time < to */
    const char *after;          /* an order_no; NULL: from the newest */
    int64_t limit;
};
/* Newest first. PAY_NOT_FOUND: no order or app is called so. */
MUST_USE enum pay_err order_listing(struct db *db, const struct order_listing *want,
                                    enum pay_err (*each)(void *, const struct order_listed *),
                                    void *arg);

#endif
