/* recharge.c - see recharge.h. */
#include "ledger/recharge.h"

#include "ledger/journal.h"

enum pay_err recharge_book(struct db *db, const struct order *paid)
{
    const struct wallet_key key = { paid->app_id, paid->user_id, paid->currency };
    const struct journal journal = {
        .cause = BIZ_ORDER,
        .biz_id = paid->id,
        .step = paid->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_RECHARGE, paid->price },
                  { ACCOUNT_WALLET, ENTRY_BONUS, paid->bonus_price },
                  { ACCOUNT_CHANNEL, ENTRY_RECHARGE, MONEY(-paid->price.minor) },
                  { ACCOUNT_BONUS, ENTRY_BONUS, MONEY(-paid->bonus_price.minor) } },
        .recharge = paid->price,
    };
    struct journal_booked booked;
    struct wallet wallet;

    enum pay_err err = wallet_lock(db, &key, &wallet);
    return err == PAY_OK ? journal_book(db, &journal, &wallet, &booked) : err;
}
