/* test_clock.c - orders first, then attempts, refunds, transfers, tasks and their hosts: every
 * program locks in this order. */
#include "keep/test_clock.h"

#include "app/app.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"

/* clang-format off */
/* Of the app's open rows; one or two columns go back by so much. */
static const struct { const char *sql; int columns; } MOVES[] = {
    { "UPDATE pay_order"
      "   SET expire_time = expire_time - INTERVAL ? SECOND,"
      "       asked_time = asked_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(ORDER_WAITING), 2 },
    { "UPDATE pay_order_extension"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND,"
      "       display_expire_time = display_expire_time - INTERVAL ? SECOND"
      " WHERE order_id IN (SELECT id FROM pay_order WHERE app_id = ?)"
      "   AND status = " STATE(ATTEMPT_WAITING), 2 },
    { "UPDATE pay_refund"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(REFUND_WAITING) " AND claim_token = 0", 1 },
    { "UPDATE pay_transfer"
      "   SET next_sync_time = next_sync_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status IN " STATE_IN(TRANSFER_OPEN) " AND claim_token = 0", 1 },
    { "UPDATE notify_task"
      "   SET next_notify_time = next_notify_time - INTERVAL ? SECOND"
      " WHERE app_id = ? AND status = " STATE(NOTIFY_WAITING) " AND claim_token = 0", 1 },
    /* Otherwise a host that failed five times in a row is still probed by the real clock. */
    { "UPDATE notify_endpoint"
      "   SET open_until = open_until - INTERVAL ? SECOND"
      " WHERE app_id = ? AND open_until IS NOT NULL", 1 },
};
/* clang-format on */

static enum pay_err advance(struct db *db, void *arg)
{
    const struct clock_jump *jump = arg;
    const struct db_param in[] = { DB_NUM(jump->seconds), DB_NUM(jump->app_id) };
    const struct db_param twice[] = { in[0], in[0], in[1] };

    enum pay_err err = nonce_spend(db, jump->app_id, jump->nonce);
    for (size_t i = 0; err == PAY_OK && i < COUNT(MOVES); i++)
        err = MOVES[i].columns == 2 ? db_exec(db, MOVES[i].sql, DB_LIST(twice), NULL)
                                    : db_exec(db, MOVES[i].sql, DB_LIST(in), NULL);
    return err;
}

enum pay_err test_clock_advance(struct db *db, const struct clock_jump *jump)
{
    return db_txn(db, advance, (void *)(uintptr_t)jump);
}
