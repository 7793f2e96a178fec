/* limit_cases.c - the SQL of create and callback as single prepared statements, in one transaction
 * each: what checkout_create and settle ask the database for. */
#include "bench/limit.h"

#include <stdio.h>

#include "base/text.h"
#include "base/ulid.h"
#include "order/order_row.h"

static const char NONE[] = "", NO_JSON[] = "{}";
static const char PAY_URL[] =
    "http://127.0.0.1:20000/mockpay?pay_id=01ARZ3NDEKTSV4RRFFQ69G5FAV"
    "&token=0123456789abcdef0123456789abcdef";
static const char NOTICE[] =
    "{\"type\":\"order.success\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"data\":{\"order_no\":"
    "\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"merchant_order_id\":\"B000000000001\",\"price\":8800,"
    "\"currency\":\"CNY\",\"subject\":\"Blue kettle\",\"status\":\"SUCCESS\",\"create_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"expire_time\":\"2026-01-01T00:00:00.000Z\",\"success_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"channel\":\"mock\","
    "\"channel_order_no\":\"MOCK0000000000000000\","
    "\"paid_price\":8800,\"refund_price\":0,\"refunding_price\":0,\"version\":1,\"app_key\":"
    "\"0123456789abcdef\"}}";
static const char CALLBACK[] =
    "{\"pay_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"channel_order_no\":\"MOCK0000000000000000\","
    "\"status\":\"SUCCESS\",\"price\":8800,\"currency\":\"CNY\",\"success_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"timestamp\":1767225600,\"nonce\":\"0123456789abcdef01234567\","
    "\"sign_type\":\"HMAC-SHA256\",\"sign\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}";

/* ---- create: nonce, order, attempt */

struct made { int64_t id, create_time, expire_time; };
static const struct db_column ORDER_MADE[] = {
    DB_COLUMN(struct made, id), DB_COLUMN_TIME(struct made, create_time),
    DB_COLUMN_TIME(struct made, expire_time),
};
static const struct db_column ATTEMPT_MADE[] = {
    DB_COLUMN(struct made, id), DB_COLUMN_TIME(struct made, create_time),
};

static enum pay_err spend(struct limit *limit)
{
    static const char SQL[] = "INSERT INTO api_nonce (app_id, nonce) VALUES (?, ?)";
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    const struct db_param in[] = { DB_NUM(limit->app_id), DB_STR(nonce) };
    return db_exec(limit->db, SQL, DB_LIST(in), NULL);
}

static enum pay_err open_order(struct limit *limit, struct made *order)
{
    static const char SQL[] =
        "INSERT INTO pay_order (no, app_id, user_id, merchant_order_id, subject, body, notify_url,"
        " return_url, metadata, price, currency, user_ip, query_token, expire_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND)"
        " RETURNING id, create_time, expire_time";
    char no[NO_SIZE], token[TOKEN_SIZE], merchant[48];

    ulid_new(no);
    token_new(token);
    snprintf(merchant, sizeof(merchant), "L%s", no);
    const struct db_param in[] = {
        DB_STR(no), DB_NUM(limit->app_id), DB_OPT(NONE), DB_STR(merchant), DB_STR("Blue kettle"),
        DB_OPT(NONE), DB_OPT(NONE), DB_OPT(NONE), DB_OPT(NONE), DB_NUM(8800), DB_STR("CNY"),
        DB_OPT(NONE), DB_STR(token), DB_NUM(7200),
    };
    return db_select(limit->db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(ORDER_MADE), .row = order });
}

static enum pay_err open_attempt(struct limit *limit, const struct made *order)
{
    static const char SQL[] =
        "INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, user_ip,"
        " channel_extras, display_mode, display_content, pay_url, price, currency, next_sync_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL 10 SECOND)"
        " RETURNING id, create_time";
    char no[NO_SIZE];
    struct made made;

    ulid_new(no);
    const struct db_param in[] = {
        DB_NUM(order->id), DB_STR(no), DB_NUM(limit->channel_id), DB_STR("mock"), DB_OPT(NONE),
        DB_OPT(NONE), DB_STR("redirect"), DB_STR(PAY_URL), DB_STR(PAY_URL), DB_NUM(8800),
        DB_STR("CNY"),
    };
    return db_select(limit->db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(ATTEMPT_MADE), .row = &made });
}

static enum pay_err create_work(struct db *db, void *arg)
{
    struct limit *limit = arg;
    struct made order;

    (void)db;
    enum pay_err err = spend(limit);
    if (err == PAY_OK)
        err = open_order(limit, &order);
    return err == PAY_OK ? open_attempt(limit, &order) : err;
}

static enum pay_err create_once(struct limit *limit)
{
    return db_txn(limit->db, create_work, limit);
}

/* ---- callback: order locked, attempt read, both paid, task, raw row */

static enum pay_err rows_lock(struct limit *limit, struct order *order, struct attempt *attempt)
{
    static const char SQL_ORDER[] =
        ORDER_SELECT
        " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e"
        "                WHERE e.no = ? AND e.channel_id = ?)"
        " FOR UPDATE";
    static const char SQL_ATTEMPT[] = ATTEMPT_SELECT " WHERE e.no = ?";
    char no[NO_SIZE];

    snprintf(no, sizeof(no), "02%024lld", (long long)limit->turn);
    const struct db_param find[] = { DB_STR(no), DB_NUM(limit->channel_id) };
    const struct db_param read[] = { DB_STR(no) };
    enum pay_err err = order_read(limit->db, SQL_ORDER, DB_LIST(find), order);
    return err == PAY_OK ? attempt_read(limit->db, SQL_ATTEMPT, DB_LIST(read), attempt) : err;
}

static enum pay_err paid(struct limit *limit, const struct order *order,
                         const struct attempt *attempt)
{
    static const char SQL[] =
        "UPDATE pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
        "   SET e.status = " STATE(ATTEMPT_SUCCESS) ","
        "       e.paid_price = e.price, e.paid_currency = e.currency,"
        "       e.success_time = ?, e.channel_order_no = ?, e.next_sync_time = NULL,"
        "       o.status = " STATE(ORDER_SUCCESS) ", o.success_time = ?, o.channel_order_no = ?,"
        "       o.channel_user_id = ?,"
        "       o.channel_id = ?, o.channel_code = ?, o.channel_fee_rate = ?,"
        "       o.channel_fee_price = ?, o.extension_id = e.id, o.version = ?"
        " WHERE o.id = ? AND o.status = ? AND e.id = ? AND e.status = ?";
    const int64_t when = 1767225600000;
    char number[32];

    snprintf(number, sizeof(number), "MOCK%016lld", (long long)limit->turn);
    const struct db_param in[] = {
        DB_WHEN(when), DB_STR(number), DB_WHEN(when), DB_STR(number),
        DB_OPT(NONE), DB_NUM(limit->channel_id), DB_STR("mock"), DB_NUM(0), DB_NUM(0),
        DB_NUM(order->version + 1), DB_NUM(order->id), DB_NUM(order->status), DB_NUM(attempt->id),
        DB_NUM(attempt->status),
    };
    int64_t changed = 0;

    enum pay_err err = db_exec(limit->db, SQL, DB_LIST(in), &changed);
    return err == PAY_OK && changed != 2 ? PAY_WRONG_STATE : err;
}

static enum pay_err tell(struct limit *limit, const struct order *order)
{
    static const char SQL[] =
        "INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id,"
        " notify_url, body, max_notify_times, next_notify_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
    char no[NO_SIZE];

    ulid_new(no);
    const struct db_param in[] = {
        DB_STR(no), DB_NUM(limit->app_id), DB_NUM(1), DB_STR("order.success"), DB_NUM(order->id),
        DB_NUM(order->version + 1), DB_STR(order->merchant_order_id),
        DB_STR("http://127.0.0.1:20000/shop/notify/1"), DB_STR(NOTICE), DB_NUM(16),
    };
    return db_exec(limit->db, SQL, DB_LIST(in), NULL);
}

static enum pay_err keep_raw(struct limit *limit, const struct attempt *attempt)
{
    static const char SQL[] =
        "INSERT INTO callback_log (channel_id, kind, remote_address, headers, body, verdict,"
        " extension_id) VALUES (?, ?, ?, ?, ?, ?, ?)";
    const struct db_param in[] = {
        DB_NUM(limit->channel_id), DB_STR("order"), DB_STR("127.0.0.1"), DB_STR(NO_JSON),
        DB_STR(CALLBACK), DB_STR("ACCEPTED"), DB_NUM(attempt->id),
    };
    return db_exec(limit->db, SQL, DB_LIST(in), NULL);
}

static enum pay_err callback_work(struct db *db, void *arg)
{
    static struct order order;
    static struct attempt attempt;
    struct limit *limit = arg;

    (void)db;
    enum pay_err err = rows_lock(limit, &order, &attempt);
    if (err == PAY_OK)
        err = paid(limit, &order, &attempt);
    if (err == PAY_OK)
        err = tell(limit, &order);
    return err == PAY_OK ? keep_raw(limit, &attempt) : err;
}

static enum pay_err callback_once(struct limit *limit)
{
    return db_txn(limit->db, callback_work, limit);
}

/* ---- the same as one procedure each (schema/procedures/) */

static enum pay_err open_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "CALL order_open(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    const struct limit *limit = arg;
    char nonce[TOKEN_SIZE], no[NO_SIZE], token[TOKEN_SIZE], pay_id[NO_SIZE], merchant[48];
    struct made made;

    token_new(nonce);
    token_new(token);
    ulid_new(no);
    ulid_new(pay_id);
    snprintf(merchant, sizeof(merchant), "L%s", no);
    const struct db_param in[] = {
        DB_NUM(limit->app_id), DB_STR(nonce), DB_STR(no), DB_OPT(NONE), DB_STR(merchant),
        DB_STR("Blue kettle"), DB_OPT(NONE), DB_OPT(NONE), DB_OPT(NONE), DB_OPT(NONE), DB_NUM(8800),
        DB_STR("CNY"), DB_OPT(NONE), DB_STR(token), DB_NUM(7200), DB_STR(pay_id),
        DB_NUM(limit->channel_id), DB_STR("mock"), DB_OPT(NONE), DB_STR("redirect"),
        DB_STR(PAY_URL), DB_STR(PAY_URL),
    };
    return db_call(db, &(struct db_query){
        .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(ORDER_MADE), .row = &made });
}

static enum pay_err open_once(struct limit *limit)
{
    return db_txn(limit->db, open_work, limit);
}

static enum pay_err pay_work(struct db *db, void *arg)
{
    static const char SQL[] = "CALL order_pay(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    const struct limit *limit = arg;
    const int64_t when = 1767225600000;
    char no[NO_SIZE], merchant[32], number[32];

    ulid_new(no);
    snprintf(merchant, sizeof(merchant), "B%lld", (long long)limit->turn);
    snprintf(number, sizeof(number), "MOCK%016lld", (long long)limit->turn);
    const struct db_param in[] = {
        DB_NUM(limit->turn), DB_NUM(1), DB_NUM(limit->turn), DB_WHEN(when),
        DB_STR(number), DB_OPT(NONE), DB_NUM(limit->channel_id), DB_STR("mock"),
        DB_NUM(0), DB_NUM(0), DB_NUM(limit->app_id), DB_STR(merchant), DB_STR(no),
        DB_STR("http://127.0.0.1:20000/shop/notify/1"), DB_STR(NOTICE), DB_NUM(16),
        DB_STR("order"), DB_STR("127.0.0.1"), DB_STR(NO_JSON), DB_STR(CALLBACK),
    };
    return db_call(db, &(struct db_query){ .sql = SQL, .in = in, .n = COUNT(in) });
}

static enum pay_err pay_once(struct limit *limit)
{
    return db_txn(limit->db, pay_work, limit);
}

const struct limit_case LIMIT_CASES[] = {
    { "create-statements", create_once },
    { "create-procedure", open_once },
    { "callback-statements", callback_once },
    { "callback-procedure", pay_once },
};
const size_t LIMIT_CASES_COUNT = sizeof(LIMIT_CASES) / sizeof(LIMIT_CASES[0]);
