/* settle.c - one result of one attempt, applied once. Under the order's lock what happens is read
 * from the two states: pay(), money that found the order taken or closed, an end, nothing new. */
#include "pay/settle.h"

#include <stdio.h>

#include "base/fault.h"
#include "pay/alert.h"
#include "pay/callback_log.h"
#include "pay/notify.h"
#include "pay/order_row.h"
#include "pay/settle_private.h"

struct settling {
    const struct channel_config *channel;
    const struct channel_result *result;
    const struct callback_raw *raw;
    enum verdict verdict;
    struct order order;
    struct attempt attempt;
};

/* Order row first, found through its attempt without a lock; the attempt is then read under it. */
static enum pay_err rows_lock(struct db *db, struct settling *w)
{
    static const char SQL_ORDER[] =
        ORDER_SELECT
        " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e"
        "                WHERE e.no = ? AND e.channel_id = ?)"
        " FOR UPDATE";
    static const char SQL_ATTEMPT[] = ATTEMPT_SELECT " WHERE e.no = ?";
    const struct db_param find[] = { DB_STR(w->result->pay_id), DB_NUM(w->channel->account.id) };
    const struct db_param read[] = { DB_STR(w->result->pay_id) };

    if (!ulid_is(w->result->pay_id))
        return PAY_NOT_FOUND;
    enum pay_err err = order_read(db, SQL_ORDER, DB_LIST(find), &w->order);
    return err == PAY_OK ? attempt_read(db, SQL_ATTEMPT, DB_LIST(read), &w->attempt) : err;
}

bool result_price_agrees(const struct channel_result *r, const struct attempt *attempt)
{
    return (r->price == 0 || r->price == attempt->price) &&
           (*r->currency == '\0' || str_eq(r->currency, attempt->currency));
}

static enum pay_err other_price(struct db *db, struct settling *w)
{
    char text[512];

    w->verdict = VERDICT_OTHER_PRICE;
    snprintf(text, sizeof(text), "order %s asks for %lld %s, channel %s (%lld) says %lld %s",
             w->order.no, (long long)w->attempt.price, w->attempt.currency,
             w->channel->account.code, (long long)w->channel->account.id,
             (long long)w->result->price, w->result->currency);
    return alert_raise(db, "other_price", w->order.app_id, w->attempt.no, text);
}

/* When the channel does not say when, it was now. */
static int64_t success_time(const struct channel_result *result)
{
    return result->success_time != 0 ? result->success_time : clock_now_ms();
}

/* Attempt and order in one statement, whose order is locked and known: both rows must change. */
static enum pay_err paid_update(struct db *db, const struct settling *w, const struct order *paid)
{
    static const char SQL[] =
        "UPDATE pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
        "   SET e.status = 10, e.paid_price = e.price, e.paid_currency = e.currency,"
        "       e.success_time = ?, e.channel_order_no = ?, e.next_sync_time = NULL,"
        "       e.channel_error_code = NULL, e.channel_error_msg = NULL,"
        "       o.status = 10, o.success_time = ?, o.channel_order_no = ?, o.channel_user_id = ?,"
        "       o.channel_id = ?, o.channel_code = ?, o.channel_fee_rate = ?,"
        "       o.channel_fee_price = ?, o.extension_id = e.id, o.version = ?"
        " WHERE o.id = ? AND o.status = ? AND e.id = ? AND e.status = ?";
    const struct channel_config *c = w->channel;
    const struct db_param in[] = {
        DB_WHEN(paid->success_time), DB_OPT(w->result->channel_order_no),
        DB_WHEN(paid->success_time), DB_OPT(w->result->channel_order_no),
        DB_OPT(w->result->channel_user_id), DB_NUM(paid->channel_id), DB_STR(paid->channel_code),
        DB_NUM(c->fee_rate), DB_NUM(money_fee(paid->price, c->fee_rate)), DB_NUM(paid->version),
        DB_NUM(w->order.id), DB_NUM(w->order.status), DB_NUM(w->attempt.id),
        DB_NUM(w->attempt.status),
    };
    int64_t changed = 0;

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), &changed);
    return err == PAY_OK && changed != 2 ? PAY_WRONG_STATE : err;
}

enum pay_err order_as_paid(const struct order *order, const struct attempt *attempt,
                           const struct channel_config *channel,
                           const struct channel_result *result, struct order *out)
{
    *out = *order;
    out->status = ORDER_SUCCESS;
    out->success_time = success_time(result);
    out->paid_price = attempt->price;
    out->channel_id = channel->account.id;
    out->extension_id = attempt->id;
    out->version++;
    return text_copy(out->channel_code, sizeof(out->channel_code), channel->account.code) &&
                   text_copy(out->channel_order_no, sizeof(out->channel_order_no),
                             result->channel_order_no)
               ? PAY_OK : PAY_FAULT;
}

static enum pay_err pay(struct db *db, struct settling *w, const struct app *app)
{
    struct order paid;

    enum pay_err err = order_as_paid(&w->order, &w->attempt, w->channel, w->result, &paid);
    if (err != PAY_OK)
        return err;
    w->verdict = VERDICT_ACCEPTED;
    err = paid_update(db, w, &paid);
    FP("order.updated");
    return err == PAY_OK ? notify_order(db, app, &paid, "order.success", paid.success_time) : err;
}

/* Money for an order that cannot take it: on record on its attempt, and an operator is told. */
static enum pay_err keep_money(struct db *db, struct settling *w, enum verdict verdict,
                               const char *kind)
{
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = 10, paid_price = price, paid_currency = currency, success_time = ?,"
        "       channel_order_no = ?, duplicate_paid = ?, next_sync_time = NULL"
        " WHERE id = ? AND status = ?";
    const int64_t when = success_time(w->result);
    const struct db_param in[] = {
        DB_WHEN(when), DB_OPT(w->result->channel_order_no),
        DB_NUM(verdict == VERDICT_DUPLICATE_PAID ? 1 : 0), DB_NUM(w->attempt.id),
        DB_NUM(w->attempt.status),
    };
    char text[256];

    w->verdict = verdict;
    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    if (err != PAY_OK)
        return err;
    snprintf(text, sizeof(text), "order %s is %s and attempt %s brought in %lld %s as well",
             w->order.no, order_state_word(w->order.status), w->attempt.no,
             (long long)w->attempt.price, w->attempt.currency);
    return alert_raise(db, kind, w->order.app_id, w->attempt.no, text);
}

static enum pay_err succeeded(struct db *db, struct settling *w)
{
    const struct app *app;

    if (w->attempt.status == ATTEMPT_SUCCESS)
        return PAY_OK;
    enum pay_err err = app_by_id(db, w->order.app_id, &app);
    if (err != PAY_OK)
        return err;
    if (w->order.status == ORDER_WAITING ||
        (w->order.status == ORDER_CLOSED && str_eq(app->late_payment, "accept")))
        return pay(db, w, app);
    if (w->order.status == ORDER_CLOSED)
        return keep_money(db, w, VERDICT_LATE_PAID, "late_paid");
    return keep_money(db, w, VERDICT_DUPLICATE_PAID, "duplicate_paid");
}

/* FAILED and CLOSED end an attempt that waits; the order stays payable by another one. */
static enum pay_err ended(struct db *db, struct settling *w, const char *word)
{
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = 20, channel_order_no = COALESCE(?, channel_order_no),"
        "       channel_error_code = ?, next_sync_time = NULL"
        " WHERE id = ? AND status = 0";
    const struct db_param in[] = {
        DB_OPT(w->result->channel_order_no), DB_STR(word), DB_NUM(w->attempt.id),
    };

    if (w->attempt.status != ATTEMPT_WAITING)
        return PAY_OK;
    w->verdict = VERDICT_ACCEPTED;
    return db_exec_one(db, SQL, DB_LIST(in));
}

static enum pay_err apply(struct db *db, struct settling *w)
{
    if (!result_price_agrees(w->result, &w->attempt))
        return other_price(db, w);
    switch (w->result->state) {
    case CHANNEL_SUCCESS:
        return succeeded(db, w);
    case CHANNEL_FAILED:
        return ended(db, w, "FAILED");
    case CHANNEL_CLOSED:
        return ended(db, w, "CLOSED");
    case CHANNEL_WAITING:
    case CHANNEL_NOT_FOUND:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err settle_work(struct db *db, void *arg)
{
    struct settling *w = arg;

    w->verdict = VERDICT_REPEATED;
    enum pay_err err = rows_lock(db, w);
    FP("order.locked");
    if (err == PAY_OK)
        err = apply(db, w);
    FP("task.inserted");
    if (err == PAY_OK && w->raw != NULL)
        err = callback_log_add(db, w->raw, w->verdict, w->attempt.id);
    FP("raw.inserted");
    return err;
}

static const char *const STEPS[] = {
    "order.locked", "order.updated", "task.inserted", "raw.inserted", NULL,
};

enum pay_err settle_result(struct db *db, const struct channel_config *channel,
                           const struct channel_result *result, const struct callback_raw *raw,
                           enum verdict *verdict)
{
    struct settling work = { .channel = channel, .result = result, .raw = raw,
                             .verdict = VERDICT_ACCEPTED };
    enum pay_err err = PAY_WRONG_STATE;

    if (raw != NULL && result->state == CHANNEL_SUCCESS && !FP_PLANNED(STEPS))
        err = settle_paid(db, channel, result, raw);
    if (err == PAY_WRONG_STATE)
        err = db_txn(db, settle_work, &work);
    *verdict = err == PAY_NOT_FOUND ? VERDICT_UNKNOWN_ATTEMPT : work.verdict;
    return err == PAY_OK && work.verdict == VERDICT_OTHER_PRICE ? PAY_OTHER_PRICE : err;
}
