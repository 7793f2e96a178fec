/* refund.c - the SQL that finds and lists refunds, and how a row becomes a struct refund. */
#include "refund/refund.h"

#include "refund/refund_row.h"

static const struct db_column REFUND_COLUMNS[] = {
    DB_COLUMN(struct refund, id),
    DB_COLUMN(struct refund, app_id),
    DB_COLUMN(struct refund, channel_id),
    DB_COLUMN(struct refund, order_id),
    DB_COLUMN(struct refund, extension_id),
    DB_COLUMN(struct refund, status),
    DB_COLUMN(struct refund, version),
    DB_COLUMN_TIME(struct refund, create_time),
    DB_COLUMN_TIME(struct refund, success_time),
    DB_COLUMN(struct refund, sync_times),
    DB_COLUMN_TIME(struct refund, next_sync_time),
    DB_COLUMN(struct refund, pay_price),
    DB_COLUMN(struct refund, refund_price),
    DB_COLUMN(struct refund, bonus_price),
    DB_COLUMN(struct refund, no),
    DB_COLUMN(struct refund, order_no),
    DB_COLUMN(struct refund, merchant_order_id),
    DB_COLUMN(struct refund, merchant_refund_id),
    DB_COLUMN(struct refund, channel_code),
    DB_COLUMN(struct refund, currency),
    DB_COLUMN(struct refund, cause),
    DB_COLUMN(struct refund, notify_url),
    DB_COLUMN(struct refund, reason),
    DB_COLUMN(struct refund, channel_refund_no),
    DB_COLUMN(struct refund, channel_error_code),
    DB_COLUMN(struct refund, channel_error_msg),
    DB_COLUMN(struct refund, pay_id),
    DB_COLUMN(struct refund, channel_order_no),
};
const struct db_shape REFUND_SHAPE = { REFUND_COLUMNS, COUNT(REFUND_COLUMNS) };

enum pay_err refund_read(struct db *db, const char *sql, const struct db_param *in, size_t n,
                         struct refund *out)
{
    return db_select(
        db, &(struct db_query){ .sql = sql, .in = in, .n = n, .shape = &REFUND_SHAPE, .row = out });
}

bool refund_is_automatic(const struct refund *refund)
{
    return str_starts(refund->merchant_refund_id, REFUND_AUTO);
}

enum pay_err refund_find(struct db *db, int64_t app_id, const struct refund_key *key,
                         struct refund *out)
{
    static const char BY_NO[] = REFUND_SELECT " WHERE r.no = ? AND r.app_id = ?";
    static const char BY_MERCHANT[] = REFUND_SELECT
        " WHERE r.merchant_refund_id = ? AND r.app_id = ?";
    const char *value = key->refund_no ? key->refund_no : key->merchant_refund_id;

    if (!number_fits(key->refund_no, key->merchant_refund_id))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(value), DB_NUM(app_id) };
    enum pay_err err = refund_read(db, key->refund_no ? BY_NO : BY_MERCHANT, DB_LIST(in), out);
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err refund_by_id(struct db *db, int64_t id, struct refund *out)
{
    static const char SQL[] = REFUND_SELECT " WHERE r.id = ?";
    const struct db_param in[] = { DB_NUM(id) };

    enum pay_err err = refund_read(db, SQL, DB_LIST(in), out);
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err refund_list_of(struct db *db, int64_t order_id, db_each *each, void *arg)
{
    static const char SQL[] = REFUND_SELECT " WHERE r.order_id = ? ORDER BY r.id DESC LIMIT ?";
    static struct refund row;
    const struct db_param in[] = { DB_NUM(order_id), DB_NUM(ORDER_REFUNDS_MAX) };

    return db_select(db, &(struct db_query){ .sql = SQL,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = &REFUND_SHAPE,
                                             .row = &row,
                                             .each = each,
                                             .arg = arg });
}

/* ---- lists */

/* STRAIGHT_JOIN: the refunds come first, in the order of their index. */
#define LIST_SELECT "SELECT STRAIGHT_JOIN " REFUND_FIELDS " FROM pay_refund r"

enum pay_err refund_list(struct db *db, const struct list_filter *filter, db_each *each, void *arg)
{
    static const char ALL[] = LIST_SELECT " FORCE INDEX (idx_time)" REFUND_JOINS
                                          " WHERE r.app_id = ?" DB_PAGE("r");
    static const char IN_STATE[] = LIST_SELECT " FORCE INDEX (idx_state_time)" REFUND_JOINS
                                               " WHERE r.status = ? AND r.app_id = ?" DB_PAGE("r");
    static const char PLACE[] =
        "SELECT create_time, id FROM pay_refund WHERE no = ? AND app_id = ?";
    static struct refund row;
    const struct db_list list = { ALL, IN_STATE, PLACE, &REFUND_SHAPE, &row };

    return db_list(db, &list, filter, each, arg);
}
