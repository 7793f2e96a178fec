/* wallet_admin.c - the SQL that lists wallets of all apps, and finds one by its owner. */
#include "ledger/wallet_admin.h"

#include "io/db/db_only.h"

static const struct db_column COLUMNS[] = {
    DB_COLUMN(struct wallet_listed, wallet.id),
    DB_COLUMN(struct wallet_listed, wallet.version),
    DB_COLUMN(struct wallet_listed, wallet.balance),
    DB_COLUMN(struct wallet_listed, wallet.frozen),
    DB_COLUMN(struct wallet_listed, wallet.total_recharge),
    DB_COLUMN(struct wallet_listed, wallet.total_expense),
    DB_COLUMN(struct wallet_listed, wallet.user_id),
    DB_COLUMN(struct wallet_listed, wallet.currency),
    DB_COLUMN(struct wallet_listed, app_key),
};
#define FIELDS \
    "w.id, w.version, w.balance, w.frozen, w.total_recharge, w.total_expense, w.user_id," \
    " w.currency, a.app_key"

#define MEMBER(member, kind, name) \
    VIEW_MEMBER(struct wallet_listed, member, kind, name, VIEW_ALWAYS)
static const struct view_member MEMBERS[] = {
    MEMBER(wallet.id, VIEW_NUMBER, "wallet_id"),
    MEMBER(app_key, VIEW_TEXT, "app_key"),
    MEMBER(wallet.user_id, VIEW_TEXT, "user_id"),
    MEMBER(wallet.currency, VIEW_TEXT, "currency"),
    MEMBER(wallet.balance, VIEW_MONEY, "balance"),
    MEMBER(wallet.frozen, VIEW_MONEY, "frozen"),
    MEMBER(wallet.total_recharge, VIEW_MONEY, "total_recharge"),
    MEMBER(wallet.total_expense, VIEW_MONEY, "total_expense"),
    MEMBER(wallet.version, VIEW_NUMBER, "version"),
};
const struct view WALLET_LISTED_VIEW = VIEW_SHOWS_ALL(MEMBERS);

/* As with app_key_ok. */
static bool names_fit(const char *app_key, const char *currency)
{
    return app_key_ok(app_key) &&
           (!currency || str_is(currency, ALPHA_NONCE, 1, CURRENCY_SIZE - 1));
}

enum pay_err wallet_listing(struct db *db, const struct wallet_listing *want, db_each *each,
                            void *arg)
{
    static const char SQL[] =
        "SELECT " FIELDS " FROM wallet w JOIN pay_app a ON a.id = w.app_id"
        " WHERE (? IS NULL OR a.app_key = ?) AND (? IS NULL OR w.currency = ?)"
        "   AND (? = 0 OR w.id < ?)"
        " ORDER BY w.id DESC LIMIT ?";
    const struct db_param in[] = {
        DB_OPT(want->app_key),  DB_OPT(want->app_key), DB_OPT(want->currency),
        DB_OPT(want->currency), DB_NUM(want->after),   DB_NUM(want->after),
        DB_NUM(want->limit),
    };
    struct wallet_listed row;

    if (!names_fit(want->app_key, want->currency))
        return PAY_NOT_FOUND;
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(COLUMNS),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}

/* By apps, since a wallet's key begins with its app. */
enum pay_err wallet_of_owner(struct db *db, const struct wallet_owner *owner,
                             struct wallet_listed *out)
{
    static const char SQL[] =
        "SELECT " FIELDS " FROM pay_app a"
        " STRAIGHT_JOIN wallet w ON w.app_id = a.id AND w.user_id = ?"
        " WHERE (? IS NULL OR a.app_key = ?) AND (? IS NULL OR w.currency = ?)"
        " LIMIT 2";
    const struct db_param in[] = {
        DB_STR(owner->user_id),  DB_OPT(owner->app_key),  DB_OPT(owner->app_key),
        DB_OPT(owner->currency), DB_OPT(owner->currency),
    };
    struct wallet_listed row;

    if (!names_fit(owner->app_key, owner->currency) ||
        !utf8_is_valid(owner->user_id, strlen(owner->user_id)))
        return PAY_NOT_FOUND;
    const struct db_query query = {
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = &row
    };
    return db_only(db, &query, sizeof(row), out);
}
