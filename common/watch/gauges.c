/* gauges.c - each figure from an index, in one statement. */
#include "watch/gauges.h"

#include "notify/notify_state.h"
#include "order/order_state.h"

/* While a task is claimed its next_notify_time is the lease's end, in the future: it is not due. */
#define AGE_OF(column) \
    "COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(" column "), UTC_TIMESTAMP(3)) DIV 1000, 0)"
#define AGE_MS(column) AGE_OF(column) " AS ms"
/* Of an order. Orders never asked about, and the few others, are a range of the index each. */
#define OVERDUE "expire_time <= UTC_TIMESTAMP(3) - INTERVAL 30 SECOND"

enum pay_err gauges_read(struct db *db, struct gauges *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT ready.n + parked.n AS notify_due,"
        "       GREATEST(ready.ms, parked.ms) AS notify_oldest_due_ms,"
        "       parked.n AS notify_parked, ready.ms AS notify_oldest_ready_ms,"
        "       (SELECT COUNT(*) FROM notify_task"
        "         WHERE status = " STATE(NOTIFY_FAILURE) ") AS notify_given_up,"
        "       (SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL) AS alerts_open,"
        "       (SELECT COUNT(*) FROM pay_order FORCE INDEX (idx_expire)"
        "         WHERE status = " STATE(ORDER_WAITING) " AND asked_time IS NULL AND " OVERDUE ")"
        "       + (SELECT COUNT(*) FROM pay_order FORCE INDEX (idx_expire)"
        "         WHERE status = " STATE(ORDER_WAITING) " AND asked_time IS NOT NULL AND " OVERDUE
        "       ) AS orders_overdue,"
        "       (SELECT " AGE_OF("next_sync_time")
        "          FROM pay_order_extension FORCE INDEX (idx_sync)"
        "         WHERE status = " STATE(ATTEMPT_WAITING)
        "           AND next_sync_time <= UTC_TIMESTAMP(3)) AS sync_oldest_due_ms"
        "  FROM (SELECT COUNT(*) AS n, " AGE_MS("next_notify_time")
        "          FROM notify_task FORCE INDEX (idx_due)"
        "         WHERE status = " STATE(NOTIFY_WAITING) " AND lane IN (0, 1)"
        "           AND next_notify_time <= UTC_TIMESTAMP(3)) ready,"
        "       (SELECT COUNT(IF(next_notify_time > UTC_TIMESTAMP(3), 1, NULL)) AS n, "
        AGE_MS("parked_since")
        "          FROM notify_task FORCE INDEX (idx_parked)"
        "         WHERE parked_since IS NOT NULL AND status = " STATE(NOTIFY_WAITING) ") parked";
    /* clang-format on */
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct gauges, notify_due),      DB_COLUMN(struct gauges, notify_oldest_due_ms),
        DB_COLUMN(struct gauges, notify_parked),   DB_COLUMN(struct gauges, notify_oldest_ready_ms),
        DB_COLUMN(struct gauges, notify_given_up), DB_COLUMN(struct gauges, alerts_open),
        DB_COLUMN(struct gauges, orders_overdue),  DB_COLUMN(struct gauges, sync_oldest_due_ms),
    };

    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(COLUMNS), .row = out });
    db_end(db);
    return err;
}
