/* order.c - the SQL that finds and lists orders, and how a row becomes a struct order. */
#include "order/order.h"

#include "order/order_row.h"

/* A stretch of a list of columns. */
struct stretch {
    size_t from, count;
};

static const struct db_column ORDER_COLUMNS[] = {
    DB_COLUMN(struct order, app_id),
    DB_COLUMN(struct order, notify_url),
    DB_COLUMN(struct order, id),
    DB_COLUMN(struct order, price),
    DB_COLUMN(struct order, status),
    DB_COLUMN_TIME(struct order, create_time),
    DB_COLUMN_TIME(struct order, expire_time),
    DB_COLUMN(struct order, refund_price),
    DB_COLUMN(struct order, refunding_price),
    DB_COLUMN(struct order, version),
    DB_COLUMN(struct order, attempts),
    DB_COLUMN(struct order, no),
    DB_COLUMN(struct order, merchant_order_id),
    DB_COLUMN(struct order, subject),
    DB_COLUMN(struct order, body),
    DB_COLUMN(struct order, user_id),
    DB_COLUMN(struct order, return_url),
    DB_COLUMN(struct order, metadata),
    DB_COLUMN(struct order, currency),
    DB_COLUMN(struct order, kind),
    DB_COLUMN_TIME(struct order, success_time),
    DB_COLUMN(struct order, extension_id),
    DB_COLUMN(struct order, channel_code),
    DB_COLUMN(struct order, channel_order_no),
    DB_COLUMN(struct order, query_token),
    DB_COLUMN(struct order, refund_count),
    DB_COLUMN(struct order, expired),
    DB_COLUMN(struct order, paid_price),
    DB_COLUMN(struct order, latest_ended),
    DB_COLUMN(struct order, channel_id),
    DB_COLUMN(struct order, user_ip),
    DB_COLUMN(struct order, bonus_price),
};
static const struct stretch ORDER_IN_TERMS = { 0, 20 }, ORDER_IN_VIEW = { 1, 28 },
                            ORDER_WHOLE = { 0, COUNT(ORDER_COLUMNS) };
const struct db_shape ORDER_SHAPE = { ORDER_COLUMNS, COUNT(ORDER_COLUMNS) };

static const struct db_column ATTEMPT_COLUMNS[] = {
    DB_COLUMN(struct attempt, cancelled),
    DB_COLUMN(struct attempt, order_id),
    DB_COLUMN(struct attempt, channel_id),
    DB_COLUMN(struct attempt, price),
    DB_COLUMN(struct attempt, currency),
    DB_COLUMN(struct attempt, id),
    DB_COLUMN(struct attempt, status),
    DB_COLUMN(struct attempt, channel_order_no),
    DB_COLUMN(struct attempt, no),
    DB_COLUMN_TIME(struct attempt, create_time),
    DB_COLUMN(struct attempt, channel_code),
    DB_COLUMN(struct attempt, display_mode),
    DB_COLUMN(struct attempt, display_content),
    DB_COLUMN(struct attempt, paid_price),
    DB_COLUMN_TIME(struct attempt, success_time),
    DB_COLUMN(struct attempt, channel_error_code),
    DB_COLUMN(struct attempt, channel_error_msg),
    DB_COLUMN(struct attempt, duplicate_paid),
};
static const struct stretch ATTEMPT_IN_TERMS = { 0, 9 }, ATTEMPT_IN_VIEW = { 5, 12 },
                            ATTEMPT_IN_ORDER = { 8, 5 };
const struct db_shape ATTEMPT_SHAPE = { ATTEMPT_COLUMNS, COUNT(ATTEMPT_COLUMNS) };

struct pair_shape {
    struct db_column columns[COUNT(ORDER_COLUMNS) + COUNT(ATTEMPT_COLUMNS)];
    struct db_shape shape;
};

/* Both, as of one row. */
static const struct db_shape *pair_shape(struct pair_shape *to, struct stretch of_order,
                                         struct stretch of_attempt)
{
    struct db_column *attempt = to->columns + of_order.count;

    if (to->shape.columns)
        return &to->shape;
    memcpy(to->columns, ORDER_COLUMNS + of_order.from, of_order.count * sizeof(*attempt));
    memcpy(attempt, ATTEMPT_COLUMNS + of_attempt.from, of_attempt.count * sizeof(*attempt));
    for (size_t i = 0; i < of_attempt.count; i++)
        attempt[i].offset += offsetof(struct order_attempt, attempt);
    to->shape = (struct db_shape){ to->columns, of_order.count + of_attempt.count };
    return &to->shape;
}

const struct db_shape *terms_shape(void)
{
    static struct pair_shape shape;

    return pair_shape(&shape, ORDER_IN_TERMS, ATTEMPT_IN_TERMS);
}

const struct db_shape *view_shape(void)
{
    static struct pair_shape shape;

    return pair_shape(&shape, ORDER_IN_VIEW, ATTEMPT_IN_VIEW);
}

const struct db_shape *open_shape(void)
{
    static struct pair_shape shape;

    return pair_shape(&shape, ORDER_WHOLE, ATTEMPT_IN_VIEW);
}

const struct db_shape *latest_shape(void)
{
    static struct pair_shape shape;

    return pair_shape(&shape, ORDER_IN_VIEW, ATTEMPT_IN_ORDER);
}

enum pay_err order_read(struct db *db, const char *sql, const struct db_param *in, size_t n,
                        struct order *out)
{
    enum pay_err err = db_select(
        db, &(struct db_query){ .sql = sql, .in = in, .n = n, .shape = &ORDER_SHAPE, .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err order_lock(struct db *db, int64_t id, struct order *out)
{
    static const char SQL[] = ORDER_SELECT " WHERE o.id = ? FOR UPDATE";
    const struct db_param in[] = { DB_NUM(id) };

    return order_read(db, SQL, DB_LIST(in), out);
}

enum pay_err attempt_read(struct db *db, const char *sql, const struct db_param *in, size_t n,
                          struct attempt *out)
{
    return db_select(db, &(struct db_query){
                             .sql = sql, .in = in, .n = n, .shape = &ATTEMPT_SHAPE, .row = out });
}

bool number_fits(const char *ours, const char *merchants)
{
    return ours ? ulid_is(ours)
                : merchants && str_is(merchants, ALPHA_MERCHANT_NO, 1, MERCHANT_NO_SIZE - 1);
}

bool order_key_read(const struct order_key *key, enum named *named, const char **value)
{
    *named = key->order_no ? NAMED_NO : key->pay_id ? NAMED_PAY_ID : NAMED_MERCHANT;
    *value = key->order_no ? key->order_no : key->pay_id ? key->pay_id : key->merchant_order_id;
    return *named == NAMED_MERCHANT ? number_fits(NULL, *value) : number_fits(*value, NULL);
}

enum pay_err order_find(struct db *db, int64_t app_id, const struct order_key *key, bool lock,
                        struct order *out)
{
    static const char *const SQL[][2] = {
        [NAMED_NO] = { ORDER_SELECT BY_NO, ORDER_SELECT BY_NO " FOR UPDATE" },
        [NAMED_MERCHANT] = { ORDER_SELECT BY_MERCHANT, ORDER_SELECT BY_MERCHANT " FOR UPDATE" },
        [NAMED_PAY_ID] = { ORDER_SELECT BY_PAY_ID, ORDER_SELECT BY_PAY_ID " FOR UPDATE" },
    };
    const char *value;
    enum named named;

    if (!order_key_read(key, &named, &value))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(value), DB_NUM(app_id) };
    return order_read(db, SQL[named][lock], DB_LIST(in), out);
}

static const struct db_column PUBLIC_COLUMNS[] = {
    DB_COLUMN(struct order, status),
    DB_COLUMN(struct order, price),
    DB_COLUMN(struct order, no),
    DB_COLUMN(struct order, currency),
    DB_COLUMN(struct order, subject),
    DB_COLUMN(struct order, return_url),
    DB_COLUMN_TIME(struct order, expire_time),
    DB_COLUMN(struct order, id),
    DB_COLUMN(struct order, app_id),
    DB_COLUMN(struct order, expired),
};

/* An order ends when it is paid, when it is closed, or, still waiting, when it expires. A channel's
 * clock may be ahead: no end is later than the row's last change. */
enum pay_err order_by_token(struct db *db, const char *token, struct order *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT o.status, o.price, o.no, o.currency, o.subject, o.return_url, o.expire_time,"
        "       o.id, o.app_id, o.expire_time <= UTC_TIMESTAMP(3) AS expired"
        "  FROM pay_order o"
        " WHERE o.query_token = ?"
        "   AND CASE o.status WHEN " STATE(ORDER_WAITING) " THEN o.expire_time"
        "                     WHEN " STATE(ORDER_CLOSED) " THEN o.update_time"
        "                     ELSE LEAST(o.success_time, o.update_time) END"
        "       > UTC_TIMESTAMP(3) - INTERVAL 24 HOUR";
    /* clang-format on */

    if (!str_is(token, ALPHA_HEX, TOKEN_SIZE - 1, TOKEN_SIZE - 1))
        return PAY_NOT_FOUND;
    const struct db_param in[] = { DB_STR(token) };
    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(PUBLIC_COLUMNS), .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err order_find_open(struct db *db, int64_t app_id, const char *merchant_order_id,
                             struct order *out, struct attempt *open)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT " ORDER_FIELDS ", " ATTEMPT_VIEW
        "  FROM pay_order o"
        "  LEFT JOIN pay_order_extension e"
        "    ON e.id = (SELECT MAX(x.id) FROM pay_order_extension x"
        "                WHERE x.order_id = o.id AND x.status = " STATE(ATTEMPT_WAITING) ")"
        BY_MERCHANT;
    /* clang-format on */
    static struct order_attempt pair;
    const struct db_param in[] = { DB_STR(merchant_order_id), DB_NUM(app_id) };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = open_shape(), .row = &pair });
    if (err != PAY_OK)
        return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
    *out = pair.order;
    *open = pair.attempt;
    return PAY_OK;
}

/* ---- lists */

/* The index is named: without it the optimizer reads all of an app's orders by number. */
enum pay_err order_list(struct db *db, const struct list_filter *filter, db_each *each, void *arg)
{
    static const char ALL[] = ORDER_SELECT " FORCE INDEX (idx_time)"
                                           " WHERE o.app_id = ?" DB_PAGE("o");
    static const char IN_STATE[] = ORDER_SELECT " FORCE INDEX (idx_state_time)"
                                                " WHERE o.status = ? AND o.app_id = ?" DB_PAGE("o");
    static const char PLACE[] = "SELECT create_time, id FROM pay_order WHERE no = ? AND app_id = ?";
    static struct order row;
    const struct db_list list = { ALL, IN_STATE, PLACE, &ORDER_SHAPE, &row };

    return db_list(db, &list, filter, each, arg);
}
