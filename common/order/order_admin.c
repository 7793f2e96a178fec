/* order_admin.c - the SQL that lists orders of all apps. */
#include "order/order_admin.h"

static const struct db_column COLUMNS[] = {
    DB_COLUMN(struct order_listed, order.no),
    DB_COLUMN(struct order_listed, app_key),
    DB_COLUMN(struct order_listed, order.merchant_order_id),
    DB_COLUMN(struct order_listed, order.status),
    DB_COLUMN(struct order_listed, order.price),
    DB_COLUMN(struct order_listed, order.currency),
    DB_COLUMN(struct order_listed, order.channel_code),
    DB_COLUMN(struct order_listed, order.subject),
    DB_COLUMN_TIME(struct order_listed, order.create_time),
    DB_COLUMN_TIME(struct order_listed, order.expire_time),
    DB_COLUMN_TIME(struct order_listed, order.success_time),
};

enum pay_err order_listing(struct db *db, const struct order_listing *want, db_each *each,
                           void *arg)
{
    static const char SQL[] =
        "SELECT o.no, a.app_key, o.merchant_order_id, o.status, o.price, o.currency,"
        " o.channel_code, o.subject, o.create_time, o.expire_time, o.success_time"
        "  FROM pay_order o JOIN pay_app a ON a.id = o.app_id"
        " WHERE (? IS NULL OR a.app_key = ?) AND (? < 0 OR o.status = ?)"
        "   AND (? IS NULL OR o.create_time >= ?) AND (? IS NULL OR o.create_time < ?)"
        "   AND (? IS NULL OR o.id < (SELECT id FROM pay_order WHERE no = ?))"
        " ORDER BY o.id DESC LIMIT ?";
    struct order_listed row;

    if ((want->app_key && !str_is(want->app_key, ALPHA_NONCE, 1, APP_KEY_SIZE - 1)) ||
        (want->after && !ulid_is(want->after)))
        return PAY_NOT_FOUND;
    const struct db_param in[] = {
        DB_OPT(want->app_key), DB_OPT(want->app_key), DB_NUM(want->status), DB_NUM(want->status),
        DB_WHEN(want->from),   DB_WHEN(want->from),   DB_WHEN(want->to),    DB_WHEN(want->to),
        DB_OPT(want->after),   DB_OPT(want->after),   DB_NUM(want->limit),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(COLUMNS),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}
