/* entry.h - the rows of the ledger that a wallet's owner sees: what came onto the balance and what
 * was taken from it. */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include "base/view.h"
#include "io/db/db_page.h"
#include "ledger/wallet.h"

/* A row of ledger_entry on account `wallet`, with the numbers of what caused it. */
struct entry {
    int64_t id, create_time;
    struct money price, balance;
    char no[NO_SIZE], kind[17];
    char order_no[NO_SIZE], refund_no[NO_SIZE], transfer_no[NO_SIZE];
    char merchant_adjust_id[MERCHANT_NO_SIZE];
};

/* Newest first (io/db/db_page.h); the owner is the wallet. */
MUST_USE enum pay_err entry_list(struct db *db, const struct list_filter *filter, db_each *each,
                                 void *arg);
/* The one of an adjustment. */
MUST_USE enum pay_err entry_of_adjust(struct db *db, int64_t adjust_id, struct entry *out);

/* What answers show, in the contract's order. */
extern const struct view ENTRY_VIEW;
void wallet_view(struct json_text *to, const struct wallet *wallet);
void entry_view(struct json_text *to, const struct entry *entry);

#endif
