/* refund_admin.h - refunds as operators list them, of all apps. */
#ifndef REFUND_REFUND_ADMIN_H
#define REFUND_REFUND_ADMIN_H

#include "app/app.h"
#include "refund/refund_view.h"

struct refund_listed {
    struct refund refund;
    char app_key[APP_KEY_SIZE];
};
struct refund_listing {
    const char *app_key; /* NULL: all apps */
    int64_t status;      /* or STATE_ANY */
    int64_t from, to;    /* ms; 0: no bound; from <= create_time < to */
    const char *after;   /* a refund_no; NULL: from the newest */
    int64_t limit;
};
/* Newest first. PAY_NOT_FOUND: no refund or app is called so. */
MUST_USE enum pay_err refund_listing(struct db *db, const struct refund_listing *want,
                                     db_each *each, void *arg);
/* By refund_no of any app, or by the merchant's own number (of app_key, unless that is NULL).
 * PAY_CONFLICT: refunds of several apps have it. */
MUST_USE enum pay_err refund_of_number(struct db *db, const char *number, const char *app_key,
                                       struct refund_listed *out);

#endif
