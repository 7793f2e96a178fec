/* order_row.h - how rows of pay_order and pay_order_extension are read; for files of pay/ alone. */
#ifndef PAY_ORDER_ROW_H
#define PAY_ORDER_ROW_H

#include "pay/order.h"

#define ORDER_FIELDS_PAID(paid_price) \
    "o.id, o.app_id, o.price, o.channel_id, o.status, o.create_time, o.expire_time," \
    " o.success_time, o.extension_id, o.refund_price, o.refunding_price, o.version," \
    " o.expire_time <= UTC_TIMESTAMP(3)," \
    " " paid_price "," \
    " o.no, o.merchant_order_id, o.subject, o.body, o.user_id, o.user_ip, o.notify_url," \
    " o.return_url, o.metadata, o.currency, o.channel_code, o.channel_order_no, o.query_token"
/* The subselect takes no lock, under FOR UPDATE too: attempts change under their order's lock. */
#define ORDER_FIELDS ORDER_FIELDS_PAID( \
    "(SELECT p.paid_price FROM pay_order_extension p WHERE p.id = o.extension_id)")
#define ORDER_SELECT "SELECT " ORDER_FIELDS " FROM pay_order o"
/* Where nothing is paid yet, or the attempts are at hand: paid_price is 0. */
#define ORDER_FIELDS_UNPAID ORDER_FIELDS_PAID("0")

#define ATTEMPT_FIELDS \
    "e.id, e.order_id, e.channel_id, e.status, e.price, e.paid_price, e.duplicate_paid," \
    " e.create_time, e.success_time, e.no, e.channel_code, e.currency, e.display_mode," \
    " e.display_content, e.pay_url, e.channel_order_no, e.channel_error_code, e.channel_error_msg"
#define ATTEMPT_SELECT "SELECT " ATTEMPT_FIELDS " FROM pay_order_extension e"

extern const struct db_shape ORDER_SHAPE, ATTEMPT_SHAPE;

/* Both in one row: ORDER_FIELDS or ORDER_FIELDS_UNPAID, ATTEMPT_FIELDS. */
struct order_attempt { struct order order; struct attempt attempt; };
const struct db_shape *order_attempt_shape(void);

/* One order of `sql`, which begins with ORDER_SELECT: PAY_NOT_FOUND when there is none. */
MUST_USE enum pay_err order_read(struct db *db, const char *sql, const struct db_param *in,
                                 size_t n, struct order *out);
/* One attempt: PAY_NO_ROW when there is none. */
MUST_USE enum pay_err attempt_read(struct db *db, const char *sql, const struct db_param *in,
                                   size_t n, struct attempt *out);

#endif
