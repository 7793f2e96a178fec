/* checkout_ledger.c - an attempt on a channel that is paid from our own ledger: made, paid or
 * refused, and its order with it, in one transaction. */
#include <stdio.h>

#include "base/fault.h"
#include "checkout/checkout_private.h"
#include "settle/settle.h"

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
    FP("attempt.inserted");
    if (err == PAY_OK)
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

/* ---- after create's transaction, in one of its own */

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
    FP("ledger.locked");
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
