/* checkout_submit.c - makes a further attempt at an order, or returns an open one that fits.
 *
 * First the channels of open attempts are asked (settle/ask.c), also when the order has expired.
 * A new attempt is made only when each open attempt at its channel is known to be unpaid: otherwise
 * the payer might pay twice. If another channel does not answer, its open attempt prevents nothing:
 * money that comes twice is kept, with an alert (settle_money.c). */
#include <string.h>

#include "app/space.h"
#include "channel/gate.h"
#include "checkout/checkout_private.h"
#include "order/order_row.h"

static enum pay_err why_not_payable(const struct order *order)
{
    switch ((enum order_state)order->status) {
    case ORDER_WAITING:
        return order->expired != 0 ? PAY_EXPIRED : PAY_OK;
    case ORDER_CLOSED:
        return order->expired != 0 ? PAY_EXPIRED : PAY_CLOSED;
    case ORDER_SUCCESS:
    case ORDER_REFUND:
        return PAY_PAID;
    }
    return PAY_FAULT;
}

struct submitting {
    const struct checkout_call *call;
    const struct order_key *key;
    const struct channel_config *channel;
    struct wanted wanted;
    struct open_list asked; /* before the transaction, with the answers */
    struct attempt_plan plan;
    bool short_of_space; /* no new attempt; an open one is given back */
    struct checkout *out;
};

static enum pay_err order_get(struct db *db, const struct submitting *w, bool locked)
{
    struct order *order = &w->out->order;
    const char *ip = str_or(w->call->payer_ip, "");

    enum pay_err err = order_find(db, w->call->app->id, w->key, locked, order);
    if (err != PAY_OK || order->user_ip[0] != '\0')
        return err;
    return text_copy(order->user_ip, sizeof(order->user_ip), ip) ? PAY_OK : PAY_FAULT;
}

/* Refuses what needs no change to be refused: a spent nonce, an unknown order, its state, in this
 * order. */
static enum pay_err order_look(struct submitting *w)
{
    const struct checkout_call *call = w->call;
    struct order *order = &w->out->order;

    enum pay_err err = nonce_check(call->db, call->app->id, call->nonce);
    if (err == PAY_OK)
        err = order_get(call->db, w, false);
    if (err == PAY_OK)
        err = why_not_payable(order);
    if (err == PAY_OK || err == PAY_EXPIRED)
        err = open_read(call->db, order->id, &w->wanted, &w->asked);
    db_end(call->db);
    return err;
}

static bool attempt_is_over(const struct open_attempt *one)
{
    return one->same != 0 && one->lasts == 0 && one->sending == 0 && !one->ended && !one->unsure;
}

/* An attempt that cannot be paid for long enough is ended, but not without space for a new one. */
static enum pay_err open_attempts_ask(struct submitting *w)
{
    const struct checkout_call *call = w->call;

    enum pay_err err = open_ask(call->db, call->config, &w->asked);
    if (err == PAY_OK && w->out->order.expired == 0 && !w->short_of_space)
        err = open_end(call->db, call->config, attempt_is_over, &w->asked);
    return err == PAY_OK && !w->asked.paid ? w->asked.conflict : err;
}

/* True when an open attempt of this channel, or (0) of any, may be paid. */
static bool doubtful(const struct submitting *w, int64_t channel_id)
{
    for (size_t i = 0; i < w->asked.count; i++)
        if (w->asked.at[i].unsure && (channel_id == 0 || w->asked.at[i].channel_id == channel_id))
            return true;
    return false;
}

/* The id of the open attempt to return, read under the lock; else 0. */
static enum pay_err attempt_choose(struct db *db, const struct submitting *w, int64_t *given)
{
    struct open_list now;

    *given = 0;
    enum pay_err err = open_read(db, w->out->order.id, &w->wanted, &now);
    for (size_t i = now.count; err == PAY_OK && i > 0; i--)
        if (now.at[i - 1].same != 0 && now.at[i - 1].lasts != 0)
            *given = now.at[i - 1].id;
    if (err != PAY_OK || *given != 0)
        return err;
    for (size_t i = 0; i < now.count; i++)
        if (now.at[i].same != 0 && now.at[i].sending != 0)
            return PAY_UNKNOWN;
    return doubtful(w, w->wanted.channel_id) ? PAY_UNKNOWN
                                             : attempt_room(db, w->out->order.id, &now);
}

static enum pay_err submit_work(struct db *db, void *arg)
{
    static const char SQL_GIVEN[] = ATTEMPT_SELECT " WHERE e.id = ?";
    struct submitting *w = arg;
    struct checkout *out = w->out;
    int64_t given;

    enum pay_err err = nonce_spend(db, w->call->app->id, w->call->nonce);
    if (err == PAY_OK)
        err = order_get(db, w, true);
    if (err == PAY_OK)
        err = why_not_payable(&out->order);
    if (err == PAY_EXPIRED && doubtful(w, 0))
        return PAY_UNKNOWN;
    if (err == PAY_OK)
        err = attempt_choose(db, w, &given);
    if (err != PAY_OK)
        return err;
    const struct db_param in[] = { DB_NUM(given) };
    out->created = given == 0;
    if (out->created && w->short_of_space)
        return PAY_DB_AWAY;
    if (out->created && w->plan.by_ledger)
        return ledger_pay(db, &w->plan, out);
    return out->created ? attempt_insert(db, &w->plan, &out->order, &out->attempt)
                        : attempt_read(db, SQL_GIVEN, DB_LIST(in), &out->attempt);
}

/* Without a seat the one work for the database is to find the order, which the answer names. */
static enum pay_err seat_take(const struct checkout_call *call, const struct order_key *key,
                              struct checkout *out)
{
    if (gate_sit(call->app->id, GATE_WAIT))
        return PAY_OK;
    enum pay_err err = order_find(call->db, call->app->id, key, false, &out->order);
    db_end(call->db);
    return err == PAY_OK ? checkout_crowded(out) : err;
}

enum pay_err checkout_submit(const struct checkout_call *call, const struct order_key *key,
                             struct checkout *out)
{
    static struct submitting work;

    memset(out, 0, sizeof(*out));
    work = (struct submitting){ .call = call, .key = key, .out = out };
    enum pay_err err = checkout_admit(call, &work.channel);
    if (err == PAY_OK && !work.channel)
        return PAY_NO_CHANNEL;
    if (err == PAY_OK)
        err = seat_take(call, key, out);
    if (err == PAY_OK) {
        work.wanted = (struct wanted){ work.channel->account.id, call->extras, call->any_extras };
        work.short_of_space = space_is_short(call->db, call->config);
        err = order_look(&work);
    }
    if (err == PAY_OK)
        err = open_attempts_ask(&work);
    if (err == PAY_OK)
        err = attempt_plan(call, work.channel, &out->order, &work.plan);
    if (err == PAY_BAD_FIELD) /* the order's currency is not a field of this request */
        out->field = str_eq(work.plan.field, "currency") ? "channel" : work.plan.field;
    if (err == PAY_OK)
        err = db_txn(call->db, submit_work, &work);
    out->created = err == PAY_OK && out->created;
    out->has_attempt = err == PAY_OK;
    if (work.plan.by_ledger)
        return err == PAY_OK ? ledger_answer(&work.plan, out) : err;
    return out->created ? attempt_send(&work.plan, out) : err;
}
