/* checkout_create.c - the first and the repeated create.
 *
 * First: one transaction spends the nonce and inserts order and attempt. If the unique key finds
 * the merchant's number there already, it is rolled back: a duplicate key leaves a shared lock, and
 * two repeats that both wait for the exclusive one would deadlock.
 * A plain repeat needs no new attempt and no channel: it reads the order and spends its nonce. Any
 * other repeat asks the channel of a late order, then compares the terms in a transaction. This
 * locks the order only when the order is to get an attempt. */
#include <string.h>

#include "channel/gate.h"
#include "checkout/checkout_private.h"
#include "checkout/order_open.h"
#include "order/return_url.h"
#include "app/space.h"

struct creating {
    const struct checkout_call *call;
    const struct order_terms *terms;
    const struct channel_config *channel; /* NULL: no submit */
    struct attempt_plan plan;
    struct checkout *out;
    bool sends;          /* an attempt was inserted: it must be sent to its channel */
    bool short_of_space; /* a new order or attempt is refused, what exists is answered */
    bool crowded;        /* the channel is not called: the app has too many such requests */
};

static const char *order_kind(const struct checkout_call *call)
{
    return call->recharge ? ORDER_RECHARGE : ORDER_PAYMENT;
}

/* The row to insert, without the columns that the database fills. */
static bool order_plan(const struct checkout_call *call, const struct order_terms *terms,
                       struct order *out)
{
    *out = (struct order){
        .app_id = call->app->id,
        .price = terms->price,
        .bonus_price = call->recharge ? terms->bonus_price : MONEY(0),
        .status = ORDER_WAITING,
        /* for what an offline channel shows; the database's clock then sets it */
        .expire_time = clock_now_ms() + terms->expire_in * 1000,
    };
    ulid_new(out->no);
    token_new(out->query_token);
    return text_copy(out->kind, sizeof(out->kind), order_kind(call)) &&
           text_copy(out->merchant_order_id, sizeof(out->merchant_order_id),
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

static enum pay_err attempt_add(struct db *db, struct creating *w)
{
    enum pay_err err = PAY_OK;

    w->sends = w->plan.by_ledger;
    if (w->plan.by_ledger)
        return PAY_OK;
    err = attempt_insert(db, &w->plan, &w->out->order, &w->out->attempt);
    w->sends = w->out->has_attempt = err == PAY_OK;
    return err;
}

/* An offline channel's ticket is there already; another channel is called afterwards. */
static enum pay_err open_unpaid(struct db *db, struct creating *w)
{
    struct order *order = &w->out->order;
    const struct order_opening opening = {
        .order = order,
        .nonce = w->call->nonce,
        .expire_in = w->terms->expire_in,
        .channel = w->channel && !w->plan.by_ledger ? &w->channel->account : NULL,
        .pay_id = w->plan.pay_id,
        .extras = w->call->extras,
        .ticket = &w->plan.ticket,
    };
    struct order_opened opened;

    enum pay_err err = order_open(db, &opening, &opened);
    if (err != PAY_OK)
        return err;
    order->id = opened.id;
    order->create_time = opened.create_time;
    order->expire_time = opened.expire_time;
    w->sends = w->channel;
    if (!opening.channel)
        return PAY_OK;
    w->sends = w->out->has_attempt = true;
    err = attempt_planned(&w->plan, order, &w->out->attempt);
    w->out->attempt.id = opened.attempt_id;
    return err;
}

/* What a wallet does not cover is opened first, then refused or paid all the same. */
static enum pay_err open_new(struct db *db, struct creating *w)
{
    enum pay_err err = PAY_WRONG_STATE;

    if (w->plan.by_ledger)
        err = ledger_open(&w->plan, w->terms->expire_in, w->out);
    return err == PAY_WRONG_STATE ? open_unpaid(db, w) : err;
}

/* The first term that differs from the order's; NULL when all agree. */
static const char *order_other_term(const struct creating *w)
{
    const struct order *order = &w->out->order;
    const struct order_terms *terms = w->terms;
    const bool recharge = w->call->recharge;

    return !str_eq(order->kind, order_kind(w->call))                       ? "kind"
           : !money_eq(order->price, terms->price)                         ? "price"
           : !str_eq(order->currency, terms->currency)                     ? "currency"
           : !str_eq(order->subject, terms->subject)                       ? "subject"
           : recharge && !str_eq(order->user_id, terms->user_id)           ? "user_id"
           : recharge && !money_eq(order->bonus_price, terms->bonus_price) ? "bonus_price"
                                                                           : NULL;
}

static bool order_is_payable(const struct order *order)
{
    return order->status == ORDER_WAITING && order->expired == 0;
}

/* ---- a plain repeat */

/* Orders of which this process has seen a repeat, by their hashes. A request that is sent again and
 * again costs less when its order is read before an insert fails. */
static uint64_t repeated[1024];

static uint64_t order_hash(const struct creating *w) /* FNV-1a */
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)w->call->app->id;

    for (const char *at = w->terms->merchant_order_id; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return hash;
}

/* The order as it stands, and its open attempt. *lacks: it is to get one. */
static enum pay_err repeat_look(struct db *db, struct creating *w, bool *lacks)
{
    struct checkout *out = w->out;

    *lacks = false;
    enum pay_err err = order_find_open(db, w->call->app->id, w->terms->merchant_order_id,
                                       &out->order, &out->attempt);
    if (err != PAY_OK)
        return err;
    out->field = order_other_term(w);
    if (out->field)
        return PAY_CONFLICT;
    out->has_attempt = out->attempt.id != 0;
    *lacks = !out->has_attempt && order_is_payable(&out->order) && w->channel;
    return PAY_OK;
}

static enum pay_err nonce_work(struct db *db, void *arg)
{
    const struct creating *w = arg;

    return nonce_spend(db, w->call->app->id, w->call->nonce);
}

/* PAY_DUPLICATE: an attempt is to be made, or a channel to be asked; PAY_NOT_FOUND: there is no
 * order. In both cases nothing was done. */
static enum pay_err repeat_plain(struct creating *w)
{
    const struct checkout_call *call = w->call;
    const struct order *order = &w->out->order;
    bool lacks;

    enum pay_err err = repeat_look(call->db, w, &lacks);
    bool conflict = err == PAY_CONFLICT;
    if (conflict)
        err = nonce_check(call->db, call->app->id, call->nonce);
    db_end(call->db);
    if (err != PAY_OK)
        w->out->field = NULL;
    if (err != PAY_OK || conflict)
        return err == PAY_OK ? PAY_CONFLICT : err;
    if (lacks || (w->channel && order->status == ORDER_WAITING && order->expired != 0))
        return PAY_DUPLICATE;
    return db_txn_one(call->db, nonce_work, w);
}

/* ---- any other repeat */

/* An order past its end may be paid at its channel while the callback was lost, so the channel is
 * asked. Before the transaction. */
static enum pay_err repeat_ask(struct creating *w)
{
    static const struct wanted NOTHING;
    const struct checkout_call *call = w->call;
    const struct order_key key = { .merchant_order_id = w->terms->merchant_order_id };
    struct order *order = &w->out->order;
    struct open_list open;

    if (!w->channel)
        return PAY_OK;
    enum pay_err err = order_find(call->db, call->app->id, &key, false, order);
    bool late = err == PAY_OK && order->status == ORDER_WAITING && order->expired != 0 &&
                !order_other_term(w);
    if (late)
        err = open_read(call->db, order->id, &NOTHING, &open);
    db_end(call->db);
    if (err == PAY_NOT_FOUND)
        return PAY_OK;
    return err == PAY_OK && late ? open_ask(call->db, call->config, &open) : err;
}

/* Inserts the order's first attempt, or the next one when all have ended. It is planned from the
 * stored order, since another request created that. */
static enum pay_err attempt_again(struct db *db, struct creating *w)
{
    static const struct open_list NONE;
    const struct order *order = &w->out->order;

    if (w->short_of_space)
        return PAY_DB_AWAY;
    enum pay_err err = attempt_room(db, order->id, &NONE);
    if (err == PAY_OK)
        err = attempt_plan(w->call, w->channel, order, &w->plan);
    return err == PAY_OK ? attempt_add(db, w) : err;
}

/* Only an order that is to get an attempt is locked, and looked at again: a thousand repeats of one
 * request must not keep every worker waiting for one row. */
static enum pay_err repeat_work(struct db *db, void *arg)
{
    struct creating *w = arg;
    const struct order_key key = { .merchant_order_id = w->terms->merchant_order_id };
    bool lacks = false;

    w->sends = w->out->has_attempt = false;
    enum pay_err err = nonce_spend(db, w->call->app->id, w->call->nonce);
    if (err == PAY_OK)
        err = repeat_look(db, w, &lacks);
    if (err == PAY_NOT_FOUND)
        return w->short_of_space ? PAY_DB_AWAY : PAY_FAULT;
    if (err != PAY_OK || !lacks)
        return err;
    err = order_find(db, w->call->app->id, &key, true, &w->out->order);
    if (err == PAY_OK)
        err = repeat_look(db, w, &lacks);
    return err == PAY_OK && lacks ? attempt_again(db, w) : err;
}

static enum pay_err repeat(struct creating *w)
{
    enum pay_err err = repeat_ask(w);
    return err == PAY_OK ? db_txn(w->call->db, repeat_work, w) : err;
}

/* The unique key decides whether the order is new, unless this process knows that it is not. */
static enum pay_err open_or_repeat(struct creating *w)
{
    const uint64_t hash = order_hash(w);
    uint64_t *seen = &repeated[hash % COUNT(repeated)];

    enum pay_err err = *seen == hash ? repeat_plain(w) : PAY_NOT_FOUND;
    if (err == PAY_NOT_FOUND && !w->short_of_space) {
        err = open_new(w->call->db, w);
        w->out->created = err == PAY_OK;
        if (err == PAY_DUPLICATE) {
            *seen = hash;
            err = repeat_plain(w);
        }
    }
    return err == PAY_DUPLICATE || err == PAY_NOT_FOUND ? repeat(w) : err;
}

/* Without a seat (gate.h) the order is made, but no attempt. */
static void seat(struct creating *w)
{
    if (!w->channel || w->plan.offline || w->plan.by_ledger ||
        gate_sit(w->call->app->id, GATE_WAIT))
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
    if (err == PAY_OK && work.channel)
        err = attempt_plan(call, work.channel, &out->order, &work.plan);
    if (err == PAY_BAD_FIELD)
        out->field = work.plan.field;
    if (err != PAY_OK)
        return err;
    seat(&work);
    work.short_of_space = space_is_short(call->db, call->config);
    err = open_or_repeat(&work);
    if (err == PAY_OK && work.crowded && order_is_payable(&out->order) && !out->has_attempt)
        return checkout_crowded(out);
    if (err != PAY_OK || !work.sends)
        return err;
    return work.plan.by_ledger ? ledger_send(&work.plan, out) : attempt_send(&work.plan, out);
}
