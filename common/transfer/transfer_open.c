/* transfer_open.c - in: a merchant's request; out: a transfer that waits to be sent. */
#include "transfer/transfer_open.h"

#include "base/fault.h"
#include "channel/ask_gaps.h"

struct opening {
    const struct transfer_request *request;
    struct transfer_opened *out;
};

static enum pay_err transfer_insert(struct db *db, const struct transfer_request *request)
{
    static const char SQL[] =
        "INSERT INTO pay_transfer (no, app_id, channel_id, channel_code, merchant_transfer_id,"
        " subject, price, currency, notify_url, user_account, user_name, channel_extras,"
        " next_sync_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " UTC_TIMESTAMP(3) + INTERVAL ? SECOND)";
    const struct transfer_terms *terms = request->terms;
    char no[NO_SIZE];

    ulid_new(no);
    const struct db_param in[] = {
        DB_STR(no),
        DB_NUM(request->app->id),
        DB_NUM(request->channel->account.id),
        DB_STR(request->channel->account.code),
        DB_STR(terms->merchant_transfer_id),
        DB_STR(terms->subject),
        DB_MONEY(terms->price),
        DB_STR(terms->currency),
        DB_OPT(terms->notify_url),
        DB_STR(terms->user_account),
        DB_OPT(terms->user_name),
        DB_OPT(request->extras),
        DB_NUM(request->left_to_job ? 0 : ASK_FIRST_S),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    FP_AFTER(err, "transfer.inserted");
    return err;
}

/* The first term in which the request differs from the transfer that has its number; NULL: none. */
static const char *transfer_other_term(const struct transfer_request *request,
                                       const struct transfer *transfer)
{
    const struct transfer_terms *terms = request->terms;

    return !money_eq(terms->price, transfer->price)                          ? "price"
           : !str_eq(terms->currency, transfer->currency)                    ? "currency"
           : !str_eq(terms->subject, transfer->subject)                      ? "subject"
           : !str_eq(request->channel->account.code, transfer->channel_code) ? "channel"
           : !str_eq(terms->user_account, transfer->user_account)            ? "user_account"
           : !str_eq(terms->user_name, transfer->user_name)                  ? "user_name"
                                                                             : NULL;
}

static enum pay_err number_new(struct db *db, struct opening *w)
{
    FP("transfer.unknown");
    enum pay_err err = transfer_insert(db, w->request);
    if (err == PAY_OK)
        err = transfer_by_id(db, db_last_id(db), &w->out->transfer);
    w->out->created = err == PAY_OK;
    return err;
}

static enum pay_err transfer_open_work(struct db *db, void *arg)
{
    struct opening *w = arg;
    const struct transfer_request *request = w->request;
    const struct transfer_key key = { .merchant_transfer_id =
                                          request->terms->merchant_transfer_id };

    w->out->created = false;
    w->out->field = NULL;
    enum pay_err err = nonce_spend(db, request->app->id, request->nonce);
    if (err != PAY_OK)
        return err;
    err = transfer_find(db, request->app->id, &key, &w->out->transfer);
    if (err == PAY_NOT_FOUND)
        return number_new(db, w);
    if (err == PAY_OK)
        w->out->field = transfer_other_term(request, &w->out->transfer);
    return w->out->field ? PAY_CONFLICT : err;
}

enum pay_err transfer_open(struct db *db, const struct transfer_request *request,
                           struct transfer_opened *out)
{
    struct opening work = { request, out };

    enum pay_err err = db_txn(db, transfer_open_work, &work);
    /* Another request was faster with this number: now it is known. */
    if (err == PAY_DUPLICATE)
        err = db_txn(db, transfer_open_work, &work);
    return err == PAY_DUPLICATE ? PAY_FAULT : err;
}
