/* refund_row.h - how rows of pay_refund are read; for the business folders alone. */
#ifndef REFUND_REFUND_ROW_H
#define REFUND_REFUND_ROW_H

#include "refund/refund.h"

/* A second payment of an attempt has a number of its own, but its channel knows it under the first
 * attempt's. */
#define REFUND_FIELDS \
    "r.id, r.app_id, r.channel_id, r.order_id, r.extension_id, r.status, r.version," \
    " r.create_time, r.success_time, r.sync_times, r.next_sync_time, r.pay_price," \
    " r.refund_price, r.bonus_price, r.no, o.no AS order_no, r.merchant_order_id," \
    " r.merchant_refund_id, r.channel_code, r.currency, r.cause, r.notify_url, r.reason," \
    " r.channel_refund_no, r.channel_error_code, r.channel_error_msg," \
    " IFNULL(f.no, e.no) AS pay_id, e.channel_order_no"
#define REFUND_JOINS \
    " JOIN pay_order o ON o.id = r.order_id" \
    " JOIN pay_order_extension e ON e.id = r.extension_id" \
    " LEFT JOIN pay_order_extension f ON f.id = e.of_id"
#define REFUND_SELECT "SELECT " REFUND_FIELDS " FROM pay_refund r" REFUND_JOINS

extern const struct db_shape REFUND_SHAPE;

/* One refund of `sql`, which begins with REFUND_SELECT: PAY_NO_ROW when there is none. */
MUST_USE enum pay_err refund_read(struct db *db, const char *sql, const struct db_param *in,
                                  size_t n, struct refund *out);

#endif
