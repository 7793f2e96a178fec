/* sandbox_trade.c - see sandbox_trade.h. */
#include "sandbox/core/sandbox_trade.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/ulid.h"

#define TRADES_MAX 1000

/* clang-format off */
#define TRADE_SELECT \
    "SELECT id, status AS state, create_time, expire_time, pay_time, close_time," \
    "       UTC_TIMESTAMP(3) AS now, amount, discount, refunded, channel, merchant, app, product," \
    "       out_trade_no, trade_no, handle, currency, subject, marker, notify_url, return_url," \
    "       buyer, scenario, detail FROM sandbox_trade"
/* clang-format on */

static const struct db_column TRADE_COLUMNS[] = {
    DB_COLUMN(struct sandbox_trade, id),
    DB_COLUMN(struct sandbox_trade, state),
    DB_COLUMN_TIME(struct sandbox_trade, create_time),
    DB_COLUMN_TIME(struct sandbox_trade, expire_time),
    DB_COLUMN_TIME(struct sandbox_trade, pay_time),
    DB_COLUMN_TIME(struct sandbox_trade, close_time),
    DB_COLUMN_TIME(struct sandbox_trade, now),
    DB_COLUMN(struct sandbox_trade, amount),
    DB_COLUMN(struct sandbox_trade, discount),
    DB_COLUMN(struct sandbox_trade, refunded),
    DB_COLUMN(struct sandbox_trade, channel),
    DB_COLUMN(struct sandbox_trade, merchant),
    DB_COLUMN(struct sandbox_trade, app),
    DB_COLUMN(struct sandbox_trade, product),
    DB_COLUMN(struct sandbox_trade, out_trade_no),
    DB_COLUMN(struct sandbox_trade, trade_no),
    DB_COLUMN(struct sandbox_trade, handle),
    DB_COLUMN(struct sandbox_trade, currency),
    DB_COLUMN(struct sandbox_trade, subject),
    DB_COLUMN(struct sandbox_trade, marker),
    DB_COLUMN(struct sandbox_trade, notify_url),
    DB_COLUMN(struct sandbox_trade, return_url),
    DB_COLUMN(struct sandbox_trade, buyer),
    DB_COLUMN(struct sandbox_trade, scenario),
    DB_COLUMN(struct sandbox_trade, detail),
};

enum pay_err sandbox_trade_find(struct db *db, const struct sandbox_trade_key *key,
                                struct sandbox_trade *out)
{
/* clang-format off */
#define TRADE_BY(column) TRADE_SELECT " WHERE " column " = ? AND channel = IFNULL(?, channel)" \
                   " AND merchant = IFNULL(?, merchant) ORDER BY id DESC LIMIT 1"
    static const char BY_NO[] = TRADE_BY("trade_no"), BY_HANDLE[] = TRADE_BY("handle"),
                      BY_OUT_NO[] = TRADE_BY("out_trade_no"),
                      LOCK_NO[] = TRADE_BY("trade_no") " FOR UPDATE",
                      LOCK_HANDLE[] = TRADE_BY("handle") " FOR UPDATE",
                      LOCK_OUT_NO[] = TRADE_BY("out_trade_no") " FOR UPDATE";
    const struct { const char *value, *sql, *locked; } WAYS[] = {
        { key->trade_no, BY_NO, LOCK_NO },
        { key->handle, BY_HANDLE, LOCK_HANDLE },
        { key->out_trade_no, BY_OUT_NO, LOCK_OUT_NO },
    };
    /* clang-format on */
    size_t i = 0;

    while (i < COUNT(WAYS) && *str_or(WAYS[i].value, "") == '\0')
        i++;
    if (i == COUNT(WAYS))
        return PAY_NO_ROW;
    const struct db_param in[] = { DB_STR(WAYS[i].value), DB_OPT(key->channel),
                                   DB_OPT(key->merchant) };
    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = key->lock ? WAYS[i].locked : WAYS[i].sql,
                                          .in = in,
                                          .n = COUNT(in),
                                          .shape = DB_SHAPE(TRADE_COLUMNS),
                                          .row = out });
    if (!key->lock)
        db_end(db);
    return err;
}

enum pay_err sandbox_trade_insert(struct db *db, struct sandbox_trade *trade)
{
    static const char SQL[] =
        "INSERT INTO sandbox_trade (channel, merchant, app, product, out_trade_no, trade_no,"
        " handle, status, amount, discount, currency, subject, marker, notify_url, return_url,"
        " buyer, scenario, detail, create_time, expire_time, pay_time)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?, UTC_TIMESTAMP(3), ?, ?)";
    const struct db_param in[] = {
        DB_STR(trade->channel),      DB_STR(trade->merchant),     DB_STR(trade->app),
        DB_STR(trade->product),      DB_STR(trade->out_trade_no), DB_STR(trade->trade_no),
        DB_STR(trade->handle),       DB_NUM(trade->state),        DB_MONEY(trade->amount),
        DB_MONEY(trade->discount),   DB_STR(trade->currency),     DB_STR(trade->subject),
        DB_STR(trade->marker),       DB_STR(trade->notify_url),   DB_STR(trade->return_url),
        DB_STR(trade->buyer),        DB_STR(trade->scenario),     DB_STR(trade->detail),
        DB_WHEN(trade->expire_time), DB_WHEN(trade->pay_time),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);

    if (err == PAY_OK)
        trade->id = db_last_id(db);
    return err;
}

enum pay_err sandbox_trade_save(struct db *db, const struct sandbox_trade *trade)
{
    static const char SQL[] =
        "UPDATE sandbox_trade SET app = ?, product = ?, trade_no = ?, handle = ?, status = ?,"
        " discount = ?, refunded = ?, subject = ?, marker = ?, notify_url = ?, return_url = ?,"
        " buyer = ?, scenario = ?, detail = ?, expire_time = ?, pay_time = ?, close_time = ?"
        " WHERE id = ?";
    const struct db_param in[] = {
        DB_STR(trade->app),        DB_STR(trade->product),     DB_STR(trade->trade_no),
        DB_STR(trade->handle),     DB_NUM(trade->state),       DB_MONEY(trade->discount),
        DB_MONEY(trade->refunded), DB_STR(trade->subject),     DB_STR(trade->marker),
        DB_STR(trade->notify_url), DB_STR(trade->return_url),  DB_STR(trade->buyer),
        DB_STR(trade->scenario),   DB_STR(trade->detail),      DB_WHEN(trade->expire_time),
        DB_WHEN(trade->pay_time),  DB_WHEN(trade->close_time), DB_NUM(trade->id),
    };
    return db_exec(db, SQL, DB_LIST(in), NULL);
}

void sandbox_number_new(char out[33])
{
    struct text t = text_over(out, 33);
    char day[32];
    struct text date = TEXT(day);
    uint64_t low = 0, high = 0;

    random_bytes(&low, sizeof(low));
    random_bytes(&high, sizeof(high));
    time_add_china(&date, clock_now_ms(), ' ');
    text_addf(&t, "%.4s%.2s%.2s2200%06llu%010llu", day, day + 5, day + 8,
              (unsigned long long)(high % 1000000), (unsigned long long)(low % 10000000000ULL));
}

enum pay_err sandbox_trade_each(struct db *db, const struct sandbox_trade_range *range,
                                db_each *each, void *arg)
{
    static const char SQL[] = TRADE_SELECT
        " WHERE channel = IFNULL(?, channel) AND merchant = IFNULL(?, merchant)"
        "   AND IFNULL(pay_time, create_time) >= IFNULL(?, '1970-01-01')"
        "   AND IFNULL(pay_time, create_time) < IFNULL(?, '9999-01-01')"
        "   AND (? = 0 OR pay_time IS NOT NULL) ORDER BY id DESC LIMIT ?";
    static struct sandbox_trade row;
    const struct db_param in[] = {
        DB_OPT(range->channel), DB_OPT(range->merchant),     DB_WHEN(range->from),
        DB_WHEN(range->to),     DB_NUM(range->paid ? 1 : 0), DB_NUM(TRADES_MAX),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(TRADE_COLUMNS),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}
