/* journal.h - the ledger: one function books what an event does to a wallet.
 *
 * A journal has two or more rows that sum to nothing. They are inserted before the wallet is
 * changed, and a unique key on (biz_type, biz_id, step, account, kind) decides: when an event was
 * booked before, nothing else is done. */
#ifndef LEDGER_JOURNAL_H
#define LEDGER_JOURNAL_H

#include "ledger/wallet.h"

/* Where money comes from and goes to. A wallet has the first two; the others say what was paid by
 * and to channels, given as a bonus, corrected by hand, and lost. */
#define LEDGER_ACCOUNTS(X) \
    X(ACCOUNT_WALLET, "wallet") \
    X(ACCOUNT_FROZEN, "frozen") \
    X(ACCOUNT_CHANNEL, "channel") \
    X(ACCOUNT_BONUS, "bonus") \
    X(ACCOUNT_ADJUSTMENT, "adjustment") \
    X(ACCOUNT_SHORTFALL, "shortfall")
#define LEDGER_KINDS(X) \
    X(ENTRY_RECHARGE, "recharge") \
    X(ENTRY_BONUS, "bonus") \
    X(ENTRY_PAYMENT, "payment") \
    X(ENTRY_REFUND, "refund") \
    X(ENTRY_RECHARGE_REFUND, "recharge_refund") \
    X(ENTRY_TRANSFER, "transfer") \
    X(ENTRY_ADJUST, "adjust")
/* What caused it: biz_id is the row's id, step its version. A refund of a recharge is booked when
 * it is reserved (BIZ_FREEZE), and when it ends. */
#define LEDGER_CAUSES(X) \
    X(BIZ_ORDER, "order") \
    X(BIZ_REFUND, "refund") \
    X(BIZ_FREEZE, "freeze") \
    X(BIZ_TRANSFER, "transfer") \
    X(BIZ_ADJUST, "adjust")

#define LEDGER_AS_ENUM(name, word) name,
enum ledger_account { LEDGER_ACCOUNTS(LEDGER_AS_ENUM) };
enum ledger_kind { LEDGER_KINDS(LEDGER_AS_ENUM) };
enum ledger_cause { LEDGER_CAUSES(LEDGER_AS_ENUM) };

#define JOURNAL_ROWS 4

/* A row without money is left out. */
struct journal_row {
    enum ledger_account account;
    enum ledger_kind kind;
    struct money price;
};
struct journal {
    enum ledger_cause cause;
    int64_t biz_id, step;
    struct journal_row rows[JOURNAL_ROWS];
    struct money recharge, expense; /* what it adds to the wallet's totals */
};

struct journal_booked {
    bool now;         /* false: it was booked before */
    char no[NO_SIZE]; /* of its first row */
};

/* Inside the transaction of the event; `wallet` was locked in it (wallet_lock), and is afterwards
 * as its row is. PAY_LOW_BALANCE: the wallet holds less than is to be taken; nothing was written.
 */
MUST_USE enum pay_err journal_book(struct db *db, const struct journal *journal,
                                   struct wallet *wallet, struct journal_booked *out);

#endif
