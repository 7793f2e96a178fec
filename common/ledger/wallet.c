/* wallet.c - see wallet.h. */
#include "ledger/wallet.h"

static const struct db_column WALLET_COLUMNS[] = {
    DB_COLUMN(struct wallet, id),
    DB_COLUMN(struct wallet, app_id),
    DB_COLUMN(struct wallet, version),
    DB_COLUMN(struct wallet, balance),
    DB_COLUMN(struct wallet, frozen),
    DB_COLUMN(struct wallet, total_recharge),
    DB_COLUMN(struct wallet, total_expense),
    DB_COLUMN(struct wallet, user_id),
    DB_COLUMN(struct wallet, currency),
};

#define WALLET_SELECT \
    "SELECT id, app_id, version, balance, frozen, total_recharge, total_expense, user_id," \
    " currency FROM wallet WHERE app_id = ? AND user_id = ? AND currency = ?"

static enum pay_err wallet_read(struct db *db, const char *sql, const struct wallet_key *key,
                                struct wallet *out)
{
    const struct db_param in[] = { DB_NUM(key->app_id), DB_STR(key->user_id),
                                   DB_STR(key->currency) };

    return db_select(
        db,
        &(struct db_query){
            .sql = sql, .in = in, .n = COUNT(in), .shape = DB_SHAPE(WALLET_COLUMNS), .row = out });
}

enum pay_err wallet_find(struct db *db, const struct wallet_key *key, struct wallet *out)
{
    static const char SQL[] = WALLET_SELECT;

    enum pay_err err = wallet_read(db, SQL, key, out);
    if (err != PAY_NO_ROW)
        return err;
    *out = (struct wallet){ .app_id = key->app_id };
    return text_copy(out->user_id, sizeof(out->user_id), key->user_id) &&
                   text_copy(out->currency, sizeof(out->currency), key->currency)
               ? PAY_OK
               : PAY_FAULT;
}

/* Most wallets are there: the SELECT locks one row and no gap. */
enum pay_err wallet_lock(struct db *db, const struct wallet_key *key, struct wallet *out)
{
    static const char LOCK[] = WALLET_SELECT " FOR UPDATE";
    static const char MAKE[] = "INSERT INTO wallet (app_id, user_id, currency) VALUES (?, ?, ?)"
                               " ON DUPLICATE KEY UPDATE version = version";
    const struct db_param in[] = { DB_NUM(key->app_id), DB_STR(key->user_id),
                                   DB_STR(key->currency) };

    enum pay_err err = wallet_read(db, LOCK, key, out);
    if (err != PAY_NO_ROW)
        return err;
    err = db_exec(db, MAKE, DB_LIST(in), NULL);
    return err == PAY_OK ? wallet_read(db, LOCK, key, out) : err;
}
