/* order_row.h - how rows of pay_order and pay_order_extension are read; for the business folders
 * alone. */
#ifndef ORDER_ORDER_ROW_H
#define ORDER_ORDER_ROW_H

#include "order/order.h"

/* Each column costs about a microsecond, so a query reads a part of one list (ORDER_COLUMNS in
 * order.c): what a payment needs (TERMS), what an answer shows (VIEW), or all. */
#define ORDER_BOTH \
    "o.notify_url, o.id, o.price, o.status, o.create_time, o.expire_time, o.refund_price," \
    " o.refunding_price, o.version, o.no, o.merchant_order_id, o.subject, o.body, o.user_id," \
    " o.return_url, o.metadata, o.currency, o.kind"
#define ORDER_TERMS "o.app_id, " ORDER_BOTH
#define ORDER_SHOWN \
    "o.success_time, o.extension_id, o.channel_code, o.channel_order_no, o.query_token," \
    " o.refund_count, o.expire_time <= UTC_TIMESTAMP(3) AS expired"
#define ORDER_VIEW ORDER_BOTH ", " ORDER_SHOWN
#define ORDER_FIELDS_PAID(paid_price) \
    ORDER_TERMS ", " ORDER_SHOWN ", o.channel_id, " paid_price " AS paid_price, o.user_ip," \
                " o.bonus_price"
/* The subselect takes no lock, under FOR UPDATE too: attempts change under their order's lock. */
/* clang-format off */
#define ORDER_FIELDS ORDER_FIELDS_PAID( \
    "(SELECT p.paid_price FROM pay_order_extension p WHERE p.id = o.extension_id)")
/* clang-format on */
#define ORDER_SELECT "SELECT " ORDER_FIELDS " FROM pay_order o"

#define ATTEMPT_BOTH "e.id, e.status, e.no, e.channel_order_no"
#define ATTEMPT_OTHERS \
    "EXISTS (SELECT 1 FROM pay_order_extension n WHERE n.order_id = e.order_id AND n.id <> e.id" \
    " AND n.status = " STATE(ATTEMPT_WAITING) ") AS others"
#define ATTEMPT_TERMS \
    ATTEMPT_OTHERS ", e.order_id, e.channel_id, e.price, e.currency, " ATTEMPT_BOTH
#define ATTEMPT_SHOWN \
    "e.paid_price, e.create_time, e.success_time, e.channel_code, e.display_mode," \
    " e.display_content, IFNULL(e.pay_url, e.display_content) AS pay_url," \
    " e.channel_error_code, e.channel_error_msg"
#define ATTEMPT_VIEW ATTEMPT_BOTH ", " ATTEMPT_SHOWN
#define ATTEMPT_FIELDS ATTEMPT_TERMS ", " ATTEMPT_SHOWN ", e.duplicate_paid"
#define ATTEMPT_SELECT "SELECT " ATTEMPT_FIELDS " FROM pay_order_extension e"

extern const struct db_shape ORDER_SHAPE, ATTEMPT_SHAPE;

/* Both in one row: ORDER_TERMS, ATTEMPT_TERMS; ORDER_VIEW, ATTEMPT_VIEW; or ORDER_FIELDS,
 * ATTEMPT_VIEW. The rest stays 0. */
struct order_attempt {
    struct order order;
    struct attempt attempt;
};
const struct db_shape *terms_shape(void), *view_shape(void), *open_shape(void);

/* One order of `sql`, which begins with ORDER_SELECT: PAY_NOT_FOUND when there is none. */
MUST_USE enum pay_err order_read(struct db *db, const char *sql, const struct db_param *in,
                                 size_t n, struct order *out);
/* One attempt: PAY_NO_ROW when there is none. */
MUST_USE enum pay_err attempt_read(struct db *db, const char *sql, const struct db_param *in,
                                   size_t n, struct attempt *out);

#endif
