/* test_clock.c - orders first, then attempts, refunds, transfers, tasks and their hosts: every
 * program locks in this order. */
#include "keep/test_clock.h"

#include "app/app.h"
#include "base/clock.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"

#define CLAIMS_WAIT_MS 1000
#define CLAIMS_LOOK_MS 20

/* clang-format off */
#define MOVED_ORDERS "pay_order WHERE app_id = ? AND status = " STATE(ORDER_WAITING)
#define MOVED_ATTEMPTS \
    "pay_order_extension WHERE order_id IN (SELECT id FROM pay_order WHERE app_id = ?)" \
    " AND status = " STATE(ATTEMPT_WAITING)
#define MOVED_REFUNDS \
    "pay_refund WHERE app_id = ? AND status = " STATE(REFUND_WAITING) " AND claim_token = 0"
#define MOVED_TRANSFERS \
    "pay_transfer WHERE app_id = ? AND status IN " STATE_IN(TRANSFER_OPEN) " AND claim_token = 0"
#define MOVED_TASKS \
    "notify_task WHERE app_id = ? AND status = " STATE(NOTIFY_WAITING) " AND claim_token = 0"

/* Rows that are due now, and would not be if the times had stayed. */
#define BECAME_DUE(rows, column) \
    "SELECT COUNT(*) FROM " rows " AND " column " <= UTC_TIMESTAMP(3)" \
    " AND " column " > UTC_TIMESTAMP(3) - INTERVAL ? SECOND"

#define TEXT_OF(n) #n
#define NUMBER(n) TEXT_OF(n)
/* 1 when there are too many; no more are counted. */
#define TOO_MANY(rows) \
    "SELECT COUNT(*) FROM (SELECT 1 FROM " rows " LIMIT " NUMBER(CLOCK_ROWS_MAX) ", 1) x"

const char *const CLOCK_MOVED[CLOCK_KINDS] = {
    "orders", "attempts", "refunds", "transfers", "notifications", NULL,
};
/* Of the app's open rows, in the order of CLOCK_MOVED; one to three columns go back by so much. */
static const struct {
    const char *move;
    int columns;
    const char *due, *many;
} MOVES[CLOCK_KINDS] = {
    { "UPDATE pay_order"
      "   SET expire_time = expire_time - INTERVAL ? SECOND,"
      "       asked_time = asked_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(ORDER_WAITING), 2,
      BECAME_DUE(MOVED_ORDERS, "expire_time"), TOO_MANY(MOVED_ORDERS) },
    { "UPDATE pay_order_extension"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND,"
      "       display_expire_time = display_expire_time - INTERVAL ? SECOND,"
      "       cancel_time = cancel_time - INTERVAL ? SECOND"
      " WHERE order_id IN (SELECT id FROM pay_order WHERE app_id = ?)"
      "   AND (status = " STATE(ATTEMPT_WAITING) " OR cancel_time IS NOT NULL)", 3,
      BECAME_DUE(MOVED_ATTEMPTS, "next_sync_time"), TOO_MANY(MOVED_ATTEMPTS) },
    { "UPDATE pay_refund"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(REFUND_WAITING) " AND claim_token = 0", 1,
      BECAME_DUE(MOVED_REFUNDS, "next_sync_time"), TOO_MANY(MOVED_REFUNDS) },
    { "UPDATE pay_transfer"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status IN " STATE_IN(TRANSFER_OPEN) " AND claim_token = 0", 1,
      BECAME_DUE(MOVED_TRANSFERS, "next_sync_time"), TOO_MANY(MOVED_TRANSFERS) },
    { "UPDATE notify_task"
      "   SET next_notify_time = next_notify_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(NOTIFY_WAITING) " AND claim_token = 0", 1,
      BECAME_DUE(MOVED_TASKS, "next_notify_time"), TOO_MANY(MOVED_TASKS) },
    /* Otherwise a host that failed five times in a row is still probed by the real clock. */
    { "UPDATE notify_endpoint"
      "   SET open_until = open_until - INTERVAL ? SECOND"
      " WHERE app_id = ? AND open_until IS NOT NULL", 1, NULL, NULL },
};
/* clang-format on */

static enum pay_err rows_move(struct db *db, struct clock_jump *jump, size_t i)
{
    const struct db_param all[] = { DB_NUM(jump->seconds), DB_NUM(jump->seconds),
                                    DB_NUM(jump->seconds), DB_NUM(jump->app_id) };
    const struct db_param *in = all + 3 - MOVES[i].columns;
    const struct db_param due[] = { all[3], all[0] };

    enum pay_err err = db_exec(db, MOVES[i].move, in, (size_t)MOVES[i].columns + 1, NULL);
    return err == PAY_OK && MOVES[i].due ? db_number(db, MOVES[i].due, DB_LIST(due), &jump->due[i])
                                         : err;
}

static enum pay_err clock_move_work(struct db *db, void *arg)
{
    struct clock_jump *jump = arg;

    enum pay_err err = nonce_spend(db, jump->app_id, jump->nonce);
    for (size_t i = 0; err == PAY_OK && i < COUNT(MOVES); i++)
        err = rows_move(db, jump, i);
    return err;
}

/* What a job has claimed is not moved, and its next time is known only when the job is done: it is
 * given a moment. */
static enum pay_err claims_wait(struct db *db, int64_t app_id)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT (SELECT COUNT(*) FROM notify_task"
        "         WHERE app_id = ? AND status = " STATE(NOTIFY_WAITING) " AND claim_token <> 0)"
        "     + (SELECT COUNT(*) FROM pay_refund"
        "         WHERE app_id = ? AND status = " STATE(REFUND_WAITING) " AND claim_token <> 0)"
        "     + (SELECT COUNT(*) FROM pay_transfer"
        "         WHERE app_id = ? AND status IN " STATE_IN(TRANSFER_OPEN)
        "           AND claim_token <> 0)";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(app_id), DB_NUM(app_id), DB_NUM(app_id) };
    int64_t claimed = 1;
    enum pay_err err = PAY_OK;

    for (int ms = 0; err == PAY_OK && claimed > 0 && ms < CLAIMS_WAIT_MS; ms += CLAIMS_LOOK_MS) {
        err = db_number(db, SQL, DB_LIST(in), &claimed);
        db_end(db);
        if (claimed > 0)
            clock_sleep_ms(CLAIMS_LOOK_MS);
    }
    return err;
}

/* A statement that lasts too long is ended by the database, and would look as if that was away. */
static enum pay_err few_enough(struct db *db, struct clock_jump *jump)
{
    const struct db_param in[] = { DB_NUM(jump->app_id) };
    int64_t beyond = 0;
    enum pay_err err = PAY_OK;

    for (size_t i = 0; err == PAY_OK && beyond == 0 && i < COUNT(MOVES); i++) {
        if (MOVES[i].many)
            err = db_number(db, MOVES[i].many, DB_LIST(in), &beyond);
        jump->over = i;
    }
    db_end(db);
    return err == PAY_OK && beyond > 0 ? PAY_FULL : err;
}

enum pay_err test_clock_advance(struct db *db, struct clock_jump *jump)
{
    enum pay_err err = few_enough(db, jump);

    if (err == PAY_OK)
        err = claims_wait(db, jump->app_id);
    return err == PAY_OK ? db_txn(db, clock_move_work, jump) : err;
}
