/* order_whole.c - one order with its attempts, and the copy of the newest attempt that the order's
 * row carries so that most orders are read from one table. */
#include "order/order.h"

#include "order/order_row.h"

#define ORDER_LATEST_ARGS(FIRST, NEXT) FIRST(p_order_id, DB_NUM(order_id))

const struct db_procedure ORDER_LATEST = DB_PROCEDURE(order_latest, ORDER_LATEST_ARGS);

enum pay_err order_latest_copy(struct db *db, int64_t order_id)
{
    static const char SQL[] = DB_PROCEDURE_CALL(order_latest, ORDER_LATEST_ARGS);
    const struct db_param in[] = { DB_PROCEDURE_VALUES(ORDER_LATEST_ARGS) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* The one attempt of an order, which waits or has paid it. The row of the order says all of it. */
static void only_attempt(struct order_whole *out, const struct attempt *latest)
{
    const struct order *order = &out->order;
    struct attempt *attempt = &out->attempts[0];

    out->count = 1;
    *attempt = *latest;
    attempt->status = order->extension_id != 0 ? ATTEMPT_SUCCESS : ATTEMPT_WAITING;
    attempt->success_time = order->success_time;
    memcpy(attempt->channel_order_no, order->channel_order_no, sizeof(attempt->channel_order_no));
}

static enum pay_err whole_take(void *arg, void *row)
{
    struct order_whole *out = arg;
    const struct order_attempt *pair = row;

    if (out->count == 0)
        out->order = pair->order;
    if (out->count < ORDER_ATTEMPTS_MAX)
        out->attempts[out->count++] = pair->attempt;
    return PAY_OK;
}

/* Both tables in one statement, so that order and attempts agree. No LEFT JOIN: MariaDB would sort
 * its rows in a temporary table on disk. */
static enum pay_err attempts_read(struct db *db, struct order_attempt *row, struct order_whole *out)
{
    static const char SQL[] = "SELECT " ORDER_VIEW ", " ATTEMPT_VIEW
                              "  FROM pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
                              " WHERE o.id = ? ORDER BY e.id DESC LIMIT 20";
    const struct db_param in[] = { DB_NUM(out->order.id) };

    return db_select(db, &(struct db_query){ .sql = SQL,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = view_shape(),
                                             .row = row,
                                             .each = whole_take,
                                             .arg = out });
}

#define WHOLE_SELECT "SELECT " ORDER_VIEW ", " ATTEMPT_LATEST " FROM pay_order o"

enum pay_err order_find_whole(struct db *db, int64_t app_id, const struct order_key *key,
                              struct order_whole *out)
{
    static const char *const SQL[] = {
        [NAMED_NO] = WHOLE_SELECT BY_NO,
        [NAMED_MERCHANT] = WHOLE_SELECT BY_MERCHANT,
        [NAMED_PAY_ID] = WHOLE_SELECT BY_PAY_ID,
    };
    static struct order_attempt row;
    const char *value;
    enum named named;

    out->count = 0;
    if (!order_key_read(key, &named, &value))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(value), DB_NUM(app_id) };
    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL[named], .in = in, .n = COUNT(in), .shape = latest_shape(), .row = &row });
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    out->order = row.order;
    if (row.order.attempts == 1 && row.order.latest_ended == 0)
        only_attempt(out, &row.attempt);
    else if (row.order.attempts != 0)
        err = attempts_read(db, &row, out);
    return err;
}
