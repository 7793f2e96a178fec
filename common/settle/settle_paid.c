/* settle_paid.c - the plain case of settle.c in two round trips: order and attempt are read without
 * a lock, which also names the channel whose key checks the callback. Then one call
 * (schema/procedures/order_pay.sql) changes them, if they are still the same. */
#include <stdlib.h>

#include "settle/callback_log.h"
#include "order/order_event.h"
#include "order/order_row.h"
#include "settle/order_pay.h"
#include "settle/settle_private.h"
#include "transfer/transfer.h"

#define PAIR_SELECT \
    "SELECT " ORDER_TERMS ", " ATTEMPT_TERMS \
    "  FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"

enum pay_err attempt_find_about(struct db *db, enum channel_about about, const char *no,
                                const struct order_attempt **found, int64_t *channel_id)
{
    static const char *const SQL[] = {
        [ABOUT_ORDER] = PAIR_SELECT " WHERE e.no = ?",
        [ABOUT_REFUND] = PAIR_SELECT
        " WHERE e.id = (SELECT r.extension_id FROM pay_refund r WHERE r.no = ?)",
    };
    static struct order_attempt pair;
    const struct db_param in[] = { DB_STR(no) };

    *found = NULL;
    if (about == ABOUT_TRANSFER)
        return transfer_channel(db, no, channel_id);
    if (!ulid_is(no))
        return PAY_NOT_FOUND;
    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL[about], .in = in, .n = COUNT(in), .shape = terms_shape(), .row = &pair });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    *found = &pair;
    *channel_id = pair.attempt.channel_id;
    return PAY_OK;
}

enum pay_err attempt_find(struct db *db, const char *pay_id, const struct order_attempt **found,
                          int64_t *channel_id)
{
    return attempt_find_about(db, ABOUT_ORDER, pay_id, found, channel_id);
}

enum pay_err settle_pair(struct db *db, const struct channel_config *channel,
                         const struct channel_said *said, const struct callback_raw *raw,
                         const struct order_attempt **out)
{
    enum pay_err err = PAY_OK;
    int64_t channel_id;

    *out = raw ? raw->found : NULL;
    if (!*out || !str_eq((*out)->attempt.no, said->no))
        err = attempt_find(db, said->no, out, &channel_id);
    return err == PAY_OK && (*out)->attempt.channel_id != channel->account.id ? PAY_NOT_FOUND : err;
}

/* ---- the one call: schema/procedures/order_pay.sql */

static const struct callback_raw NO_CALLBACK;

#define ORDER_PAY_ARGS(FIRST, NEXT) \
    FIRST(p_order_id, DB_NUM(paid->id)) \
    NEXT(p_version, DB_NUM(paid->version)) \
    NEXT(p_attempt_id, DB_NUM(p->attempt_id)) \
    NEXT(p_others, DB_NUM(p->others)) \
    NEXT(p_success_time, DB_WHEN(paid->success_time)) \
    NEXT(p_channel_order_no, DB_OPT(p->said->channel_no)) \
    NEXT(p_channel_user_id, DB_OPT(p->said->channel_user_id)) \
    NEXT(p_channel_id, DB_NUM(paid->channel_id)) \
    NEXT(p_channel_code, DB_STR(paid->channel_code)) \
    NEXT(p_fee_rate, DB_NUM(p->fee_rate)) \
    NEXT(p_fee_price, DB_MONEY(money_fee(paid->price, p->fee_rate))) \
    NEXT(p_app_id, DB_NUM(paid->app_id)) \
    NEXT(p_merchant_order_id, DB_STR(paid->merchant_order_id)) \
    NEXT(p_task_no, DB_OPT(p->task->no)) \
    NEXT(p_notify_url, DB_OPT(p->task->url)) \
    NEXT(p_body, { DB_TEXT, p->task->body, p->task->body_len }) \
    NEXT(p_max_notify_times, DB_NUM(p->task->tries)) \
    NEXT(p_kind, DB_STR(str_or(raw->kind, "order"))) \
    NEXT(p_remote_address, DB_STR(str_or(raw->remote_address, ""))) \
    NEXT(p_headers, DB_STR(str_or(raw->headers, "{}"))) \
    NEXT(p_raw, { DB_TEXT, body.at, body.len })

const struct db_procedure ORDER_PAY = DB_PROCEDURE(order_pay, ORDER_PAY_ARGS);

static enum pay_err order_pay_work(struct db *db, void *arg)
{
    static const char SQL[] = DB_PROCEDURE_CALL(order_pay, ORDER_PAY_ARGS);
    const struct order_paying *p = arg;
    const struct order *paid = p->paid;
    const struct callback_raw *raw = p->raw ? p->raw : &NO_CALLBACK;
    struct callback_text body = { 0 };

    if (p->raw)
        callback_text_take(raw, &body);
    const struct db_param in[] = { DB_PROCEDURE_VALUES(ORDER_PAY_ARGS) };
    enum pay_err err = db_call(db, &(struct db_query){ .sql = SQL, .in = in, .n = COUNT(in) });
    free(body.escaped);
    return err;
}

enum pay_err order_pay(struct db *db, const struct order_paying *paying)
{
    struct order_paying work = *paying;
    return db_txn(db, order_pay_work, &work);
}

enum pay_err order_paid_plan(const struct app *app, const struct order_attempt *pair,
                             const struct channel_config *channel, const struct channel_said *said,
                             struct order_paid_plan *out)
{
    const struct order *paid = &out->order;
    struct notify_event event;

    enum pay_err err = order_as_paid(&pair->order, &pair->attempt, channel, said, &out->order);
    const struct order_change change = { paid, "order.success", paid->success_time };
    if (err == PAY_OK)
        err = order_event(app, &change, &event);
    return err == PAY_OK ? notify_plan(app, &event, &out->task) : err;
}

enum pay_err settle_paid(struct db *db, const struct channel_config *channel,
                         const struct channel_said *said, const struct callback_raw *raw,
                         const struct order_attempt *pair)
{
    static struct order_paid_plan plan;
    const struct app *app;

    if (pair->order.status != ORDER_WAITING || pair->attempt.status != ATTEMPT_WAITING ||
        pair->attempt.cancelled != CANCELLED_NOT ||
        !said_price_is(said, pair->attempt.price, pair->attempt.currency) ||
        success_time_is_odd(said) || order_is_recharge(&pair->order))
        return PAY_WRONG_STATE;
    const struct order_paying paying = {
        .paid = &plan.order,
        .others = pair->order.attempts > 1,
        .attempt_id = pair->attempt.id,
        .fee_rate = channel->fee_rate,
        .said = said,
        .task = &plan.task,
        .raw = raw,
    };
    enum pay_err err = app_by_id(db, pair->order.app_id, &app);
    if (err == PAY_OK)
        err = order_paid_plan(app, pair, channel, said, &plan);
    return err == PAY_OK ? order_pay(db, &paying) : err;
}
