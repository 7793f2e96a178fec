/* alipay_bill.c - the bill of a day or a month: its address, which lives for 30 seconds, and its
 * file, a zip of two CSV files in GBK. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "base/clock.h"
#include "io/crypto/sign.h"
#include "io/zip.h"
#include "sandbox/alipay/alipay_csv.h"
#include "sandbox/core/sandbox_gbk.h"
#include "sandbox/core/sandbox_once.h"

#define LIFE_MS 30000
#define BILL_MAX (512 * 1024)
#define MARK_HEX 16
#define CHINA_MS (8 * 3600000)

struct bill {
    const struct alipay_keys *keys;
    char date[11];    /* yyyy-MM-dd, or yyyy-MM */
    int64_t from, to; /* ms */
    bool empty, extra;
    int64_t counts[2];    /* payments, refunds */
    struct money sums[2]; /* what the merchant got, gave back */
    struct text *rows;    /* UTF-8 */
};

static bool bill_days(struct bill *bill)
{
    char first_room[40];
    struct text first = TEXT(first_room);
    const bool month = strlen(bill->date) == 7;

    text_addf(&first, "%s%sT00:00:00+08:00", bill->date, month ? "-01" : "");
    if ((!month && strlen(bill->date) != 10) || !time_parse(first_room, &bill->from))
        return false;
    bill->to = bill->from + DAY_MS;
    if (month) {
        struct time_parts parts;
        time_split(bill->from + CHINA_MS, &parts);
        parts.month++;
        if (parts.month > 12) {
            parts.month = 1;
            parts.year++;
        }
        bill->to = time_join(&parts) - CHINA_MS;
    }
    return true;
}

/* The address's last part: DATE_END_MARK. */
static bool mark_write(const struct alipay_keys *keys, const char *date, int64_t end,
                       struct text *to)
{
    char room[64];
    struct text text = TEXT(room);
    struct mac mac;

    text_addf(&text, "%s_%lld", date, (long long)end);
    if (!sign_hmac_sha256(keys->aes_key, strlen(keys->aes_key), room, text.len, &mac))
        return false;
    text_addf(to, "%s_", room);
    text_add_hex(to, mac.bytes, MARK_HEX / 2);
    return !to->full;
}

/* A bill under the scenario "bill-late" is not there when it is first asked for. */
static enum pay_err late_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM sandbox_trade WHERE channel = ? AND scenario = ?"
        " AND pay_time >= ? AND pay_time < ?";
    struct alipay_call *call = arg;
    struct bill bill = { .date = "" };
    const struct sandbox_once told = { "bill", ALIPAY, call->keys->seller_id, call->scenario };
    int64_t late = 0;
    bool first;

    call->fault = AF_OK;
    if (!text_copy(bill.date, sizeof(bill.date), call->scenario) || !bill_days(&bill))
        return PAY_FAULT;
    const struct db_param in[] = {
        DB_STR(ALIPAY),
        DB_STR(SANDBOX_SCENARIOS[SCENARIO_BILL_LATE].name),
        DB_WHEN(bill.from),
        DB_WHEN(bill.to),
    };
    enum pay_err err = db_number(db, SQL, DB_LIST(in), &late);
    if (err != PAY_OK || late == 0)
        return err;
    err = sandbox_once(db, &told, &first);
    call->fault = first ? AF_NO_BILL : AF_OK;
    return err;
}

/* Alipay's bills lie on a host of their own. */
static void bill_base_add(struct text *to, const struct sandbox_request *in)
{
    static const char API[] = "https://openapi.alipay.com";
    char room[CONFIG_TEXT];
    struct text base = TEXT(room);

    sandbox_base_add(&base, in);
    if (str_starts(room, API))
        text_addf(to, "https://dwbillcenter.alipay.com%s", room + strlen(API));
    else
        text_add(to, room);
}

enum alipay_fault alipay_bill(struct alipay_call *call)
{
    char type[33], url_room[CONFIG_TEXT + 128];
    struct text url = TEXT(url_room);
    struct bill bill = { .date = "" };
    const int64_t now = clock_now_ms();

    if (!alipay_field(call, "bill_type", type, sizeof(type)) ||
        (!str_eq(type, "trade") && !str_eq(type, "signcustomer")))
        return alipay_wrong(call, AF_PARAMETER, "bill_type");
    if (!alipay_field(call, "bill_date", bill.date, sizeof(bill.date)) || !bill_days(&bill))
        return alipay_wrong(call, AF_PARAMETER, "bill_date");
    if (bill.to > now)
        return AF_NO_BILL;
    if (!text_copy(call->scenario, sizeof(call->scenario), bill.date))
        return AF_AWAY;
    enum alipay_fault fault = alipay_txn(call, late_work);
    call->scenario[0] = '\0';
    if (fault != AF_OK)
        return fault;
    bill_base_add(&url, call->in);
    text_add(&url, "/bill/alipay/");
    if (!mark_write(call->keys, bill.date, now + LIFE_MS, &url))
        return AF_AWAY;
    json_str(&call->json, "bill_download_url", url_room);
    return AF_OK;
}

/* ---- the file */

struct bill_row {
    int64_t refund, create_time, done_time;
    struct money amount, discount;
    char trade_no[33], out_trade_no[65], subject[1025], request_no[65], scenario[33];
};

static void row_write(struct bill *bill, const struct bill_row *row)
{
    struct text *to = bill->rows;
    const int64_t sign = row->refund ? -1 : 1;
    const int64_t more = sandbox_plays(row->scenario, SCENARIO_BILL_AMOUNT) && !row->refund;
    const int64_t amount = row->amount.minor + more, got = amount - row->discount.minor;

    csv_add_text(to, row->trade_no);
    csv_add_text(to, row->out_trade_no);
    csv_add_text(to, row->refund ? "退款" : "交易");
    csv_add_text(to, row->subject);
    csv_add_time(to, row->create_time);
    csv_add_time(to, row->done_time);
    text_add(to, "\t,\t,\t,\t,");
    csv_add_text(to, ALIPAY_BUYER_LOGON);
    csv_add_yuan(to, sign * amount);
    csv_add_yuan(to, sign * got);
    text_add(to, "0.00,0.00,0.00,");
    csv_add_yuan(to, sign * row->discount.minor);
    text_add(to, "0.00,\t,0.00,0.00,");
    csv_add_text(to, row->request_no);
    text_add(to, "0.00,0.00,\t\r\n");
    bill->counts[row->refund]++;
    bill->sums[row->refund].minor += sign * got;
}

static enum pay_err row_each(void *arg, void *found)
{
    struct bill *bill = arg;
    const struct bill_row *row = found;
    const bool own_day = row->done_time >= bill->from;

    bill->empty = bill->empty || sandbox_plays(row->scenario, SCENARIO_BILL_EMPTY);
    bill->extra = bill->extra || (sandbox_plays(row->scenario, SCENARIO_BILL_EXTRA) && own_day);
    if (sandbox_plays(row->scenario, SCENARIO_BILL_NEXT_DAY) && !row->refund ? own_day : !own_day)
        return PAY_OK;
    if (sandbox_plays(row->scenario, row->refund ? SCENARIO_BILL_NO_REFUND : SCENARIO_BILL_MISSING))
        return PAY_OK;
    row_write(bill, row);
    return PAY_OK;
}

/* Of the day, and of the day before for "bill-next-day". */
static enum pay_err rows_write(struct db *db, struct bill *bill)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT 0 AS refund, t.create_time, t.pay_time AS done_time, t.amount, t.discount,"
        "       t.trade_no, t.out_trade_no, t.subject, '' AS request_no, t.scenario"
        "  FROM sandbox_trade t WHERE t.channel = 'alipay' AND t.merchant = ?"
        "   AND t.pay_time >= ? - INTERVAL 1 DAY AND t.pay_time < ?"
        " UNION ALL "
        "SELECT 1, m.create_time, m.done_time, m.amount, 0, t.trade_no, t.out_trade_no, t.subject,"
        "       m.out_no, t.scenario FROM sandbox_move m JOIN sandbox_trade t ON t.id = m.trade_id"
        " WHERE m.kind = 'refund' AND m.channel = 'alipay' AND m.merchant = ?"
        "   AND m.status = " STATE(MOVE_DONE) " AND m.done_time >= ? AND m.done_time < ?"
        " ORDER BY done_time";
    /* clang-format on */
    static const struct db_column COLUMNS[] = {
        DB_COLUMN(struct bill_row, refund),         DB_COLUMN_TIME(struct bill_row, create_time),
        DB_COLUMN_TIME(struct bill_row, done_time), DB_COLUMN(struct bill_row, amount),
        DB_COLUMN(struct bill_row, discount),       DB_COLUMN(struct bill_row, trade_no),
        DB_COLUMN(struct bill_row, out_trade_no),   DB_COLUMN(struct bill_row, subject),
        DB_COLUMN(struct bill_row, request_no),     DB_COLUMN(struct bill_row, scenario),
    };
    static struct bill_row row;
    const struct db_param in[] = {
        DB_STR(bill->keys->seller_id), DB_WHEN(bill->from), DB_WHEN(bill->to),
        DB_STR(bill->keys->seller_id), DB_WHEN(bill->from), DB_WHEN(bill->to),
    };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(COLUMNS),
                                                         .row = &row,
                                                         .each = row_each,
                                                         .arg = bill });
    db_end(db);
    return err;
}

static void extra_row(struct bill *bill)
{
    struct bill_row row = { .amount = MONEY(100),
                            .create_time = bill->from,
                            .done_time = bill->from,
                            .out_trade_no = "NOBODY0000000000000000001",
                            .subject = "?" };

    sandbox_number_new(row.trade_no);
    if (bill->extra)
        row_write(bill, &row);
}

static void head_write(const struct bill *bill, const char *what, struct text *to)
{
    text_addf(to, "#支付宝业务%s查询\r\n#账号：[%s0156]\r\n#起始日期：[", what,
              bill->keys->seller_id);
    csv_add_day(to, bill->from);
    text_add(to, "]   终止日期：[");
    csv_add_day(to, bill->to);
    text_addf(to,
              "]\r\n#-----------------------------------------业务%s列表"
              "----------------------------------------\r\n",
              what);
}

static void tail_write(const struct bill *bill, struct text *to)
{
    text_add(to, "#-----------------------------------------业务明细列表结束"
                 "------------------------------------\r\n");
    text_addf(to, "#交易合计：%lld笔，商家实收共", (long long)bill->counts[0]);
    money_add_plain(to, bill->sums[0]);
    text_addf(to, "元，商家优惠共0.00元\r\n#退款合计：%lld笔，商家实收退款共",
              (long long)bill->counts[1]);
    text_add(to, bill->sums[1].minor ? "-" : "");
    money_add_plain(to, MONEY(-bill->sums[1].minor));
    text_add(to, "元，商家优惠退款共0.00元\r\n#导出时间：[");
    csv_add_day(to, clock_now_ms());
    text_add(to, "]\r\n");
}

static const char COLUMNS_LINE[] =
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注\r\n";

/* One file of the archive: its text and its name in GBK. */
static bool file_add(struct zip *zip, const struct bill *bill, const char *tail,
                     const struct text *utf8)
{
    static char names[2][128], content_room[BILL_MAX];
    struct text content = TEXT(content_room), name = TEXT(names[zip->count]);
    char plain_room[128];
    struct text plain = TEXT(plain_room);

    text_addf(&plain, "%s0156_", bill->keys->seller_id);
    for (const char *at = bill->date; *at; at++)
        text_add_n(&plain, at, *at == '-' ? 0 : 1);
    text_add(&plain, tail);
    if (utf8->full || !text_add_gbk(&name, plain_room, plain.len) ||
        !text_add_gbk(&content, utf8->at, utf8->len))
        return false;
    zip_add(zip, name.at, &content);
    return true;
}

static bool zip_write(const struct bill *bill, struct text *to)
{
    static char detail_room[BILL_MAX], sum_room[4096];
    struct text detail = TEXT(detail_room), sum = TEXT(sum_room);
    struct zip zip = { .to = to };

    head_write(bill, "明细", &detail);
    text_add(&detail, COLUMNS_LINE);
    text_add_n(&detail, bill->rows->at, bill->rows->len);
    tail_write(bill, &detail);
    head_write(bill, "汇总", &sum);
    tail_write(bill, &sum);
    return file_add(&zip, bill, "_业务明细.csv", &detail) &&
           file_add(&zip, bill, "_业务明细(汇总).csv", &sum) && zip_end(&zip);
}

/* False: the address was not made here, or its time is over. */
static bool address_read(const struct sandbox_request *in, struct bill *bill)
{
    const char *last = strrchr(in->path, '/') + 1, *mark = strchr(last, '_');
    const char *end_mark = mark ? strchr(mark + 1, '_') : NULL;
    char want_room[128];
    struct text want = TEXT(want_room);
    int64_t end = 0;

    return end_mark && text_copy_n(bill->date, sizeof(bill->date), last, (size_t)(mark - last)) &&
           str_to_i64_n(mark + 1, (size_t)(end_mark - mark - 1), 0, INT64_MAX, &end) &&
           mark_write(bill->keys, bill->date, end, &want) && str_eq(last, want_room) &&
           end >= clock_now_ms() && bill_days(bill);
}

void alipay_bill_file(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static char rows_room[BILL_MAX];
    struct text rows = TEXT(rows_room);
    struct bill bill = { .keys = alipay_keys(in->config), .rows = &rows };

    if (!bill.keys || !address_read(in, &bill)) {
        out->status = 404;
        return;
    }
    enum pay_err err = rows_write(in->db, &bill);
    extra_row(&bill);
    if (bill.empty) { /* its sums are those of its rows */
        text_reset(&rows);
        memset(bill.counts, 0, sizeof(bill.counts));
        memset(bill.sums, 0, sizeof(bill.sums));
    }
    if (err != PAY_OK || rows.full || !zip_write(&bill, out->body)) {
        text_reset(out->body);
        out->status = 503;
        return;
    }
    out->type = "application/zip";
}
