/* close_plain.c - closes orders past their end that have no open attempt: no channel is to be
 * asked, so one transaction ends many.
 *
 * Orders whose channels are to be asked are due at the same time, and stay due until their turn
 * comes. A look examines a window of all that is due, and the next look the window behind it: each
 * look costs the same, however many are due. */
#include "app/app.h"
#include "base/clock.h"
#include "base/log.h"
#include "order/order_row.h"
#include "settle/close.h"
#include "settle/close_private.h"

#define PLAIN_WINDOW "2048"

/* How far the looks came, in the order of idx_expire. */
struct place {
    int64_t expire_time, app_id, id;
};
/* Before and behind all ends; 0 ms would be SQL's NULL. */
#define FIRST \
    { \
        1, 0, 0 \
    }
#define LAST ((struct place){ DAY_MS * 365 * 8000, 0, 0 })
static const struct db_column PLACE_COLUMNS[] = {
    DB_COLUMN_TIME(struct place, expire_time),
    DB_COLUMN(struct place, app_id),
    DB_COLUMN(struct place, id),
};

struct plain_order {
    int64_t id, app_id, expire_time;
};
static const struct db_column PLAIN_COLUMNS[] = {
    DB_COLUMN(struct plain_order, id),
    DB_COLUMN(struct plain_order, app_id),
    DB_COLUMN_TIME(struct plain_order, expire_time),
};

struct plain {
    struct place from, to; /* the window: behind `from`, up to and with `to` */
    struct plain_order orders[ORDERS_AT_ONCE];
    size_t count;
};

/* clang-format off */
#define IS_DUE(o) \
    o ".status = " STATE(ORDER_WAITING) " AND " o ".asked_time IS NULL" \
    " AND " o ".expire_time <= UTC_TIMESTAMP(3)"
#define IS_BEHIND(o) \
    "(" o ".expire_time > ? OR (" o ".expire_time = ?" \
    " AND (" o ".app_id > ? OR (" o ".app_id = ? AND " o ".id > ?))))"
#define IS_UP_TO(o) \
    "(" o ".expire_time < ? OR (" o ".expire_time = ?" \
    " AND (" o ".app_id < ? OR (" o ".app_id = ? AND " o ".id <= ?))))"
/* clang-format on */
#define PLACE(p) \
    DB_WHEN((p)->expire_time), DB_WHEN((p)->expire_time), DB_NUM((p)->app_id), \
        DB_NUM((p)->app_id), DB_NUM((p)->id)

/* Where the window ends; PAY_NO_ROW: less than a window is left. */
static enum pay_err window_end(struct db *db, const struct place *from, struct place *to)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT o.expire_time, o.app_id, o.id FROM pay_order o FORCE INDEX (idx_expire)"
        " WHERE " IS_DUE("o") " AND " IS_BEHIND("o")
        " ORDER BY o.expire_time, o.app_id, o.id LIMIT 1 OFFSET " PLAIN_WINDOW;
    /* clang-format on */
    const struct db_param in[] = { PLACE(from) };

    return db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(PLACE_COLUMNS), .row = to });
}

static enum pay_err plain_take(void *arg, void *row)
{
    struct plain *plain = arg;

    if (plain->count < COUNT(plain->orders))
        plain->orders[plain->count++] = *(const struct plain_order *)row;
    return PAY_OK;
}

/* Found without a lock; then those are locked that nobody else has locked. */
static enum pay_err plain_lock(struct db *db, struct plain *plain)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT STRAIGHT_JOIN o.id, o.app_id, o.expire_time"
        "  FROM (SELECT i.id FROM pay_order i FORCE INDEX (idx_expire)"
        "         WHERE " IS_DUE("i") " AND " IS_BEHIND("i") " AND " IS_UP_TO("i")
        "           AND " IS_PLAIN("i")
        "         ORDER BY i.expire_time, i.app_id, i.id LIMIT ?) d"
        "  JOIN pay_order o ON o.id = d.id"
        " WHERE " IS_DUE("o") " FOR UPDATE SKIP LOCKED";
    /* clang-format on */
    const struct db_param in[] = { PLACE(&plain->from), PLACE(&plain->to), DB_NUM(ORDERS_AT_ONCE) };
    struct plain_order row;

    return db_select(db, &(struct db_query){ .sql = SQL,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = DB_SHAPE(PLAIN_COLUMNS),
                                             .row = &row,
                                             .each = plain_take,
                                             .arg = plain });
}

/* With its notification. id: an int64_t. */
static enum pay_err order_close_plain(struct db *db, void *id)
{
    static struct order order;

    enum pay_err err = order_lock(db, *(const int64_t *)id, &order);
    if (err == PAY_OK && order.status == ORDER_WAITING)
        err = order_closed(db, &order);
    return err == PAY_UNKNOWN ? PAY_OK : err;
}

_Static_assert(ORDERS_AT_ONCE == 64, "as many as DB_64 has");

/* All at once. One that got an attempt since it was found stays as it is. Without FORCE the index
 * of states is read, with all orders that wait. */
static enum pay_err close_silently(struct db *db, const int64_t *ids, size_t count)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order FORCE INDEX (PRIMARY)"
        "   SET status = " STATE(ORDER_CLOSED) ", version = version + 1"
        " WHERE id IN (" DB_64("?") ") AND status = " STATE(ORDER_WAITING)
        "   AND " IS_PLAIN("pay_order");
    /* clang-format on */
    struct db_param in[ORDERS_AT_ONCE];

    for (size_t i = 0; i < COUNT(in); i++)
        in[i] = (struct db_param)DB_NUM_AT(&ids[i < count ? i : 0]);
    return count == 0 ? PAY_OK : db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err plain_work(struct db *db, void *arg)
{
    struct plain *plain = arg;
    int64_t silent[ORDERS_AT_ONCE];
    size_t count = 0;

    plain->count = 0;
    enum pay_err err = plain_lock(db, plain);
    for (size_t i = 0; i < plain->count && err == PAY_OK; i++) {
        const struct app *app;
        err = app_by_id(db, plain->orders[i].app_id, &app);
        if (err == PAY_OK && app->notify_closed != 0)
            err = order_close_plain(db, &plain->orders[i].id);
        else
            silent[count++] = plain->orders[i].id;
    }
    return err == PAY_OK ? close_silently(db, silent, count) : err;
}

/* One that cannot be closed has undone the work on all: each by itself. Their error is the work's
 * own when none can. */
static enum pay_err close_singly(struct db *db, struct plain *plain)
{
    enum pay_err err = PAY_OK;
    size_t bad = 0;

    for (size_t i = 0; i < plain->count && err != PAY_DB_AWAY && err != PAY_LOST; i++) {
        err = db_txn(db, order_close_plain, &plain->orders[i].id);
        bad += err != PAY_OK;
        if (err != PAY_OK)
            log_event(LOG_ERROR, "close.order", KN("id", plain->orders[i].id),
                      KV("result", err_name(err)));
    }
    if (err == PAY_DB_AWAY || err == PAY_LOST)
        return err;
    return bad == plain->count ? PAY_FAULT : PAY_OK;
}

/* Behind the last order of a full look; after fewer behind the window. What was left there, since
 * another program held it, is found in the next round. Behind all that is due, from the beginning.
 */
static struct place next_place(const struct plain *plain, bool more)
{
    const struct plain_order *last = &plain->orders[COUNT(plain->orders) - 1];

    if (plain->count == COUNT(plain->orders))
        return (struct place){ last->expire_time, last->app_id, last->id };
    return more ? plain->to : (struct place)FIRST;
}

enum pay_err orders_expire(struct db *db, size_t *count)
{
    static struct plain plain;
    static struct place next = FIRST;

    *count = 0;
    plain.from = next;
    enum pay_err err = window_end(db, &plain.from, &plain.to);
    const bool more = err == PAY_OK;
    if (err == PAY_NO_ROW)
        plain.to = LAST;
    db_end(db);
    if (err == PAY_OK || err == PAY_NO_ROW)
        err = db_txn(db, plain_work, &plain);
    if (err == PAY_FAULT)
        err = close_singly(db, &plain);
    if (err == PAY_OK)
        *count = plain.count;
    /* An order that cannot be closed does not keep the looks in its window. */
    if (err == PAY_OK || err == PAY_FAULT)
        next = next_place(&plain, more);
    return err;
}
