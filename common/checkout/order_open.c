/* order_open.c - the one call that makes an order (schema/procedures/order_open.sql), and the one
 * that makes it and pays it from a wallet (order_open_paid.sql). */
#include "checkout/order_open.h"

#include "checkout/checkout_private.h"

static const struct channel_account NO_CHANNEL;
static const struct channel_ticket NO_TICKET;

/* What order_open_paid has, too. */
#define ORDER_TERMS_ARGS(FIRST, NEXT) \
    FIRST(p_app_id, DB_NUM(order->app_id)) \
    NEXT(p_nonce, DB_STR(o->nonce)) \
    NEXT(p_no, DB_STR(order->no)) \
    NEXT(p_user_id, DB_OPT(order->user_id)) \
    NEXT(p_merchant_order_id, DB_STR(order->merchant_order_id)) \
    NEXT(p_subject, DB_STR(order->subject)) \
    NEXT(p_body, DB_OPT(order->body)) \
    NEXT(p_notify_url, DB_OPT(order->notify_url)) \
    NEXT(p_return_url, DB_OPT(order->return_url)) \
    NEXT(p_metadata, DB_OPT(order->metadata)) \
    NEXT(p_price, DB_MONEY(order->price)) \
    NEXT(p_currency, DB_STR(order->currency)) \
    NEXT(p_user_ip, DB_OPT(order->user_ip)) \
    NEXT(p_query_token, DB_STR(order->query_token)) \
    NEXT(p_expire_in, DB_NUM(o->expire_in)) \
    NEXT(p_pay_id, DB_OPT(o->channel ? o->pay_id : NULL)) \
    NEXT(p_channel_id, DB_NUM_OPT(channel->id)) \
    NEXT(p_channel_code, DB_OPT(channel->code)) \
    NEXT(p_channel_extras, DB_OPT(o->extras)) \
    NEXT(p_display_mode, DB_OPT(ticket->display_mode))

#define ORDER_OPEN_ARGS(FIRST, NEXT) \
    ORDER_TERMS_ARGS(FIRST, NEXT) \
    NEXT(p_display_content, DB_OPT(ticket->display_content)) \
    NEXT(p_display_expire_time, DB_WHEN(ticket->display_expire_time)) \
    NEXT(p_kind, DB_STR(str_or(order->kind, ORDER_PAYMENT))) \
    NEXT(p_bonus_price, DB_MONEY(order->bonus_price))

const struct db_procedure ORDER_OPEN = DB_PROCEDURE(order_open, ORDER_OPEN_ARGS);

static const struct db_column OPENED_COLUMNS[] = {
    DB_COLUMN(struct order_opened, id),
    DB_COLUMN_TIME(struct order_opened, create_time),
    DB_COLUMN_TIME(struct order_opened, expire_time),
    DB_COLUMN(struct order_opened, attempt_id),
};

struct opening {
    const struct order_opening *in;
    struct order_opened *out;
};

static enum pay_err order_open_work(struct db *db, void *arg)
{
    static const char SQL[] = DB_PROCEDURE_CALL(order_open, ORDER_OPEN_ARGS);
    const struct opening *w = arg;
    const struct order_opening *o = w->in;
    const struct order *order = o->order;
    const struct channel_account *channel = o->channel ? o->channel : &NO_CHANNEL;
    const struct channel_ticket *ticket = o->channel && o->ticket ? o->ticket : &NO_TICKET;
    const struct db_param in[] = { DB_PROCEDURE_VALUES(ORDER_OPEN_ARGS) };

    enum pay_err err = db_call(db, &(struct db_query){ .sql = SQL,
                                                       .in = in,
                                                       .n = COUNT(in),
                                                       .shape = DB_SHAPE(OPENED_COLUMNS),
                                                       .row = w->out });
    return err == PAY_WRONG_STATE ? PAY_NONCE_USED : err;
}

enum pay_err order_open(struct db *db, const struct order_opening *opening,
                        struct order_opened *out)
{
    struct opening work = { opening, out };
    return db_txn(db, order_open_work, &work);
}

/* ---- paid from a wallet */

#define ORDER_OPEN_PAID_ARGS(FIRST, NEXT) \
    ORDER_TERMS_ARGS(FIRST, NEXT) \
    NEXT(p_create_time, DB_WHEN(paid->success_time)) \
    NEXT(p_entry_no, DB_STR(paid->channel_order_no)) \
    NEXT(p_other_no, DB_STR(w->in->other_no)) \
    NEXT(p_fee_rate, DB_NUM(w->in->fee_rate)) \
    NEXT(p_fee_price, DB_MONEY(money_fee(paid->price, w->in->fee_rate))) \
    NEXT(p_task_no, DB_OPT(task->no)) \
    NEXT(p_task_url, DB_OPT(task->url)) \
    NEXT(p_task_body, { DB_TEXT, task->body, task->body_len }) \
    NEXT(p_max_notify_times, DB_NUM(task->tries))

const struct db_procedure ORDER_OPEN_PAID = DB_PROCEDURE(order_open_paid, ORDER_OPEN_PAID_ARGS);

static const struct db_column PAID_COLUMNS[] = {
    DB_COLUMN(struct order_opened, id),
    DB_COLUMN(struct order_opened, attempt_id),
};

struct opening_paid {
    const struct order_opening_paid *in;
    struct order_opened *out;
};

static enum pay_err open_paid_work(struct db *db, void *arg)
{
    static const char SQL[] = DB_PROCEDURE_CALL(order_open_paid, ORDER_OPEN_PAID_ARGS);
    const struct opening_paid *w = arg;
    const struct order_opening *o = &w->in->opening;
    const struct order *order = o->order, *paid = &w->in->plan->order;
    const struct notify_plan *task = &w->in->plan->task;
    const struct channel_account *channel = o->channel;
    const struct channel_ticket *ticket = o->ticket;
    const struct db_param in[] = { DB_PROCEDURE_VALUES(ORDER_OPEN_PAID_ARGS) };

    return db_call(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(PAID_COLUMNS), .row = w->out });
}

enum pay_err order_open_paid(struct db *db, const struct order_opening_paid *opening,
                             struct order_opened *out)
{
    struct opening_paid work = { opening, out };
    return db_txn(db, open_paid_work, &work);
}
