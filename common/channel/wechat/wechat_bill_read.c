/* wechat_bill_read.c - WeChat Pay's bill of a day's trades: gzip, UTF-8 with a mark, titles, rows
 * with a backtick before each value, titles of sums, sums. A text has `\ ` for a comma and `\n` for
 * a line end. */
#include <string.h>

#include "channel/bill_file.h"
#include "channel/wechat/wechat_bill.h"
#include "io/gunzip.h"

/* clang-format off */
enum { TIME, MERCHANT, WX_NO, OUT_NO, STATUS, CURRENCY, SETTLED, WX_REFUND_NO,
       OUT_REFUND_NO, BACK, BACK_COUPON, REFUND_STATUS, GOODS, FEE, AMOUNT, BACK_ASKED, TITLES };
/* clang-format on */
static const char *const TITLE[TITLES] = {
    [TIME] = "交易时间",
    [MERCHANT] = "商户号",
    [WX_NO] = "微信订单号",
    [OUT_NO] = "商户订单号",
    [STATUS] = "交易状态",
    [CURRENCY] = "货币种类",
    [SETTLED] = "应结订单金额",
    [WX_REFUND_NO] = "微信退款单号",
    [OUT_REFUND_NO] = "商户退款单号",
    [BACK] = "退款金额",
    [BACK_COUPON] = "充值券退款金额",
    [REFUND_STATUS] = "退款状态",
    [GOODS] = "商品名称",
    [FEE] = "手续费",
    [AMOUNT] = "订单金额",
    [BACK_ASKED] = "申请退款金额",
};

/* Sums, each of one column. */
static const struct wechat_sum {
    const char *title;
    int column;
} SUMS[] = {
    { "应结订单总金额", SETTLED }, { "退款总金额", BACK },   { "充值券退款总金额", BACK_COUPON },
    { "手续费总金额", FEE },       { "订单总金额", AMOUNT }, { "申请退款总金额", BACK_ASKED },
};
#define COUNT_TITLE "总交易单数"

struct wechat_bill {
    struct bill_file *file;
    const struct bill_reading *reading;
    const struct wechat_keys *keys;
    struct bill_total *total;
    struct bill_columns columns;
    struct bill_days days;
    int64_t sum[COUNT(SUMS)]; /* thousandths of a fen */
};

static bool wechat_row_begins(const char *line)
{
    return *line == '`' || str_starts(line, COUNT_TITLE);
}

static const char *wechat_said(const struct wechat_bill *b, size_t title)
{
    return bill_value(&b->columns, title);
}

/* ---- a row */

/* A number that is not there is "0" or empty. */
static bool wechat_no_take(char *to, const char *value)
{
    return text_copy(to, BILL_NO_SIZE, str_eq(value, "0") ? "" : value);
}

static bool wechat_numbers_take(const struct wechat_bill *b, struct bill_line *line)
{
    return wechat_no_take(line->channel_order_no, wechat_said(b, WX_NO)) &&
           wechat_no_take(line->order_no, wechat_said(b, OUT_NO)) &&
           wechat_no_take(line->channel_refund_no, wechat_said(b, WX_REFUND_NO)) &&
           wechat_no_take(line->refund_no, wechat_said(b, OUT_REFUND_NO)) &&
           (line->about == BILL_REFUND || *line->refund_no == '\0') &&
           text_copy(line->currency, sizeof(line->currency), wechat_said(b, CURRENCY));
}

/* The price is what the order said, and what was asked back of it. */
static bool wechat_amounts_take(struct wechat_bill *b, struct bill_line *line)
{
    int64_t price, fee, milli;

    for (size_t i = 0; i < COUNT(SUMS); i++)
        if (!bill_yuan(wechat_said(b, (size_t)SUMS[i].column), &milli) ||
            __builtin_add_overflow(b->sum[i], milli, &b->sum[i]))
            return false;
    if (!bill_minor(wechat_said(b, line->about == BILL_REFUND ? BACK_ASKED : AMOUNT), &price) ||
        !bill_yuan(wechat_said(b, FEE), &fee))
        return false;
    line->price = MONEY(price);
    line->fee = bill_rounded(fee);
    return true;
}

/* A payment that was reversed (REVOKED) is a refund. */
static bool wechat_state_take(const struct wechat_bill *b, struct bill_line *line)
{
    static const struct {
        const char *word;
        enum channel_state state;
    } STATES[] = { { "SUCCESS", CHANNEL_SUCCESS },
                   { "PROCESSING", CHANNEL_WAITING },
                   { "CHANGE", CHANNEL_FAILED },
                   { "FAIL", CHANNEL_FAILED } };
    const char *status = wechat_said(b, STATUS), *refund = wechat_said(b, REFUND_STATUS);

    line->about = str_eq(status, "SUCCESS") ? BILL_PAYMENT : BILL_REFUND;
    line->state = CHANNEL_SUCCESS;
    if (line->about == BILL_PAYMENT)
        return true;
    if (!str_eq(status, "REFUND") && !str_eq(status, "REVOKED"))
        return false;
    for (size_t i = 0; i < COUNT(STATES); i++)
        if (str_eq(refund, STATES[i].word)) {
            line->state = STATES[i].state;
            return true;
        }
    return false;
}

static enum pay_err wechat_row_read(struct wechat_bill *b, char *row)
{
    struct bill_line line = { .state = CHANNEL_SUCCESS };

    if (*row != '`')
        return bill_wrong(b->file, "it does not begin with a backtick");
    enum pay_err err = bill_values(b->file, row + 1, &b->columns);
    if (err != PAY_OK)
        return err;
    if (!str_eq(wechat_said(b, MERCHANT), b->keys->mchid))
        return bill_wrong(b->file, "it is of another merchant, %.32s", wechat_said(b, MERCHANT));
    if (!wechat_state_take(b, &line) || !bill_time(wechat_said(b, TIME), &line.time) ||
        !wechat_numbers_take(b, &line) || !wechat_amounts_take(b, &line))
        return bill_wrong(b->file, "a time, a state, a number or an amount is wrong");
    err = bill_day_take(b->file, &b->days, line.time);
    return err == PAY_OK ? bill_line_take(b->file, b->reading, &line, b->total) : err;
}

/* ---- the sums */

static enum pay_err sums_compare(struct wechat_bill *b, const struct bill_columns *sums)
{
    const int64_t lines = b->total->payments + b->total->refunds;
    int64_t count, milli;

    if (!str_to_i64(bill_value(sums, 0), 0, BILL_LINES_MAX, &count) || count != lines)
        return bill_wrong(b->file, "it counts %.20s lines, and there are %lld", bill_value(sums, 0),
                          (long long)lines);
    for (size_t i = 0; i < COUNT(SUMS); i++)
        if (!bill_yuan(bill_value(sums, i + 1), &milli) || milli != b->sum[i])
            return bill_wrong(b->file, "its %s disagrees with the lines", SUMS[i].title);
    return PAY_OK;
}

/* titles is the line of their titles. */
static enum pay_err wechat_sums_read(struct wechat_bill *b, char *titles)
{
    const char *wanted[COUNT(SUMS) + 1] = { COUNT_TITLE };
    struct bill_columns sums = { .titles = wanted, .count = COUNT(wanted), .cut = ",`" };

    for (size_t i = 0; i < COUNT(SUMS); i++)
        wanted[i + 1] = SUMS[i].title;
    enum pay_err err = bill_titles(b->file, titles, &sums);
    if (err != PAY_OK)
        return err;
    char *row = bill_row(b->file, wechat_row_begins);
    if (!row || *row != '`')
        return bill_wrong(b->file, "the sums are missing");
    err = bill_values(b->file, row + 1, &sums);
    return err == PAY_OK ? sums_compare(b, &sums) : err;
}

/* ---- the file */

static enum pay_err wechat_rows_read(struct wechat_bill *b)
{
    char *row = bill_row(b->file, wechat_row_begins);

    b->columns =
        (struct bill_columns){ .titles = TITLE, .count = TITLES, .cut = ",`", .text = GOODS };
    enum pay_err err = row ? bill_titles(b->file, row, &b->columns) : PAY_BAD_BODY;
    while (err == PAY_OK && (row = bill_row(b->file, wechat_row_begins)) &&
           !str_starts(row, COUNT_TITLE))
        err = wechat_row_read(b, row);
    if (err != PAY_OK)
        return err;
    return row ? wechat_sums_read(b, row) : bill_wrong(b->file, "the file ends before the sums");
}

enum pay_err wechat_bill_read(const struct channel_account *account,
                              const struct bill_reading *reading, struct bill_total *out)
{
    struct wechat_bill b = { .reading = reading, .keys = account->keys, .total = out };

    if (!bill_day(reading->day, &b.days.from))
        return PAY_FAULT;
    b.file = bill_file_open(gunzip_open(reading->fd), NULL);
    enum pay_err err = wechat_rows_read(&b);
    if (err == PAY_OK)
        err = bill_days_end(b.file, &b.days);
    if (err == PAY_OK || err == PAY_BAD_BODY)
        err = bill_file_end(b.file, out);
    bill_file_close(&b.file);
    return err;
}
