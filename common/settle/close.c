/* close.c - see close.h. Calls are made outside any transaction; what they said is in the rows by
 * then (ask.c), so the closing transaction only looks whether an attempt is open still. */
#include "settle/close.h"

#include "app/admin_log.h"
#include "app/app.h"
#include "app/due_owner.h"
#include "base/fault.h"
#include "channel/gate.h"
#include "order/order_event.h"
#include "order/order_row.h"
#include "settle/ask.h"
#include "settle/close_private.h"

/* ---- whose turn it is to ask */

/* An order is changed by its primary key, here and where it ends: by idx_expire the statement would
 * lock the index's entry first, and deadlock with one that changes the row. */

enum pay_err order_ask_turn(struct db *db, struct ask_turn *turn)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order FORCE INDEX (PRIMARY)"
        "   SET asked_time = UTC_TIMESTAMP(3), update_time = update_time"
        " WHERE id = ? AND status = " STATE(ORDER_WAITING)
        "   AND (asked_time IS NULL OR asked_time <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND)";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(turn->order_id), DB_NUM(turn->gap_s) };

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    turn->mine = err == PAY_OK;
    return err == PAY_WRONG_STATE ? PAY_OK : err;
}

/* Two jobs, so that orders whose channels do not answer delay no other. */
#define EXPIRED "status = " STATE(ORDER_WAITING) " AND expire_time <= UTC_TIMESTAMP(3)"
#define DUE(when, order) DUE_BY_APP("pay_order", "idx_expire", EXPIRED when, order)
#define AGE_S "TIMESTAMPDIFF(SECOND, expire_time, UTC_TIMESTAMP(3))"
#define ASKED \
    "UPDATE pay_order SET asked_time = UTC_TIMESTAMP(3), update_time = update_time WHERE id = ?"

const struct db_due ORDERS_EXPIRED = {
    .due = DUE(" AND asked_time IS NULL", "expire_time"),
    .claim = ASKED,
    .no_token = true,
    .owners = OF_APP,
};
/* clang-format off */
const struct db_due ORDERS_UNDECIDED = {
    .due = DUE(" AND asked_time <= UTC_TIMESTAMP(3) - INTERVAL 10 SECOND"
               " AND asked_time <= UTC_TIMESTAMP(3)"
               "   - INTERVAL LEAST(" AGE_S " DIV 8, 3600) SECOND", "asked_time"),
    .claim = ASKED,
    .no_token = true,
    .owners = OF_APP,
};
/* clang-format on */

/* ---- the channels are asked, and end what is open */

/* True when it may still be paid, as far as is known. */
static bool may_be_paid(const struct open_attempt *one)
{
    return !one->ended && !one->unsure;
}

static enum pay_err channels_end(struct db *db, const struct config *config, struct open_list *open)
{
    for (size_t i = 0; i < open->count; i++)
        if (open->at[i].sending != 0)
            return PAY_UNKNOWN;
    enum pay_err err = open_ask(db, config, open);
    if (err == PAY_OK && !open->paid)
        err = open_end(db, config, may_be_paid, open);
    if (err != PAY_OK)
        return err;
    return open->paid ? PAY_PAID : open->conflict;
}

/* ---- the order is closed here */

struct ending {
    const struct closing *by; /* a merchant; both NULL: its time is over */
    const struct operator_closing *operated;
    int64_t order_id;
    struct open_list open; /* as its channels answered */
    struct order order;
};

/* A channel that has no such payment cannot end it: it is ended here, unless the channel left the
 * last question without an answer. */
static enum pay_err unknown_end(struct db *db, const struct ending *w)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = " STATE(ATTEMPT_CLOSED) ", channel_error_code = 'NOT_FOUND',"
        "       next_sync_time = NULL"
        " WHERE id = ? AND status = " STATE(ATTEMPT_WAITING);
    /* clang-format on */
    enum pay_err err = PAY_OK;
    bool any = false;

    for (size_t i = 0; i < w->open.count && err == PAY_OK; i++) {
        const struct db_param in[] = { DB_NUM(w->open.at[i].id) };
        if (!w->open.at[i].unknown_there || w->open.at[i].unsure)
            continue;
        err = db_exec(db, SQL, DB_LIST(in), NULL);
        any = true;
    }
    return err == PAY_OK && any ? order_latest_copy(db, w->order_id) : err;
}

/* An open attempt is looked for here: what was read before the lock may be older. */
enum pay_err order_closed(struct db *db, struct order *order)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order FORCE INDEX (PRIMARY)"
        "   SET status = " STATE(ORDER_CLOSED) ", version = version + 1"
        " WHERE id = ? AND status = " STATE(ORDER_WAITING)
        "   AND " IS_PLAIN("pay_order");
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(order->id) };
    const struct app *app;

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    if (err == PAY_OK)
        err = app_by_id(db, order->app_id, &app);
    if (err != PAY_OK)
        return err == PAY_WRONG_STATE ? PAY_UNKNOWN : err;
    order->status = ORDER_CLOSED;
    order->version++;
    const struct order_change change = { order, "order.closed", clock_now_ms() };
    return app->notify_closed != 0 ? order_notify(db, app, &change) : PAY_OK;
}

static enum pay_err closing_end_work(struct db *db, void *arg)
{
    struct ending *w = arg;
    enum pay_err err = w->by ? nonce_spend(db, w->by->app_id, w->by->nonce) : PAY_OK;

    if (err == PAY_OK)
        err = order_lock(db, w->order_id, &w->order);
    FP_AFTER(err, "close.locked");
    if (err != PAY_OK || w->order.status == ORDER_CLOSED)
        return err;
    if (w->order.status != ORDER_WAITING)
        return PAY_PAID;
    if (!w->by && !w->operated && w->order.expired == 0)
        return PAY_OK;
    err = unknown_end(db, w);
    if (err == PAY_OK)
        err = order_closed(db, &w->order);
    if (err == PAY_OK && w->operated)
        err = admin_log_add(db, w->operated->who, "order.close", w->order.no, w->operated->why);
    FP_AFTER(err, "close.closed");
    return err;
}

static enum pay_err closing_end(struct db *db, const struct config *config, struct ending *w)
{
    static const struct wanted NOTHING;
    enum pay_err err = open_read(db, w->order_id, &NOTHING, &w->open);

    db_end(db);
    if (err == PAY_OK) {
        err = channels_end(db, config, &w->open);
        FP("close.asked");
    }
    return err == PAY_OK ? db_txn(db, closing_end_work, w) : err;
}

enum pay_err order_close(const struct closing *closing, const struct order_key *key,
                         struct order *out)
{
    static struct ending work;

    enum pay_err err = nonce_check(closing->db, closing->app_id, closing->nonce);
    if (err == PAY_OK)
        err = order_find(closing->db, closing->app_id, key, false, out);
    db_end(closing->db);
    if (err != PAY_OK)
        return err;
    if (out->status == ORDER_WAITING && !gate_sit(closing->app_id, GATE_WAIT))
        return PAY_FULL;
    work = (struct ending){ .by = closing, .order_id = out->id };
    err = out->status == ORDER_WAITING ? closing_end(closing->db, closing->config, &work)
                                       : db_txn(closing->db, closing_end_work, &work);
    if (err == PAY_OK)
        *out = work.order;
    return err;
}

enum pay_err order_close_by(const struct operator_closing *by, struct order *out)
{
    static struct ending work;

    work = (struct ending){ .operated = by, .order_id = by->order_id };
    enum pay_err err = closing_end(by->db, by->config, &work);
    if (err == PAY_OK)
        *out = work.order;
    return err;
}

enum pay_err order_expire(struct db *db, const struct config *config, int64_t order_id)
{
    static struct ending work;

    work = (struct ending){ .order_id = order_id };
    enum pay_err err = closing_end(db, config, &work);
    return err == PAY_PAID ? PAY_OK : err;
}
