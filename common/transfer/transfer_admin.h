/* transfer_admin.h - transfers as operators list them, of all apps. */
#ifndef TRANSFER_TRANSFER_ADMIN_H
#define TRANSFER_TRANSFER_ADMIN_H

#include "app/app.h"
#include "transfer/transfer_view.h"

struct transfer_listed {
    struct transfer transfer;
    char app_key[APP_KEY_SIZE];
};
struct transfer_listing {
    const char *app_key; /* NULL: all apps */
    int64_t status;      /* or STATE_ANY */
    int64_t from, to;    /* ms; 0: no bound; from <= create_time < to */
    const char *after;   /* a transfer_no; NULL: from the newest */
    const char *number;  /* a transfer_no or a merchant's own number; NULL: any */
    int64_t limit;
};
/* Newest first. PAY_NOT_FOUND: no transfer or app is called so. */
MUST_USE enum pay_err transfer_listing(struct db *db, const struct transfer_listing *want,
                                       db_each *each, void *arg);

#endif
