/* settle_paid.c - the plain case of settle.c in two round trips: order and attempt are read without
 * a lock (which also tells whose key the callback is checked with), and one call
 * (schema/procedures/order_pay.sql) changes them if they still are so. */
#include <stdlib.h>

#include "settle/callback_log.h"
#include "order/order_event.h"
#include "order/order_row.h"
#include "settle/settle_private.h"

struct paying {
    const struct channel_config *channel;
    const struct channel_said *said;
    const struct callback_raw *raw;
    const struct order *paid;
    const struct attempt *attempt;
    struct notify_plan task;
};

enum pay_err attempt_find(struct db *db, const char *pay_id, const struct order_attempt **found,
                          int64_t *channel_id)
{
    static const char SQL[] =
        "SELECT " ORDER_TERMS ", " ATTEMPT_TERMS
        "  FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
        " WHERE e.no = ?";
    static struct order_attempt pair;
    const struct db_param in[] = { DB_STR(pay_id) };

    if (!ulid_is(pay_id))
        return PAY_NOT_FOUND;
    enum pay_err err = db_select(db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = terms_shape(), .row = &pair });
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    *found = &pair;
    *channel_id = pair.attempt.channel_id;
    return PAY_OK;
}

/* What was found for the callback, if it is of this very attempt. */
static enum pay_err pair_of(struct db *db, const struct channel_config *channel,
                            const struct channel_said *said, const struct callback_raw *raw,
                            const struct order_attempt **out)
{
    enum pay_err err = PAY_OK;
    int64_t channel_id;

    *out = raw->found;
    if (*out == NULL || !str_eq((*out)->attempt.no, said->no))
        err = attempt_find(db, said->no, out, &channel_id);
    return err == PAY_OK && (*out)->attempt.channel_id != channel->account.id ? PAY_NOT_FOUND : err;
}

static enum pay_err pay_work(struct db *db, void *arg)
{
    static const char SQL[] = "CALL order_pay(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    const struct paying *w = arg;
    const struct order *paid = w->paid;
    const int64_t fee_rate = w->channel->fee_rate;
    struct callback_text body;

    callback_text_take(w->raw, &body);
    const struct db_param in[] = {
        DB_NUM(paid->id), DB_NUM(paid->version), DB_NUM(w->attempt->id),
        DB_WHEN(paid->success_time), DB_OPT(w->said->channel_no),
        DB_OPT(w->said->channel_user_id), DB_NUM(paid->channel_id), DB_STR(paid->channel_code),
        DB_NUM(fee_rate), DB_NUM(money_fee(paid->price, fee_rate)), DB_NUM(paid->app_id),
        DB_STR(paid->merchant_order_id), DB_OPT(w->task.no), DB_OPT(w->task.url),
        { DB_TEXT, w->task.body, w->task.body_len }, DB_NUM(w->task.tries),
        DB_STR(str_or(w->raw->kind, "order")), DB_STR(str_or(w->raw->remote_address, "")),
        DB_STR(str_or(w->raw->headers, "{}")), { DB_TEXT, body.at, body.len },
    };

    enum pay_err err = db_call(db, &(struct db_query){ .sql = SQL, .in = in, .n = COUNT(in) });
    free(body.escaped);
    return err;
}

enum pay_err settle_paid(struct db *db, const struct channel_config *channel,
                         const struct channel_said *said, const struct callback_raw *raw)
{
    static struct order paid;
    const struct order_attempt *pair;
    const struct app *app;

    enum pay_err err = pair_of(db, channel, said, raw, &pair);
    if (err != PAY_OK)
        return err;
    if (pair->order.status != ORDER_WAITING || pair->attempt.status != ATTEMPT_WAITING ||
        !price_agrees(said, &pair->attempt) || success_time_is_odd(said))
        return PAY_WRONG_STATE;
    struct paying work = { channel, said, raw, &paid, &pair->attempt, { .no = "" } };
    struct notify_event event;
    err = app_by_id(db, pair->order.app_id, &app);
    if (err == PAY_OK)
        err = order_as_paid(&pair->order, &pair->attempt, channel, said, &paid);
    const struct order_change change = { &paid, "order.success", paid.success_time };
    if (err == PAY_OK)
        err = order_event(app, &change, &event);
    if (err == PAY_OK)
        err = notify_plan(app, &event, &work.task);
    return err == PAY_OK ? db_txn(db, pay_work, &work) : err;
}
