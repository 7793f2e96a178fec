/* wallet.h - the balance of a merchant's user in one currency. Only a journal changes it
 * (journal.h). */
#ifndef LEDGER_WALLET_H
#define LEDGER_WALLET_H

#include "order/order.h"

/* A row of wallet. */
struct wallet {
    int64_t id, app_id, version;
    struct money balance, frozen, total_recharge, total_expense;
    char user_id[USER_ID_SIZE], currency[CURRENCY_SIZE];
};

struct wallet_key {
    int64_t app_id;
    const char *user_id, *currency;
};

/* A wallet that nothing was ever booked on has id 0 and zeros. */
MUST_USE enum pay_err wallet_find(struct db *db, const struct wallet_key *key, struct wallet *out);
/* Inside a transaction: made when it is not there, and locked. An order and a refund are locked
 * before their wallet. */
MUST_USE enum pay_err wallet_lock(struct db *db, const struct wallet_key *key, struct wallet *out);

#endif
