/* mock_bill.c - the gateway's statement of one day (China's) for one of its merchants, asked for
 * piece by piece: payments, then refunds, in the order in which they came on the books.
 *   channel_id, day, after ("": from the beginning)
 * Answered with rows, parted by `;`, and with next, the value for after. A row is
 *   kind,pay_id,channel_order_no,refund_no,channel_refund_no,price,currency,time (in ms)
 * The last piece has no next, but the counts and sums of the whole day. A day that is not over is
 * answered with later. */
#include <string.h>

#include "base/clock.h"
#include "sandbox/mock/mock_payout.h"

#define PIECE_ROWS 40
#define PIECE_BYTES 7000

struct mock_bill {
    int64_t channel_id, from, to;
    char kind; /* P: payments, R: refunds */
    int64_t after;
    int64_t count; /* of the rows written */
    struct text *rows;
};
struct mock_bill_row {
    int64_t id, time;
    struct money price;
    char pay_id[NO_SIZE], channel_order_no[65], refund_no[NO_SIZE], channel_refund_no[65];
    char currency[CURRENCY_SIZE];
};

static bool bill_asked(const struct json *object, struct mock_bill *out)
{
    const char *day = str_or(signed_json_str(object, "day"), "");
    const char *after = str_or(signed_json_str(object, "after"), "P0");
    const struct json *channel = json_member(object, "channel_id");
    char room[32];
    struct text text = TEXT(room);

    text_addf(&text, "%.10sT00:00:00+08:00", day);
    out->channel_id = channel ? json_int(channel) : 0;
    out->kind = *after;
    if (strlen(day) != 10 || !time_parse(room, &out->from))
        return false;
    out->to = out->from + DAY_MS;
    return (*after == 'P' || *after == 'R') && str_to_i64(after + 1, 0, INT64_MAX, &out->after);
}

static enum pay_err bill_row_add(void *arg, void *found)
{
    struct mock_bill *bill = arg;
    const struct mock_bill_row *row = found;

    text_addf(bill->rows, "%s%c,%s,%s,%s,%s,%lld,%s,%lld", bill->count > 0 ? ";" : "", bill->kind,
              row->pay_id, row->channel_order_no, row->refund_no, row->channel_refund_no,
              (long long)row->price.minor, row->currency, (long long)row->time);
    bill->after = row->id;
    bill->count++;
    return PAY_OK;
}

/* clang-format off */
#define PAID_THEN \
    " FROM mock_trade t JOIN merchant_attempt a ON a.pay_id = t.pay_id" \
    " WHERE a.channel_id = ? AND t.status = " STATE(MOCK_PAID) \
    "   AND t.success_time >= ? AND t.success_time < ? AND t.id > ?"
#define BACK_THEN \
    " FROM mock_payout t WHERE t.kind = '" PAYOUT_REFUND "'" \
    "   AND t.channel_id = ? AND t.status = " STATE(PAYOUT_DONE) \
    "   AND t.success_time >= ? AND t.success_time < ? AND t.id > ?"
/* clang-format on */

static enum pay_err bill_rows(struct db *db, struct mock_bill *bill)
{
    static const char SQL_PAID[] =
        "SELECT t.id, t.success_time AS time, t.price, t.pay_id, t.channel_order_no,"
        " '' AS refund_no, '' AS channel_refund_no, t.currency" PAID_THEN " ORDER BY t.id LIMIT ?";
    static const char SQL_BACK[] =
        "SELECT t.id, t.success_time AS time, t.price, t.pay_id, t.channel_order_no,"
        " t.no AS refund_no, t.channel_no AS channel_refund_no, t.currency" BACK_THEN
        " ORDER BY t.id LIMIT ?";
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct mock_bill_row, id),
        DB_COLUMN_TIME(struct mock_bill_row, time),
        DB_COLUMN(struct mock_bill_row, price),
        DB_COLUMN(struct mock_bill_row, pay_id),
        DB_COLUMN(struct mock_bill_row, channel_order_no),
        DB_COLUMN(struct mock_bill_row, refund_no),
        DB_COLUMN(struct mock_bill_row, channel_refund_no),
        DB_COLUMN(struct mock_bill_row, currency),
    };
    static struct mock_bill_row row;
    const struct db_param in[] = {
        DB_NUM(bill->channel_id), DB_WHEN(bill->from), DB_WHEN(bill->to),
        DB_NUM(bill->after),      DB_NUM(PIECE_ROWS),
    };

    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = bill->kind == 'P' ? SQL_PAID : SQL_BACK,
                                          .in = in,
                                          .n = COUNT(in),
                                          .shape = DB_SHAPE(COLUMNS),
                                          .row = &row,
                                          .each = bill_row_add,
                                          .arg = bill });
    db_end(db);
    return err;
}

/* Of the whole day. */
static enum pay_err mock_sums_write(struct db *db, const struct mock_bill *bill,
                                    struct json_text *to)
{
    static const struct {
        const char *name, *sql;
    } SUMS[] = {
        { "payments", "SELECT COUNT(*)" PAID_THEN },
        { "paid", "SELECT CAST(IFNULL(SUM(t.price), 0) AS INTEGER)" PAID_THEN },
        { "refunds", "SELECT COUNT(*)" BACK_THEN },
        { "refunded", "SELECT CAST(IFNULL(SUM(t.price), 0) AS INTEGER)" BACK_THEN },
    };
    const struct db_param in[] = { DB_NUM(bill->channel_id), DB_WHEN(bill->from), DB_WHEN(bill->to),
                                   DB_NUM(0) };
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < COUNT(SUMS) && err == PAY_OK; i++) {
        int64_t sum = 0;
        err = db_number(db, SUMS[i].sql, DB_LIST(in), &sum);
        json_i64(to, SUMS[i].name, sum);
    }
    db_end(db);
    return err;
}

enum pay_err mock_bill_answer(struct db *db, const struct json *object, struct mock_trade *trade,
                              struct json_text *to)
{
    char room[PIECE_BYTES], next[32];
    struct text rows = TEXT(room), next_text = TEXT(next);
    struct mock_bill bill = { .rows = &rows };

    (void)trade;
    if (!bill_asked(object, &bill))
        return PAY_BAD_FIELD;
    json_i64(to, "channel_id", bill.channel_id);
    json_str(to, "day", signed_json_str(object, "day"));
    if (bill.to > clock_now_ms()) {
        json_str(to, "later", "the day is not over");
        return PAY_OK;
    }
    enum pay_err err = bill_rows(db, &bill);
    if (err != PAY_OK || rows.full)
        return err == PAY_OK ? PAY_FAULT : err;
    json_opt(to, "rows", room);
    if (bill.count < PIECE_ROWS && bill.kind == 'R')
        return mock_sums_write(db, &bill, to);
    if (bill.count < PIECE_ROWS) {
        bill.kind = 'R';
        bill.after = 0;
    }
    text_addf(&next_text, "%c%lld", bill.kind, (long long)bill.after);
    json_str(to, "next", next);
    return PAY_OK;
}
