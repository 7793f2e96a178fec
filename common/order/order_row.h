/* order_row.h - how rows of pay_order and pay_order_extension are read; for the business folders
 * alone. */
#ifndef ORDER_ORDER_ROW_H
#define ORDER_ORDER_ROW_H

#include "io/db/db_procedure.h"
#include "order/order.h"

/* Each column costs about a microsecond, so a query reads a part of one list (ORDER_COLUMNS in
 * order.c): what a payment needs (TERMS), what an answer shows (VIEW), or all. */
#define ORDER_BOTH \
    "o.notify_url, o.id, o.price, o.status, o.create_time, o.expire_time, o.refund_price," \
    " o.refunding_price, o.version, o.attempts, o.no, o.merchant_order_id, o.subject, o.body," \
    " o.user_id, o.return_url, o.metadata, o.currency, o.kind"
#define ORDER_TERMS "o.app_id, " ORDER_BOTH
#define ORDER_SHOWN \
    "o.success_time, o.extension_id, o.channel_code, o.channel_order_no, o.query_token," \
    " o.refund_count, o.expire_time <= UTC_TIMESTAMP(3) AS expired," \
    " IF(o.extension_id IS NULL, NULL, o.price) AS paid_price, o.latest_ended"
#define ORDER_VIEW ORDER_BOTH ", " ORDER_SHOWN
#define ORDER_FIELDS ORDER_TERMS ", " ORDER_SHOWN ", o.channel_id, o.user_ip, o.bonus_price"
#define ORDER_SELECT "SELECT " ORDER_FIELDS " FROM pay_order o"

#define ATTEMPT_BOTH "e.id, e.status, e.channel_order_no, e.no"
#define CANCEL_WORKS_S "60"
#define ATTEMPT_CANCELLED \
    "IFNULL((e.cancel_time > UTC_TIMESTAMP(3) - INTERVAL " CANCEL_WORKS_S " SECOND) + 1, 0)" \
    " AS cancelled"
#define ATTEMPT_TERMS \
    ATTEMPT_CANCELLED ", e.order_id, e.channel_id, e.price, e.currency, " ATTEMPT_BOTH
#define ATTEMPT_SHOWN \
    "e.create_time, e.channel_code, e.display_mode, e.display_content," \
    " e.paid_price, e.success_time, e.channel_error_code, e.channel_error_msg"
#define ATTEMPT_VIEW ATTEMPT_BOTH ", " ATTEMPT_SHOWN
#define ATTEMPT_FIELDS ATTEMPT_TERMS ", " ATTEMPT_SHOWN ", e.duplicate_paid"
#define ATTEMPT_SELECT "SELECT " ATTEMPT_FIELDS " FROM pay_order_extension e"

/* Of the newest attempt, as its order's row has it. */
#define ATTEMPT_LATEST \
    "o.latest_no AS no, o.latest_create_time AS create_time," \
    " o.latest_channel_code AS channel_code, o.latest_display_mode AS display_mode," \
    " o.latest_display_content AS display_content"

extern const struct db_shape ORDER_SHAPE, ATTEMPT_SHAPE;
extern const struct db_procedure ORDER_LATEST;

/* Both in one row: ORDER_TERMS, ATTEMPT_TERMS; ORDER_VIEW, ATTEMPT_VIEW; ORDER_FIELDS,
 * ATTEMPT_VIEW; or ORDER_VIEW, ATTEMPT_LATEST. The rest stays 0. */
struct order_attempt {
    struct order order;
    struct attempt attempt;
};
const struct db_shape *terms_shape(void), *view_shape(void), *open_shape(void);
const struct db_shape *latest_shape(void);

#define BY_NO " WHERE o.no = ? AND o.app_id = ?"
#define BY_MERCHANT " WHERE o.merchant_order_id = ? AND o.app_id = ?"
#define BY_PAY_ID \
    " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e WHERE e.no = ?) AND o.app_id = ?"
/* Which of its numbers names the order: one of these clauses, with the number and the app's id. */
enum named { NAMED_NO, NAMED_MERCHANT, NAMED_PAY_ID };
/* False: it is no such number. */
MUST_USE bool order_key_read(const struct order_key *key, enum named *named, const char **value);

/* Copies the newest attempt, and how many there are, to the order's row
 * (schema/procedures/order_latest.sql). Inside each transaction that inserts an attempt, ends it or
 * changes what it shows, under the order's lock. Not where a waiting attempt pays its order: the
 * copy says the same before and after. order_open writes the copy itself. */
MUST_USE enum pay_err order_latest_copy(struct db *db, int64_t order_id);

/* One order of `sql`, which begins with ORDER_SELECT: PAY_NOT_FOUND when there is none. */
MUST_USE enum pay_err order_read(struct db *db, const char *sql, const struct db_param *in,
                                 size_t n, struct order *out);
/* The order, locked; inside a transaction. */
MUST_USE enum pay_err order_lock(struct db *db, int64_t id, struct order *out);
/* One attempt: PAY_NO_ROW when there is none. */
MUST_USE enum pay_err attempt_read(struct db *db, const char *sql, const struct db_param *in,
                                   size_t n, struct attempt *out);

#endif
