/* checkout_create.c - the first and the repeated create.
 *
 * New: one transaction of nonce, order and attempt, where the unique key decides. Repeated: that
 * one is rolled back (a duplicate key leaves shared locks, which two repeats would both try to
 * raise), and a second one takes the order's lock first, compares, and opens an attempt when one is
 * wanted. */
#include <string.h>

#include "base/fault.h"
#include "channel/gate.h"
#include "checkout/checkout_private.h"
#include "order/return_url.h"
#include "app/space.h"

struct creating {
    const struct checkout_call *call;
    const struct order_terms *terms;
    const struct channel_config *channel;       /* NULL: no submit */
    struct attempt_plan plan;
    struct checkout *out;
    bool sends;             /* an attempt was inserted: its channel must hear of it */
    bool short_of_space;    /* only what is there already is answered */
    bool crowded;           /* the channel is not called: the app has too many such requests */
};

/* The row as it will be, but for what the database adds. */
static bool order_plan(const struct checkout_call *call, const struct order_terms *terms,
                       struct order *out)
{
    *out = (struct order){
        .app_id = call->app->id, .price = terms->price, .status = ORDER_WAITING,
    };
    ulid_new(out->no);
    token_new(out->query_token);
    return text_copy(out->merchant_order_id, sizeof(out->merchant_order_id),
                     terms->merchant_order_id) &&
           text_copy(out->currency, sizeof(out->currency), terms->currency) &&
           text_copy(out->subject, sizeof(out->subject), terms->subject) &&
           text_copy(out->body, sizeof(out->body), terms->body) &&
           text_copy(out->user_id, sizeof(out->user_id), terms->user_id) &&
           text_copy(out->user_ip, sizeof(out->user_ip), terms->user_ip) &&
           text_copy(out->notify_url, sizeof(out->notify_url), terms->notify_url) &&
           return_url_of(terms->return_url, out->no, out->return_url) &&
           text_copy(out->metadata, sizeof(out->metadata), terms->metadata);
}

static const struct db_column OPENED_COLUMNS[] = {
    DB_COLUMN(struct order, id), DB_COLUMN_TIME(struct order, create_time),
    DB_COLUMN_TIME(struct order, expire_time),
};

static enum pay_err order_insert(struct db *db, int64_t expire_in, struct order *order)
{
    static const char SQL[] =
        "INSERT INTO pay_order (no, app_id, user_id, merchant_order_id, subject, body, notify_url,"
        " return_url, metadata, price, currency, user_ip, query_token, expire_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND)"
        " RETURNING id, create_time, expire_time";
    const struct db_param in[] = {
        DB_STR(order->no), DB_NUM(order->app_id), DB_OPT(order->user_id),
        DB_STR(order->merchant_order_id), DB_STR(order->subject), DB_OPT(order->body),
        DB_OPT(order->notify_url), DB_OPT(order->return_url), DB_OPT(order->metadata),
        DB_NUM(order->price), DB_STR(order->currency), DB_OPT(order->user_ip),
        DB_STR(order->query_token), DB_NUM(expire_in),
    };

    return db_select(db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(OPENED_COLUMNS), .row = order });
}

static enum pay_err attempt_open(struct db *db, struct creating *w)
{
    enum pay_err err = attempt_insert(db, &w->plan, &w->out->order, &w->out->attempt);

    w->sends = w->out->has_attempt = err == PAY_OK;
    return err;
}

static enum pay_err create_work(struct db *db, void *arg)
{
    struct creating *w = arg;

    enum pay_err err = nonce_spend(db, w->call->app->id, w->call->nonce);
    FP("nonce.inserted");
    if (err == PAY_OK)
        err = order_insert(db, w->terms->expire_in, &w->out->order);
    FP("order.inserted");
    if (err == PAY_OK && w->channel != NULL)
        err = attempt_open(db, w);
    FP("attempt.inserted");
    return err;
}

/* The same as one call (schema/procedures/order_open.sql), for channels whose ticket is there
 * already. It returns neither id nor time of the attempt: no caller needs them. */
static enum pay_err open_work(struct db *db, void *arg)
{
    static const char SQL[] = "CALL order_open(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    struct creating *w = arg;
    struct order *order = &w->out->order;
    const struct channel_account *channel = w->channel != NULL ? &w->channel->account : NULL;
    const struct channel_ticket *ticket = &w->plan.ticket;
    const struct db_param in[] = {
        DB_NUM(order->app_id), DB_STR(w->call->nonce), DB_STR(order->no), DB_OPT(order->user_id),
        DB_STR(order->merchant_order_id), DB_STR(order->subject), DB_OPT(order->body),
        DB_OPT(order->notify_url), DB_OPT(order->return_url), DB_OPT(order->metadata),
        DB_NUM(order->price), DB_STR(order->currency), DB_OPT(order->user_ip),
        DB_STR(order->query_token), DB_NUM(w->terms->expire_in),
        DB_OPT(channel != NULL ? w->plan.pay_id : ""),
        DB_NUM_OPT(channel != NULL ? channel->id : 0),
        DB_OPT(channel != NULL ? channel->code : ""), DB_OPT(w->call->extras),
        DB_OPT(ticket->display_mode), DB_OPT(ticket->display_content), DB_OPT(ticket->pay_url),
    };

    enum pay_err err = db_call(db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(OPENED_COLUMNS), .row = order });
    return err == PAY_WRONG_STATE ? PAY_NONCE_USED : err;
}

static enum pay_err open_at_once(struct db *db, struct creating *w)
{
    enum pay_err err = db_txn(db, open_work, w);

    if (err != PAY_OK || w->channel == NULL)
        return err;
    w->out->has_attempt = true;
    return attempt_planned(&w->plan, &w->out->order, &w->out->attempt);
}

/* A channel that will be called needs the attempt's own number. */
static enum pay_err open_new(struct db *db, struct creating *w)
{
    static const char *const STEPS[] = {
        "nonce.inserted", "order.inserted", "attempt.inserted", NULL,
    };
    bool offline = w->channel == NULL || w->plan.offline;

    return offline && !FP_PLANNED(STEPS) ? open_at_once(db, w) : db_txn(db, create_work, w);
}

/* The first of the terms that is not the order's, NULL when it is the same order. */
static const char *other_term(const struct order *order, const struct order_terms *terms)
{
    return order->price != terms->price                ? "price"
           : !str_eq(order->currency, terms->currency) ? "currency"
           : !str_eq(order->subject, terms->subject)   ? "subject"
                                                       : NULL;
}

/* An order past its end may be paid at its channel, and the callback was lost. Before the
 * transaction. */
static enum pay_err repeat_ask(struct creating *w)
{
    static const struct wanted NOTHING;
    const struct checkout_call *call = w->call;
    const struct order_key key = { .merchant_order_id = w->terms->merchant_order_id };
    struct order *order = &w->out->order;
    struct open_list open;

    if (w->channel == NULL)
        return PAY_OK;
    enum pay_err err = order_find(call->db, call->app->id, &key, false, order);
    bool late = err == PAY_OK && order->status == ORDER_WAITING && order->expired != 0 &&
                other_term(order, w->terms) == NULL;
    if (late)
        err = open_read(call->db, order->id, &NOTHING, &open);
    db_end(call->db);
    if (err == PAY_NOT_FOUND)
        return PAY_OK;
    return err == PAY_OK && late ? open_ask(call->db, call->config, &open) : err;
}

/* The order's first attempt, or the next one when all have ended; planned from the order as it
 * is, since another request opened it. */
static enum pay_err attempt_again(struct db *db, struct creating *w)
{
    static const struct open_list NONE;
    const struct order *order = &w->out->order;

    enum pay_err err = attempt_room(db, order->id, &NONE);
    if (err == PAY_OK)
        err = attempt_plan(w->call, w->channel, order, &w->plan);
    return err == PAY_OK ? attempt_open(db, w) : err;
}

static bool payable(const struct order *order)
{
    return order->status == ORDER_WAITING && order->expired == 0;
}

static enum pay_err repeat_work(struct db *db, void *arg)
{
    struct creating *w = arg;
    struct checkout *out = w->out;
    const struct order_key key = { .merchant_order_id = w->terms->merchant_order_id };

    w->sends = out->has_attempt = false;
    enum pay_err err = nonce_spend(db, w->call->app->id, w->call->nonce);
    if (err == PAY_OK)
        err = order_find(db, w->call->app->id, &key, true, &out->order);
    if (err == PAY_NOT_FOUND)
        return w->short_of_space ? PAY_DB_AWAY : PAY_FAULT;
    if (err != PAY_OK)
        return err;
    out->field = other_term(&out->order, w->terms);
    if (out->field != NULL)
        return PAY_CONFLICT;
    err = attempt_open_of(db, out->order.id, &out->attempt);
    out->has_attempt = err == PAY_OK;
    if (err != PAY_NO_ROW)
        return err;
    return payable(&out->order) && w->channel != NULL ? attempt_again(db, w) : PAY_OK;
}

static enum pay_err repeat(struct creating *w)
{
    enum pay_err err = repeat_ask(w);
    return err == PAY_OK ? db_txn(w->call->db, repeat_work, w) : err;
}

/* Without a seat (gate.h) the order is made all the same, but no attempt. */
static void seat(struct creating *w)
{
    if (w->channel == NULL || w->plan.offline || gate_sit(w->call->app->id, GATE_WAIT))
        return;
    w->crowded = true;
    w->channel = NULL;
}

enum pay_err checkout_create(const struct checkout_call *call, const struct order_terms *terms,
                             struct checkout *out)
{
    struct creating work = { .call = call, .terms = terms, .out = out };

    memset(out, 0, sizeof(*out));
    enum pay_err err = checkout_admit(call, &work.channel);
    if (err == PAY_OK && !order_plan(call, terms, &out->order))
        err = PAY_FAULT;
    if (err == PAY_OK && work.channel != NULL)
        err = attempt_plan(call, work.channel, &out->order, &work.plan);
    if (err == PAY_BAD_FIELD)
        out->field = "currency";
    if (err != PAY_OK)
        return err;
    seat(&work);
    work.short_of_space = space_is_short(call->db, call->config);
    err = work.short_of_space ? PAY_DUPLICATE : open_new(call->db, &work);
    out->created = err == PAY_OK;
    if (err == PAY_DUPLICATE)
        err = repeat(&work);
    if (err == PAY_OK && work.crowded && payable(&out->order) && !out->has_attempt)
        return checkout_crowded(out);
    return err == PAY_OK && work.sends ? attempt_send(&work.plan, out) : err;
}
