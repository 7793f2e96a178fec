/* bill_write.c - the two files, as the real ones are written: UTF-8 with a mark, lines ended by
 * \r\n, a backtick before each value. */
#include "sandbox/wechat/bill.h"
#include <string.h>

#define MARK "\xEF\xBB\xBF"
#define FEE_PARTS 6 /* of a thousand */
#define VALUES 29
#define VALUE_SIZE 640

enum { ALL = 1, SUCCESS = 2, REFUND = 4, EACH = ALL | SUCCESS | REFUND };

/* Which columns each kind of bill has. */
static const struct column {
    const char *title;
    int in;
} COLUMNS[VALUES] = {
    { "交易时间", EACH },
    { "公众账号ID", EACH },
    { "商户号", EACH },
    { "特约商户号", EACH },
    { "设备号", EACH },
    { "微信订单号", EACH },
    { "商户订单号", EACH },
    { "用户标识", EACH },
    { "交易类型", EACH },
    { "交易状态", EACH },
    { "付款银行", EACH },
    { "货币种类", EACH },
    { "应结订单金额", EACH },
    { "代金券金额", EACH },
    { "退款申请时间", REFUND },
    { "退款成功时间", REFUND },
    { "微信退款单号", ALL | REFUND },
    { "商户退款单号", ALL | REFUND },
    { "退款金额", ALL | REFUND },
    { "充值券退款金额", ALL | REFUND },
    { "退款类型", ALL | REFUND },
    { "退款状态", ALL | REFUND },
    { "商品名称", EACH },
    { "商户数据包", EACH },
    { "手续费", EACH },
    { "费率", EACH },
    { "订单金额", EACH },
    { "申请退款金额", ALL | REFUND },
    { "费率备注", EACH },
};

/* ---- values */

static void yuan(struct text *to, int64_t fen)
{
    text_addf(to, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)(fen < 0 ? -fen : fen) / 100,
              (long long)(fen < 0 ? -fen : fen) % 100);
}

/* In parts of 0.00001 yuan. */
static void fee(struct text *to, int64_t fen, bool back)
{
    const int64_t parts = fen * FEE_PARTS;

    text_addf(to, "%s%lld.%05lld", back && parts ? "-" : "", (long long)parts / 100000,
              (long long)parts % 100000);
}

static void when(struct text *to, int64_t ms)
{
    if (ms)
        time_add_china(to, ms, ' ');
}

/* Commas and line ends would be taken for the file's own. */
static void words(struct text *to, const char *s)
{
    for (; *s; s++) {
        if (*s == ',')
            text_add(to, "\\ ");
        else if (*s == '\n')
            text_add(to, "\\n");
        else
            text_add_char(to, *s);
    }
}

struct values {
    char at[VALUES][VALUE_SIZE];
    struct text text[VALUES];
};

static void text_put(struct values *v, size_t i, const char *s)
{
    words(&v->text[i], s);
}

static const char *bill_status_of(const struct bill_row *row)
{
    return row->state == MOVE_DONE ? "SUCCESS" : row->state == MOVE_FAILED ? "FAIL" : "PROCESSING";
}

static void refund_values(struct values *v, const struct bill_row *row)
{
    when(&v->text[14], row->refund ? row->time : 0);
    when(&v->text[15], row->done_time);
    text_put(v, 16, row->refund ? row->no : "0");
    text_put(v, 17, row->refund ? row->out_no : "0");
    yuan(&v->text[18], row->back);
    yuan(&v->text[19], 0);
    text_put(v, 20, row->refund ? "ORIGINAL" : "");
    text_put(v, 21, row->refund ? bill_status_of(row) : "");
}

static void values_make(struct values *v, const struct bill_row *row)
{
    const int64_t income = row->refund ? 0 : row->amount;

    for (size_t i = 0; i < VALUES; i++)
        v->text[i] = TEXT(v->at[i]);
    when(&v->text[0], row->time);
    text_put(v, 1, row->app);
    text_put(v, 2, row->merchant);
    text_put(v, 3, "0");
    text_put(v, 5, row->trade_no);
    text_put(v, 6, row->out_trade_no);
    text_put(v, 7, row->buyer);
    text_put(v, 8, row->product);
    text_put(v, 9, row->refund ? "REFUND" : "SUCCESS");
    text_put(v, 10, "OTHERS");
    text_put(v, 11, "CNY");
    yuan(&v->text[12], income);
    yuan(&v->text[13], row->refund ? 0 : row->discount);
    refund_values(v, row);
    text_put(v, 22, row->subject);
    text_put(v, 23, row->marker);
    fee(&v->text[24], row->refund ? row->back : row->amount, row->refund);
    text_put(v, 25, "0.60%");
    yuan(&v->text[26], income);
    yuan(&v->text[27], row->back);
}

/* ---- trades */

static void line_write(const struct values *v, int in, struct text *to)
{
    bool first = true;

    for (size_t i = 0; i < VALUES; i++) {
        if (!(COLUMNS[i].in & in))
            continue;
        text_add(to, first ? "" : ",");
        text_add(to, v ? "`" : "");
        text_add(to, v ? v->at[i] : COLUMNS[i].title);
        first = false;
    }
    text_add(to, "\r\n");
}

static int bill_kind_of(const char *type)
{
    return str_eq(type, "SUCCESS") ? SUCCESS : str_eq(type, "REFUND") ? REFUND : ALL;
}

static void summary_write(int64_t count, int64_t income, int64_t back, struct text *to)
{
    const int64_t sums[] = { income, back, 0 };
    const int64_t net = income - back;

    text_add(to, "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,"
                 "申请退款总金额\r\n");
    text_addf(to, "`%lld", (long long)count);
    for (size_t i = 0; i < COUNT(sums); i++) {
        text_add(to, ",`");
        yuan(to, sums[i]);
    }
    text_add(to, ",`");
    fee(to, net < 0 ? -net : net, net < 0);
    text_add(to, ",`");
    yuan(to, income);
    text_add(to, ",`");
    yuan(to, back);
    text_add(to, "\r\n");
}

bool bill_trades_write(const struct bill *bill, const char *type, struct text *to)
{
    static struct values values;
    const int in = bill_kind_of(type);
    int64_t count = 0, income = 0, back = 0;

    text_add(to, MARK);
    line_write(NULL, in, to);
    for (size_t i = 0; i < bill->count; i++) {
        const struct bill_row *row = &bill->at[i];
        if ((in == SUCCESS && row->refund) || (in == REFUND && !row->refund))
            continue;
        values_make(&values, row);
        line_write(&values, in, to);
        count++;
        income += row->refund ? 0 : row->amount;
        back += row->back;
    }
    summary_write(count, income, back, to);
    return !to->full;
}

/* ---- the flow of funds */

#define OPENING 10000000 /* fen that the account held before the day */

struct flow {
    int64_t balance, count, in, in_fen, out, out_fen;
};

static void flow_line(struct flow *f, const struct bill_row *row, int64_t fen, struct text *to)
{
    const bool income = !row->refund;

    f->count++;
    f->balance += income ? fen : -fen;
    f->in += income;
    f->out += !income;
    f->in_fen += income ? fen : 0;
    f->out_fen += income ? 0 : fen;
    text_add_char(to, '`');
    time_add_china(to, row->refund && row->done_time ? row->done_time : row->time, ' ');
    text_addf(to, ",`%s,`%s%s,`%s,`%s,`%s,`", row->trade_no, row->refund ? "5" : "1",
              row->refund ? row->no : row->trade_no, row->refund ? "退款" : "交易",
              row->refund ? "退款" : "交易", income ? "收入" : "支出");
    yuan(to, fen);
    text_add(to, ",`");
    yuan(to, f->balance);
    text_add(to, ",`system,`");
    words(to, row->refund ? "退款总金额" : "结算总金额");
    text_addf(to, ",`%s\r\n", row->refund ? row->out_no : row->out_trade_no);
}

bool bill_funds_write(const struct bill *bill, struct text *to)
{
    struct flow f = { .balance = OPENING };

    text_add(to, MARK "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
                      "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n");
    for (size_t i = 0; i < bill->count; i++)
        flow_line(&f, &bill->at[i], bill->at[i].refund ? bill->at[i].back : bill->at[i].amount, to);
    text_add(to, "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n");
    text_addf(to, "`%lld,`%lld,`", (long long)f.count, (long long)f.in);
    yuan(to, f.in_fen);
    text_addf(to, ",`%lld,`", (long long)f.out);
    yuan(to, f.out_fen);
    text_add(to, "\r\n");
    return !to->full;
}
