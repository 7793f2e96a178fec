/* refund_ledger.c - see refund_ledger.h. */
#include "refund/refund_ledger.h"

#include "ledger/journal.h"
#include "ledger/wallet_channel.h"

__extension__ typedef unsigned __int128 wide;

static struct money minus(struct money price)
{
    return MONEY(-price.minor);
}

static bool is_of_recharge(const struct order *order, const struct refund *refund)
{
    return order_is_recharge(order) && !refund_is_automatic(refund);
}

static struct money taken_by(const struct refund *refund)
{
    return MONEY(refund->refund_price.minor + refund->bonus_price.minor);
}

static enum pay_err refund_wallet_lock(struct db *db, const struct order *order, struct wallet *out)
{
    const struct wallet_key key = { order->app_id, order->user_id, order->currency };

    return wallet_lock(db, &key, out);
}

static enum pay_err refund_book(struct db *db, const struct order *order,
                                const struct journal *journal)
{
    struct journal_booked booked;
    struct wallet wallet;

    enum pay_err err = refund_wallet_lock(db, order, &wallet);
    return err == PAY_OK ? journal_book(db, journal, &wallet, &booked) : err;
}

/* ---- the bonus */

enum pay_err refund_bonus(struct db *db, const struct order *order, struct money price,
                          struct money *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT IFNULL(SUM(bonus_price), 0) FROM pay_refund"
        " WHERE order_id = ? AND cause = 'merchant'"
        "   AND status IN (" STATE(REFUND_WAITING) ", " STATE(REFUND_SUCCESS) ")";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(order->id) };
    const wide back = (wide)order->refund_price.minor + (wide)order->refunding_price.minor +
                      (wide)price.minor;
    int64_t taken = 0;

    *out = MONEY(0);
    if (!order_is_recharge(order) || order->bonus_price.minor == 0)
        return PAY_OK;
    enum pay_err err = db_number(db, SQL, DB_LIST(in), &taken);
    const int64_t due =
        (int64_t)((wide)order->bonus_price.minor * back / (wide)order->price.minor) - taken;
    *out = MONEY(due > 0 ? due : 0);
    return err;
}

/* ---- a refund of a recharge */

enum pay_err refund_ledger_freeze(struct db *db, const struct order *order,
                                  const struct refund *refund, struct money *shortfall)
{
    const struct money all = taken_by(refund);
    struct money lacks = MONEY(0);
    struct journal_booked booked;
    struct wallet wallet;

    if (!is_of_recharge(order, refund))
        return PAY_OK;
    enum pay_err err = refund_wallet_lock(db, order, &wallet);
    if (err != PAY_OK)
        return err;
    if (shortfall && wallet.balance.minor < all.minor)
        lacks = MONEY(all.minor - wallet.balance.minor);
    if (shortfall)
        *shortfall = lacks;
    const struct journal journal = {
        .cause = BIZ_FREEZE,
        .biz_id = refund->id,
        .step = refund->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_RECHARGE_REFUND, MONEY(lacks.minor - all.minor) },
                  { ACCOUNT_SHORTFALL, ENTRY_RECHARGE_REFUND, minus(lacks) },
                  { ACCOUNT_FROZEN, ENTRY_RECHARGE_REFUND, all } },
    };
    return journal_book(db, &journal, &wallet, &booked);
}

static enum pay_err frozen_leaves(struct db *db, const struct order *order,
                                  const struct refund *after)
{
    const struct journal journal = {
        .cause = BIZ_REFUND,
        .biz_id = after->id,
        .step = after->version,
        .rows = { { ACCOUNT_FROZEN, ENTRY_RECHARGE_REFUND, minus(taken_by(after)) },
                  { ACCOUNT_CHANNEL, ENTRY_RECHARGE_REFUND, after->refund_price },
                  { ACCOUNT_BONUS, ENTRY_RECHARGE_REFUND, after->bonus_price } },
        .recharge = minus(after->refund_price),
    };

    return refund_book(db, order, &journal);
}

enum pay_err refund_ledger_failed(struct db *db, const struct order *order,
                                  const struct refund *after)
{
    const struct money all = taken_by(after);
    const struct journal journal = {
        .cause = BIZ_REFUND,
        .biz_id = after->id,
        .step = after->version,
        .rows = { { ACCOUNT_FROZEN, ENTRY_RECHARGE_REFUND, minus(all) },
                  { ACCOUNT_WALLET, ENTRY_RECHARGE_REFUND, all } },
    };

    return is_of_recharge(order, after) ? refund_book(db, order, &journal) : PAY_OK;
}

/* ---- a refund of a wallet's payment */

static enum pay_err refund_balance_add(struct db *db, const struct order *order,
                                       const struct refund *after)
{
    const struct money back = after->refund_price;
    const struct journal journal = {
        .cause = BIZ_REFUND,
        .biz_id = after->id,
        .step = after->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_REFUND, back },
                  { ACCOUNT_CHANNEL, ENTRY_REFUND, minus(back) } },
        .expense = minus(back),
    };

    return refund_book(db, order, &journal);
}

enum pay_err refund_ledger_done(struct db *db, const struct order *order,
                                const struct refund *after)
{
    if (str_eq(after->channel_code, CHANNEL_WALLET_CODE))
        return refund_balance_add(db, order, after);
    return is_of_recharge(order, after) ? frozen_leaves(db, order, after) : PAY_OK;
}
