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

static const char LIST[] =
    "SELECT o.no, a.app_key, o.merchant_order_id, o.status, o.price, o.currency,"
    " o.channel_code, o.subject, o.create_time, o.expire_time, o.success_time"
    "  FROM pay_order o JOIN pay_app a ON a.id = o.app_id" LISTED_WHERE("o", "pay_order");
static struct order_listed row;

static const struct listed LISTED = { LIST, NULL, NULL, DB_SHAPE(COLUMNS), &row, sizeof(row) };

const struct listed *orders_listed(void)
{
    return &LISTED;
}
