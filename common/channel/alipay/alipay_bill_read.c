/* alipay_bill_read.c - Alipay's bill of a day: a zip of two CSV files in GBK. The one with the
 * trades has a head that names account and day, titles, rows, and the sums:
 *   #账号：[20881234567890120156]
 *   #起始日期：[2026年01月31日 00:00:00]   终止日期：[2026年02月01日 00:00:00]
 *   …
 *   #交易合计：6笔，商家实收共0.06元，商家优惠共0.00元
 *   #退款合计：4笔，商家实收退款共-0.04元，商家优惠退款共0.00元
 * Values are not quoted. A subject or a remark may hold commas and line ends. */
#include <string.h>

#include "channel/alipay/alipay_private.h"
#include "channel/bill_file.h"
#include "io/charset.h"
#include "io/unzip.h"

enum { TRADE_NO, OUT_NO, KIND, SUBJECT, CREATED, DONE, AMOUNT, GOT, REQUEST_NO, FEE, TITLES };
static const char *const TITLE[TITLES] = {
    [TRADE_NO] = "支付宝交易号", [OUT_NO] = "商户订单号",  [KIND] = "业务类型",
    [SUBJECT] = "商品名称",      [CREATED] = "创建时间",   [DONE] = "完成时间",
    [AMOUNT] = "订单金额（元）", [GOT] = "商家实收（元）", [REQUEST_NO] = "退款批次号/请求号",
    [FEE] = "服务费（元）",
};

struct alipay_bill {
    struct bill_file *file;
    const struct bill_reading *reading;
    const struct alipay_keys *keys;
    struct bill_total *total;
    struct bill_columns columns;
    struct bill_days days;
    int64_t got[2]; /* what the merchant got, gave back */
};

/* ---- the archive */

/* …_业务明细.csv, not …_业务明细(汇总).csv; the names are in GBK. */
static bool is_detail(const char *name)
{
    static const char *const SUMMARY[] = { "\xBB\xE3\xD7\xDC", "汇总" };
    const size_t len = strlen(name);

    for (size_t i = 0; i < COUNT(SUMMARY); i++)
        if (strstr(name, SUMMARY[i]))
            return false;
    return len > 4 && str_eq_nocase(name + len - 4, ".csv");
}

static struct bill_file *detail_open(int fd)
{
    const char *why;
    struct source *zip = unzip_open(fd, is_detail, &why);

    return bill_file_open(zip ? charset_from_gbk(zip) : NULL, why);
}

/* A row begins with the trade's number. */
static bool alipay_row_begins(const char *line)
{
    const size_t digits = strspn(line, "0123456789");

    return *line == '#' || (digits >= 16 && (line[digits] == '\t' || line[digits] == ','));
}

/* ---- the head */

/* The next line, and what is behind this beginning of it. */
static const char *line_after(struct alipay_bill *b, const char *begin)
{
    const char *line = bill_row(b->file, NULL);

    if (line && str_starts(line, begin))
        return line + strlen(begin);
    (void)bill_wrong(b->file, line ? "it does not begin with %s" : "the file ends before %s",
                     begin);
    return NULL;
}

static void alipay_day_add(struct text *to, int64_t ms)
{
    char room[32];
    struct text day = TEXT(room);

    time_add_china(&day, ms, ' ');
    text_addf(to, "%.4s年%.2s月%.2s日 %s", room, room + 5, room + 8, room + 11);
}

/* Without config.seller_id no account is known to compare with: app_id names none. The bill is this
 * account's all the same: Alipay's signed answer to this application gave the file's address. */
static enum pay_err alipay_head_read(struct alipay_bill *b)
{
    char room[160];
    struct text days = TEXT(room);
    const char *account, *said;

    alipay_day_add(&days, b->days.from);
    text_add(&days, "]   终止日期：[");
    alipay_day_add(&days, b->days.from + DAY_MS);
    text_add(&days, "]");
    if (!line_after(b, "#支付宝业务明细查询"))
        return PAY_BAD_BODY;
    account = line_after(b, "#账号：[");
    if (!account)
        return PAY_BAD_BODY;
    if (!str_starts(account, b->keys->seller_id))
        return bill_wrong(b->file, "it is the bill of another account, %.20s", account);
    said = line_after(b, "#起始日期：[");
    if (!said)
        return PAY_BAD_BODY;
    if (!str_eq(said, room))
        return bill_wrong(b->file, "it is the bill of another day, %s", said);
    return line_after(b, "#-") ? PAY_OK : PAY_BAD_BODY;
}

static enum pay_err alipay_columns_read(struct alipay_bill *b)
{
    char *line = bill_row(b->file, alipay_row_begins);

    b->columns = (struct bill_columns){
        .titles = TITLE, .count = TITLES, .cut = ",", .text = SUBJECT, .times = 2
    };
    return line ? bill_titles(b->file, line, &b->columns)
                : bill_wrong(b->file, "the file ends before the titles of columns");
}

/* ---- a row */

static const char *alipay_said(const struct alipay_bill *b, size_t title)
{
    return bill_value(&b->columns, title);
}

static bool alipay_numbers_take(const struct alipay_bill *b, struct bill_line *line)
{
    return text_copy(line->channel_order_no, sizeof(line->channel_order_no),
                     alipay_said(b, TRADE_NO)) &&
           text_copy(line->order_no, sizeof(line->order_no), alipay_said(b, OUT_NO)) &&
           text_copy(line->refund_no, sizeof(line->refund_no), alipay_said(b, REQUEST_NO)) &&
           text_copy(line->currency, sizeof(line->currency), "CNY") &&
           (line->about == BILL_REFUND || *line->refund_no == '\0');
}

/* Refunds have negative amounts. A fee is negative where it was taken in some of Alipay's bills:
 * the kind of the row says what it was. */
static bool alipay_amounts_take(struct alipay_bill *b, struct bill_line *line)
{
    const int64_t sign = line->about == BILL_REFUND ? -1 : 1;
    int64_t amount, got, fee;

    if (!bill_minor(alipay_said(b, AMOUNT), &amount) || !bill_minor(alipay_said(b, GOT), &got) ||
        !bill_yuan(alipay_said(b, FEE), &fee) || amount * sign < 0 || got * sign < 0 ||
        got * sign > MONEY_MAX)
        return false;
    b->got[line->about] += got;
    line->price = MONEY(amount * sign);
    line->fee = MONEY(bill_rounded(fee < 0 ? -fee : fee).minor * sign);
    return true;
}

static enum pay_err alipay_row_read(struct alipay_bill *b, char *row)
{
    struct bill_line line = { .state = CHANNEL_SUCCESS };

    enum pay_err err = bill_values(b->file, row, &b->columns);
    if (err != PAY_OK)
        return err;
    line.about = str_eq(alipay_said(b, KIND), "退款") ? BILL_REFUND : BILL_PAYMENT;
    if (line.about == BILL_PAYMENT && !str_eq(alipay_said(b, KIND), "交易"))
        return bill_wrong(b->file, "%s is neither 交易 nor 退款", alipay_said(b, KIND));
    if (!bill_time(alipay_said(b, DONE), &line.time) || !alipay_numbers_take(b, &line) ||
        !alipay_amounts_take(b, &line))
        return bill_wrong(b->file, "a time, a number or an amount is wrong");
    err = bill_day_take(b->file, &b->days, line.time);
    return err == PAY_OK ? bill_line_take(b->file, b->reading, &line, b->total) : err;
}

/* ---- the sums */

/* "6笔，商家实收共0.06元，…": the count and the first amount. */
static bool sums_are(const char *text, const char *between, int64_t count, int64_t minor)
{
    char want_room[96], amount_room[32];
    struct text want = TEXT(want_room), amount = TEXT(amount_room);
    const char *end = strstr(text, "元");
    int64_t found;

    text_addf(&want, "%lld笔，%s", (long long)count, between);
    if (want.full || !end || !str_starts(text, want_room))
        return false;
    text += want.len;
    text_add_n(&amount, text, end > text ? (size_t)(end - text) : 0);
    return !amount.full && bill_minor(amount_room, &found) && found == minor;
}

static enum pay_err alipay_sums_read(struct alipay_bill *b)
{
    const char *paid = line_after(b, "#交易合计：");

    if (!paid)
        return PAY_BAD_BODY;
    if (!sums_are(paid, "商家实收共", b->total->payments, b->got[BILL_PAYMENT]))
        return bill_wrong(b->file, "it disagrees with the %lld payments above",
                          (long long)b->total->payments);
    const char *back = line_after(b, "#退款合计：");
    if (!back)
        return PAY_BAD_BODY;
    if (!sums_are(back, "商家实收退款共", b->total->refunds, b->got[BILL_REFUND]))
        return bill_wrong(b->file, "it disagrees with the %lld refunds above",
                          (long long)b->total->refunds);
    return line_after(b, "#导出时间：[") ? PAY_OK : PAY_BAD_BODY;
}

static enum pay_err alipay_rows_read(struct alipay_bill *b)
{
    enum pay_err err = PAY_OK;
    char *row = NULL;

    while (err == PAY_OK && (row = bill_row(b->file, alipay_row_begins)) && *row != '#')
        err = alipay_row_read(b, row);
    if (err == PAY_OK && (!row || !strstr(row, "列表结束")))
        err = bill_wrong(b->file, "the rows do not end as they must");
    return err;
}

enum pay_err alipay_bill_read(const struct channel_account *account,
                              const struct bill_reading *reading, struct bill_total *out)
{
    static enum pay_err (*const STEPS[])(struct alipay_bill * b) = {
        alipay_head_read, alipay_columns_read, alipay_rows_read, alipay_sums_read
    };
    struct alipay_bill b = { .reading = reading, .keys = account->keys, .total = out };
    enum pay_err err = bill_day(reading->day, &b.days.from) ? PAY_OK : PAY_FAULT;

    b.file = detail_open(reading->fd);
    for (size_t i = 0; i < COUNT(STEPS) && err == PAY_OK; i++)
        err = STEPS[i](&b);
    if (err == PAY_OK)
        err = bill_days_end(b.file, &b.days);
    if (err == PAY_OK || err == PAY_BAD_BODY)
        err = bill_file_end(b.file, out);
    bill_file_close(&b.file);
    return err;
}
