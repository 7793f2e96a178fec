/* refund_ledger.c - see refund_ledger.h. */
#include "refund/refund_ledger.h"

#include "ledger/journal.h"
#include "ledger/wallet_channel.h"

static enum pay_err book(struct db *db, const struct order *order, const struct journal *journal)
{
    const struct wallet_key key = { order->app_id, order->user_id, order->currency };
    struct journal_booked booked;
    struct wallet wallet;

    enum pay_err err = wallet_lock(db, &key, &wallet);
    return err == PAY_OK ? journal_book(db, journal, &wallet, &booked) : err;
}

static enum pay_err balance_add(struct db *db, const struct order *order,
                                const struct refund *after)
{
    const struct money back = after->refund_price, out = MONEY(-back.minor);
    const struct journal journal = {
        .cause = BIZ_REFUND,
        .biz_id = after->id,
        .step = after->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_REFUND, back }, { ACCOUNT_CHANNEL, ENTRY_REFUND, out } },
        .expense = out,
    };

    return book(db, order, &journal);
}

enum pay_err refund_ledger_done(struct db *db, const struct order *order,
                                const struct refund *after)
{
    return str_eq(after->channel_code, CHANNEL_WALLET_CODE) ? balance_add(db, order, after)
                                                            : PAY_OK;
}
