/* checkout_ledger.c - an attempt on a channel that is paid from our own ledger: made, paid or
 * refused, and its order with it, in one transaction. A new order that its wallet covers is made
 * and paid in one call; the other cases are done statement by statement. */
#include <stdio.h>

#include "base/fault.h"
#include "checkout/checkout_private.h"
#include "checkout/order_open.h"
#include "ledger/wallet.h"
#include "order/order_row.h"
#include "settle/settle.h"

/* ---- a new order, in one call */

/* What is read before: what the wallet holds, and the database's clock. */
struct purse {
    int64_t now;
    struct money balance;
};

static enum pay_err purse_look(struct db *db, const struct order *order, struct purse *out)
{
    static const struct db_column COLUMNS[] = {
        DB_COLUMN_TIME(struct purse, now),
        DB_COLUMN(struct purse, balance),
    };
    static const char SQL[] = "SELECT UTC_TIMESTAMP(3) AS now, balance FROM wallet"
                              " WHERE app_id = ? AND user_id = ? AND currency = ?";
    const struct db_param in[] = { DB_NUM(order->app_id), DB_STR(order->user_id),
                                   DB_STR(order->currency) };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out });
    db_end(db);
    return err;
}

/* The wallet's word: paid now, by the entry that is to be booked. */
static enum pay_err purse_says(const struct attempt_plan *plan, const struct order *order,
                               int64_t now, struct channel_said *out)
{
    *out = (struct channel_said){
        .about = ABOUT_ORDER,
        .state = CHANNEL_SUCCESS,
        .price = order->price,
        .success_time = now,
    };
    ulid_new(out->channel_no);
    return text_copy(out->no, sizeof(out->no), plan->pay_id) &&
                   text_copy(out->currency, sizeof(out->currency), order->currency)
               ? PAY_OK
               : PAY_FAULT;
}

static enum pay_err open_paid(const struct attempt_plan *plan, int64_t expire_in,
                              const struct order_paid_plan *paid, struct checkout *out)
{
    char other_no[NO_SIZE];
    struct order_opened opened;
    const struct order_opening_paid opening = {
        .opening = { .order = &out->order,
                     .nonce = plan->call->nonce,
                     .expire_in = expire_in,
                     .channel = &plan->channel->account,
                     .pay_id = plan->pay_id,
                     .extras = plan->call->extras,
                     .ticket = &plan->ticket },
        .plan = paid,
        .other_no = other_no,
        .fee_rate = plan->channel->fee_rate,
    };

    ulid_new(other_no);
    enum pay_err err = order_open_paid(plan->call->db, &opening, &opened);
    if (err != PAY_OK)
        return err;
    out->order = paid->order;
    out->order.id = opened.id;
    out->order.extension_id = out->attempt.id = opened.attempt_id;
    out->attempt.status = ATTEMPT_SUCCESS;
    out->has_attempt = true;
    return PAY_OK;
}

enum pay_err ledger_open(const struct attempt_plan *plan, int64_t expire_in, struct checkout *out)
{
    static struct order_paid_plan paid;
    static struct order_attempt pair;
    struct channel_said said;
    struct purse purse;

    enum pay_err err = purse_look(plan->call->db, &out->order, &purse);
    if (err == PAY_NO_ROW || (err == PAY_OK && purse.balance.minor < out->order.price.minor))
        return PAY_WRONG_STATE;
    if (err != PAY_OK)
        return err;
    pair.order = out->order;
    pair.order.create_time = purse.now;
    pair.order.expire_time = purse.now + expire_in * 1000;
    err = attempt_planned(plan, &pair.order, &pair.attempt);
    if (err == PAY_OK)
        err = purse_says(plan, &pair.order, purse.now, &said);
    if (err == PAY_OK)
        err = order_paid_plan(plan->call->app, &pair, plan->channel, &said, &paid);
    out->attempt = pair.attempt;
    return err == PAY_OK ? open_paid(plan, expire_in, &paid, out) : err;
}

/* ---- statement by statement */

static enum pay_err ledger_paid(struct db *db, struct attempt_plan *plan, struct checkout *out)
{
    const struct order_key key = { .order_no = out->order.no };
    enum verdict verdict;

    enum pay_err err = settle_inside(db, plan->channel, &plan->ticket.said, &verdict);
    if (err == PAY_OK && verdict != VERDICT_ACCEPTED)
        err = PAY_FAULT;
    if (err == PAY_OK)
        err = order_find(db, plan->call->app->id, &key, false, &out->order);
    out->attempt.status = ATTEMPT_SUCCESS;
    out->has_attempt = err == PAY_OK;
    return err;
}

enum pay_err ledger_pay(struct db *db, struct attempt_plan *plan, struct checkout *out)
{
    struct channel_ticket *ticket = &plan->ticket;

    plan->refused = false;
    enum pay_err err = attempt_insert(db, plan, &out->order, &out->attempt);
    if (err != PAY_OK)
        return err;
    err = attempt_submitted(db, plan, &out->order, ticket);
    FP("ledger.submitted");
    if (err != PAY_REFUSED)
        return err == PAY_OK ? ledger_paid(db, plan, out) : err;
    plan->refused = true;
    return attempt_refused(db, &out->attempt, ticket);
}

enum pay_err ledger_answer(const struct attempt_plan *plan, struct checkout *out)
{
    if (!plan->refused)
        return PAY_OK;
    snprintf(out->error_code, sizeof(out->error_code), "%s", plan->ticket.error_code);
    snprintf(out->error_msg, sizeof(out->error_msg), "%s", plan->ticket.error_msg);
    out->has_attempt = false;
    return PAY_REFUSED;
}

/* ---- an order that is there, in a transaction of its own */

struct paying {
    struct attempt_plan *plan;
    struct checkout *out;
};

/* The order may have been paid or closed since: then it is as it is. */
static enum pay_err ledger_pay_work(struct db *db, void *arg)
{
    static const struct open_list NONE;
    struct paying *w = arg;
    const struct order_key key = { .order_no = w->out->order.no };

    w->plan->refused = false;
    enum pay_err err = order_find(db, w->plan->call->app->id, &key, true, &w->out->order);
    FP_AFTER(err, "ledger.locked");
    if (err != PAY_OK || w->out->order.status != ORDER_WAITING || w->out->order.expired != 0)
        return err;
    err = attempt_room(db, w->out->order.id, &NONE);
    return err == PAY_OK ? ledger_pay(db, w->plan, w->out) : err;
}

enum pay_err ledger_send(struct attempt_plan *plan, struct checkout *out)
{
    struct paying work = { plan, out };

    out->has_attempt = false;
    enum pay_err err = db_txn(plan->call->db, ledger_pay_work, &work);
    /* The order was made, so "nothing was done" would be wrong. */
    if (err == PAY_DB_AWAY)
        err = PAY_LOST;
    return err == PAY_OK ? ledger_answer(plan, out) : err;
}
