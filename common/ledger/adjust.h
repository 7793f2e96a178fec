/* adjust.h - a merchant corrects a balance, in either direction, once for each of its numbers. */
#ifndef LEDGER_ADJUST_H
#define LEDGER_ADJUST_H

#include "app/app.h"
#include "ledger/entry.h"

struct adjust_terms {
    char user_id[USER_ID_SIZE], currency[CURRENCY_SIZE], merchant_adjust_id[MERCHANT_NO_SIZE];
    char reason[BODY_SIZE];
    struct money price; /* below 0: taken from the balance */
};

struct adjust_request {
    const struct app *app;
    const char *nonce;
    const struct adjust_terms *terms;
};

struct adjusted {
    struct entry entry;
    bool created;         /* booked now; else the number was known */
    const char *field;    /* with PAY_CONFLICT: a static name */
    struct money balance; /* with PAY_LOW_BALANCE: what the wallet holds */
    struct money first;   /* with PAY_CONFLICT: the price that the number has */
};

/* A transaction of its own. PAY_NONCE_USED; PAY_CONFLICT: the number was used with other terms;
 * PAY_LOW_BALANCE. */
MUST_USE enum pay_err wallet_adjust(struct db *db, const struct adjust_request *request,
                                    struct adjusted *out);

#endif
