/* test_clock.c - orders first, then attempts, refunds, tasks and their hosts: every program locks
 * in this order. */
#include "keep/test_clock.h"

#include "app/app.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"

static enum pay_err advance(struct db *db, void *arg)
{
    static const char SQL_ORDERS[] = "UPDATE pay_order"
                                     "   SET expire_time = expire_time - INTERVAL ? SECOND,"
                                     "       asked_time = asked_time - INTERVAL ? SECOND"
                                     " WHERE app_id = ? AND status = " STATE(ORDER_WAITING);
    static const char SQL_ATTEMPTS[] =
        "UPDATE pay_order_extension"
        "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND,"
        "       display_expire_time = display_expire_time - INTERVAL ? SECOND"
        " WHERE order_id IN (SELECT id FROM pay_order WHERE app_id = ?)"
        "   AND status = " STATE(ATTEMPT_WAITING);
    static const char SQL_REFUNDS[] =
        "UPDATE pay_refund"
        "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND"
        " WHERE app_id = ? AND status = " STATE(REFUND_WAITING) " AND claim_token = 0";
    static const char SQL_TASKS[] =
        "UPDATE notify_task"
        "   SET next_notify_time = next_notify_time - INTERVAL ? SECOND"
        " WHERE app_id = ? AND status = " STATE(NOTIFY_WAITING) " AND claim_token = 0";
    /* Otherwise a host that failed five times in a row is still probed by the real clock. */
    static const char SQL_HOSTS[] = "UPDATE notify_endpoint"
                                    "   SET open_until = open_until - INTERVAL ? SECOND"
                                    " WHERE app_id = ? AND open_until IS NOT NULL";
    const struct clock_jump *jump = arg;
    const struct db_param in[] = { DB_NUM(jump->seconds), DB_NUM(jump->app_id) };
    const struct db_param twice[] = { in[0], in[0], in[1] };

    enum pay_err err = nonce_spend(db, jump->app_id, jump->nonce);
    if (err == PAY_OK)
        err = db_exec(db, SQL_ORDERS, DB_LIST(twice), NULL);
    if (err == PAY_OK)
        err = db_exec(db, SQL_ATTEMPTS, DB_LIST(twice), NULL);
    if (err == PAY_OK)
        err = db_exec(db, SQL_REFUNDS, DB_LIST(in), NULL);
    if (err == PAY_OK)
        err = db_exec(db, SQL_TASKS, DB_LIST(in), NULL);
    if (err == PAY_OK)
        err = db_exec(db, SQL_HOSTS, DB_LIST(in), NULL);
    return err;
}

enum pay_err test_clock_advance(struct db *db, const struct clock_jump *jump)
{
    return db_txn(db, advance, (void *)(uintptr_t)jump);
}
