/* wallet_admin.h - wallets as operators list them, of all apps. */
#ifndef LEDGER_WALLET_ADMIN_H
#define LEDGER_WALLET_ADMIN_H

#include "app/app.h"
#include "base/view.h"
#include "ledger/wallet.h"

struct wallet_listed {
    struct wallet wallet;
    char app_key[APP_KEY_SIZE];
};
extern const struct view WALLET_LISTED_VIEW;

struct wallet_listing {
    const char *app_key, *currency; /* NULL: any */
    int64_t after;                  /* a wallet's id; 0: from the newest */
    int64_t limit;
};
/* The one made last comes first. PAY_NOT_FOUND: no app or currency is called so. */
MUST_USE enum pay_err wallet_listing(struct db *db, const struct wallet_listing *want,
                                     db_each *each, void *arg);

struct wallet_owner {
    const char *user_id;
    const char *app_key, *currency; /* NULL: whichever the user has */
};
/* PAY_NOT_FOUND; PAY_CONFLICT: there are several. */
MUST_USE enum pay_err wallet_of_owner(struct db *db, const struct wallet_owner *owner,
                                      struct wallet_listed *out);

#endif
