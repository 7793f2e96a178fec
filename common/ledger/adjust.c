/* adjust.c - see adjust.h. */
#include "ledger/adjust.h"

#include "ledger/journal.h"

struct adjusting {
    const struct adjust_request *request;
    struct adjusted *out;
};

/* An adjustment that is there, and whose it is. */
struct known {
    int64_t id;
    struct money price;
    char user_id[USER_ID_SIZE], currency[CURRENCY_SIZE];
};
static const struct db_column KNOWN_COLUMNS[] = {
    DB_COLUMN(struct known, id),
    DB_COLUMN(struct known, price),
    DB_COLUMN(struct known, user_id),
    DB_COLUMN(struct known, currency),
};

static enum pay_err known_read(struct db *db, const struct adjusting *w, struct known *out)
{
    static const char SQL[] = "SELECT a.id, a.price, w.user_id, w.currency"
                              "  FROM wallet_adjust a JOIN wallet w ON w.id = a.wallet_id"
                              " WHERE a.app_id = ? AND a.merchant_adjust_id = ?";
    const struct db_param in[] = { DB_NUM(w->request->app->id),
                                   DB_STR(w->request->terms->merchant_adjust_id) };

    return db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(KNOWN_COLUMNS), .row = out });
}

/* The first term in which the request differs; NULL: none. */
static const char *adjust_other_term(const struct adjust_terms *terms, const struct known *known)
{
    return !str_eq(terms->user_id, known->user_id)     ? "user_id"
           : !str_eq(terms->currency, known->currency) ? "currency"
           : !money_eq(terms->price, known->price)     ? "price"
                                                       : NULL;
}

static enum pay_err adjust_insert(struct db *db, const struct adjusting *w, int64_t wallet_id)
{
    static const char SQL[] =
        "INSERT INTO wallet_adjust (app_id, merchant_adjust_id, wallet_id, price, reason)"
        " VALUES (?, ?, ?, ?, ?)";
    const struct adjust_terms *terms = w->request->terms;
    const struct db_param in[] = {
        DB_NUM(w->request->app->id), DB_STR(terms->merchant_adjust_id),
        DB_NUM(wallet_id),           DB_MONEY(terms->price),
        DB_STR(terms->reason),
    };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err adjust_book(struct db *db, struct adjusting *w)
{
    const struct adjust_terms *terms = w->request->terms;
    const struct wallet_key key = { w->request->app->id, terms->user_id, terms->currency };
    struct journal_booked booked;
    struct wallet wallet;

    enum pay_err err = wallet_lock(db, &key, &wallet);
    if (err == PAY_OK)
        err = adjust_insert(db, w, wallet.id);
    if (err != PAY_OK)
        return err;
    const int64_t id = db_last_id(db);
    const struct journal journal = {
        .cause = BIZ_ADJUST,
        .biz_id = id,
        .rows = { { ACCOUNT_WALLET, ENTRY_ADJUST, terms->price },
                  { ACCOUNT_ADJUSTMENT, ENTRY_ADJUST, MONEY(-terms->price.minor) } },
    };
    w->out->balance = wallet.balance;
    err = journal_book(db, &journal, &wallet, &booked);
    return err == PAY_OK ? entry_of_adjust(db, id, &w->out->entry) : err;
}

static enum pay_err adjust_work(struct db *db, void *arg)
{
    struct adjusting *w = arg;
    struct known known;

    *w->out = (struct adjusted){ .created = false };
    enum pay_err err = nonce_spend(db, w->request->app->id, w->request->nonce);
    if (err == PAY_OK)
        err = known_read(db, w, &known);
    if (err == PAY_NO_ROW) {
        err = adjust_book(db, w);
        w->out->created = err == PAY_OK;
        return err;
    }
    if (err != PAY_OK)
        return err;
    w->out->field = adjust_other_term(w->request->terms, &known);
    w->out->first = known.price;
    return w->out->field ? PAY_CONFLICT : entry_of_adjust(db, known.id, &w->out->entry);
}

enum pay_err wallet_adjust(struct db *db, const struct adjust_request *request,
                           struct adjusted *out)
{
    struct adjusting work = { request, out };

    enum pay_err err = db_txn(db, adjust_work, &work);
    /* Another request was faster with this number: now it is known. */
    if (err == PAY_DUPLICATE)
        err = db_txn(db, adjust_work, &work);
    return err == PAY_DUPLICATE ? PAY_FAULT : err;
}
