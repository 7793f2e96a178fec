/* checkout_submit.c - a further attempt at an order.
 *
 * Before it, the open ones are asked about where they are: the payer may have paid there, with the
 * callback still on its way. Those calls stand outside any transaction; what is then true is read
 * again under the order's lock. */
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "pay/checkout_private.h"
#include "pay/settle.h"

#define ASKED_MAX 4         /* open attempts asked about, the newest first … */
#define ASKED_US 2500000    /* … as long as channels answer quickly: somebody waits for us */

struct open_attempt { int64_t channel_id; char no[NO_SIZE]; };
struct open_list { struct open_attempt at[ASKED_MAX]; size_t count; };

static enum pay_err open_take(void *arg, void *row)
{
    struct open_list *list = arg;

    if (list->count < ASKED_MAX)
        memcpy(&list->at[list->count++], row, sizeof(struct open_attempt));
    return PAY_OK;
}

static const struct db_column OPEN_COLUMNS[] = {
    DB_COLUMN(struct open_attempt, channel_id), DB_COLUMN(struct open_attempt, no),
};

static enum pay_err open_read(struct db *db, int64_t order_id, struct open_list *out)
{
    static const char SQL[] =
        "SELECT channel_id, no FROM pay_order_extension"
        " WHERE order_id = ? AND status = 0 ORDER BY id DESC LIMIT 4";
    const struct db_param in[] = { DB_NUM(order_id) };
    struct open_attempt row;

    return db_select(db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(OPEN_COLUMNS), .row = &row,
        .each = open_take, .arg = out });
}

static enum pay_err payable(const struct order *order)
{
    switch ((enum order_state)order->status) {
    case ORDER_WAITING:
        return order->expired != 0 ? PAY_EXPIRED : PAY_OK;
    case ORDER_CLOSED:
        return PAY_CLOSED;
    case ORDER_SUCCESS:
    case ORDER_REFUND:
        return PAY_PAID;
    }
    return PAY_FAULT;
}

/* PAY_OK: nothing speaks against a further attempt, or the order's own state will. A channel that
 * does not answer, or is not configured any more, leaves its attempt open. */
static enum pay_err ask(const struct checkout_call *call, const struct open_attempt *open)
{
    const struct channel_config *channel;
    struct channel_result result;
    enum verdict verdict;

    enum pay_err err = channel_config_by_id(call->db, call->config, open->channel_id, &channel);
    if (err != PAY_OK)
        return err == PAY_NO_CHANNEL ? PAY_OK : err;
    if (channel->driver->query(&channel->account, open->no, &result) != PAY_OK)
        return PAY_OK;
    switch (result.state) {
    case CHANNEL_WAITING:
    case CHANNEL_NOT_FOUND:
        return PAY_OK;
    case CHANNEL_SUCCESS:
    case CHANNEL_FAILED:
    case CHANNEL_CLOSED:
        return settle_result(call->db, channel, &result, NULL, &verdict);
    }
    return PAY_FAULT;
}

static enum pay_err ask_all(const struct checkout_call *call, const struct open_list *open)
{
    int64_t until = clock_ticks_us() + ASKED_US;
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < open->count && err == PAY_OK && clock_ticks_us() < until; i++)
        err = ask(call, &open->at[i]);
    return err;
}

/* What can be refused without a change is refused here: replay, absence, state, in this order. */
static enum pay_err look(const struct checkout_call *call, const struct order_key *key,
                         struct order *order, struct open_list *open)
{
    enum pay_err err = nonce_check(call->db, call->app->id, call->nonce);

    if (err == PAY_OK)
        err = order_find(call->db, call->app->id, key, false, order);
    if (err == PAY_OK)
        err = payable(order);
    if (err == PAY_OK)
        err = open_read(call->db, order->id, open);
    db_end(call->db);
    return err;
}

struct submitting {
    const struct checkout_call *call;
    const struct order_key *key;
    const struct attempt_plan *plan;
    struct checkout *out;
};

static enum pay_err submit_work(struct db *db, void *arg)
{
    struct submitting *w = arg;
    struct checkout *out = w->out;

    enum pay_err err = nonce_spend(db, w->call->app->id, w->call->nonce);
    if (err == PAY_OK)
        err = order_find(db, w->call->app->id, w->key, true, &out->order);
    if (err == PAY_OK)
        err = payable(&out->order);
    if (err == PAY_OK)
        err = attempt_insert(db, w->plan, &out->order, &out->attempt);
    FP("attempt.inserted");
    return err;
}

enum pay_err checkout_submit(const struct checkout_call *call, const struct order_key *key,
                             struct checkout *out)
{
    const struct channel_config *channel;
    struct attempt_plan plan;
    struct open_list open = { .count = 0 };

    memset(out, 0, sizeof(*out));
    enum pay_err err = checkout_admit(call, &channel);
    if (err == PAY_OK && channel == NULL)
        return PAY_NO_CHANNEL;
    if (err == PAY_OK)
        err = look(call, key, &out->order, &open);
    if (err == PAY_OK)
        err = ask_all(call, &open);
    if (err == PAY_OK)
        err = attempt_plan(call, channel, &out->order, &plan);
    if (err != PAY_OK)
        return err;
    struct submitting work = { call, key, &plan, out };
    err = db_txn(call->db, submit_work, &work);
    out->created = out->has_attempt = err == PAY_OK;
    return err == PAY_OK ? attempt_send(&plan, out) : err;
}
