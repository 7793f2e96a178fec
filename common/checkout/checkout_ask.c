/* checkout_ask.c - how many attempts an order may have; and the status of an order past its end
 * that waits: its channels are asked first, and end it there, since the payer may have paid while
 * the callback is late or lost. */
#include "channel/gate.h"
#include "checkout/checkout_private.h"
#include "settle/close.h"
#include "settle/settle.h"

enum pay_err attempt_room(struct db *db, int64_t order_id, const struct open_list *open)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM pay_order_extension"
        " WHERE order_id = ? AND of_id IS NULL"
        "   AND NOT (status = " STATE(ATTEMPT_CLOSED) " AND channel_error_code <=> ?)";
    const struct db_param in[] = { DB_NUM(order_id), DB_STR(NEVER_SENT) };
    int64_t total;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &total);
    if (err != PAY_OK)
        return err;
    return open->count >= OPEN_MAX || total >= ATTEMPTS_MAX ? PAY_ATTEMPTS : PAY_OK;
}

/* ---- an order past its end that still waits */

/* Of all requests for one order, one in 10 s ends it. */
static enum pay_err ask_turn_work(struct db *db, void *arg)
{
    return order_ask_turn(db, arg);
}

static bool may_ask(const struct open_list *open)
{
    for (size_t i = 0; i < open->count; i++)
        if (!gate_is_shut(open->at[i].channel_id))
            return true;
    return false;
}

/* A channel that does not answer, or a conflict: the order stays as it is. */
static bool order_may_wait(enum pay_err err)
{
    return err == PAY_UNKNOWN || settle_is_conflict(err);
}

/* The gate decides first: a request that it stops does not use up the turn of these 10 s. */
static enum pay_err ask_late(struct db *db, const struct config *config, const struct order *order)
{
    static const struct wanted NOTHING;
    int64_t order_id = order->id;
    struct open_list open;

    enum pay_err err = open_read(db, order_id, &NOTHING, &open);
    db_end(db);
    if (err != PAY_OK || !may_ask(&open) || !gate_sit(order->app_id, GATE_AT_ONCE))
        return err;
    struct ask_turn turn = { .order_id = order->id, .gap_s = 10 };
    err = db_txn(db, ask_turn_work, &turn);
    if (err == PAY_OK && turn.mine)
        err = order_expire(db, config, order->id);
    return order_may_wait(err) ? PAY_OK : err;
}

enum pay_err checkout_status(struct db *db, const struct config *config, const char *token,
                             struct order *out)
{
    enum pay_err err = order_by_token(db, token, out);

    if (err == PAY_OK && out->status == ORDER_WAITING && out->expired != 0) {
        err = ask_late(db, config, out);
        if (err == PAY_OK)
            err = order_by_token(db, token, out);
    }
    db_end(db);
    return err;
}
