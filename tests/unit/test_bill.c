/* test_bill.c - reading the bills of Alipay and WeChat Pay: what the lines say, texts that hold the
 * file's own marks, and everything that may be wrong with a file. */
#include "tests/unit/unit.h"

#include <sys/mman.h>
#include <unistd.h>
#include "base/clock.h"
#include "channel/alipay/alipay_private.h"
#include "channel/bill.h"
#include "channel/mock/mock_private.h"
#include "channel/wechat/wechat_bill.h"
#include "io/gzip.h"
#include "io/zip.h"
#include "sandbox/core/sandbox_gbk.h"
#include "tests/unit/bill_deflated.h"

#define FILE_ROOM 65536
#define DAY "2026-01-31"
#define PAID_MS INT64_C(1769817605000) /* 2026-01-31 08:00:05 +08:00 */

/* ---- a file, and what was read of it */

static int file_of(const void *at, size_t len)
{
    int fd = memfd_create("bill", MFD_CLOEXEC);

    assert_true(fd >= 0 && write(fd, at, len) == (ssize_t)len);
    return fd;
}

struct lines {
    struct bill_line at[8];
    size_t count;
    enum pay_err answer;
};

static enum pay_err line_keep(void *arg, const struct bill_line *line)
{
    struct lines *lines = arg;

    if (lines->count < COUNT(lines->at))
        lines->at[lines->count] = *line;
    lines->count++;
    return lines->answer;
}

typedef enum pay_err bill_reader(const struct channel_account *account,
                                 const struct bill_reading *reading, struct bill_total *out);

static struct alipay_keys alipay_own = { .seller_id = "2088102177846880" };
static struct wechat_keys wechat_own = { .mchid = "1900000109" };

static enum pay_err reading_of(bill_reader *read, const void *keys, int fd, struct lines *lines,
                               struct bill_total *total)
{
    const struct channel_account account = { .id = 7, .keys = keys };
    const struct bill_reading reading = { .fd = fd, .day = DAY, .each = line_keep, .arg = lines };

    *total = (struct bill_total){ .payments = 0 };
    enum pay_err err = read(&account, &reading, total);
    close(fd);
    return err;
}

/* ---- the texts */

#define A_TITLES(text, last) \
    "支付宝交易号,商户订单号,业务类型," text ",创建时间,完成时间,门店编号,门店名称,操作员,终端号," \
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）," \
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）," \
    "退款批次号/请求号,服务费（元）,分润（元）," last "\r\n"
#define A_HEAD \
    "#支付宝业务明细查询\r\n#账号：[20881021778468800156]\r\n" \
    "#起始日期：[2026年01月31日 00:00:00]   终止日期：[2026年02月01日 00:00:00]\r\n" \
    "#-----------------------------------------业务明细列表--------------------------\r\n" A_TITLES( \
        "商品名称", "备注")
#define A_MORE "\t,\t,\t,\t,*庚辰(182****01)\t,"
#define A_ONE \
    "2026013122001400000000000001\t,01J0EXAMP00000000000000002\t,交易\t,蓝水壶," \
    "2026-01-31 08:00:00,2026-01-31 08:00:05," A_MORE \
    "88.00,87.99,0.00,0.00,0.00,0.01,0.00,,0.00\t,0.00,\t,-0.53,0.00,备注\r\n"
#define A_TWO \
    "2026013122001400000000000002\t,QD_7\t,交易\t,灯,2026-01-31 23:59:00,2026-01-31 23:59:59," A_MORE \
    "0.10,0.10,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,\r\n"
#define A_BACK \
    "2026013122001400000000000001\t,01J0EXAMP00000000000000002\t,退款\t,蓝水壶," \
    "2026-01-31 08:00:00,2026-01-31 09:00:00," A_MORE \
    "-8.00,-8.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,01J0EXAMP00000000000000003\t,0.05,0.00,\r\n"
#define A_TAIL \
    "#-----------------------------------------业务明细列表结束---------------------\r\n" \
    "#交易合计：2笔，商家实收共88.09元，商家优惠共0.01元\r\n" \
    "#退款合计：1笔，商家实收退款共-8.00元，商家优惠退款共0.00元\r\n" \
    "#导出时间：[2026年02月01日 05:46:49]\r\n"
#define A_BILL A_HEAD A_ONE A_TWO A_BACK A_TAIL

#define W_HEAD \
    "\xEF\xBB\xBF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识," \
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额," \
    "充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"
#define W_OWN ",`wx01,`1900000109,`0,`,`"
#define W_ONE \
    "`2026-01-31 08:00:05" W_OWN "4200000000000000000000000001,`01J0EXAMP00000000000000002,`oUp," \
    "`NATIVE,`SUCCESS,`OTHERS,`CNY,`87.99,`0.01,`0,`0,`0.00,`0.00,`,`,`蓝水壶,`,`0.52800,`0.60%," \
    "`88.00,`0.00,`\r\n"
#define W_TWO \
    "`2026-01-31 23:59:59" W_OWN \
    "4200000000000000000000000002,`QD_7,`oUp,`NATIVE,`SUCCESS,`OTHERS," \
    "`CNY,`0.10,`0.00,`0,`0,`0.00,`0.00,`,`,`灯,`,`0.00060,`0.60%,`0.10,`0.00,`\r\n"
#define W_BACK \
    "`2026-01-31 09:00:00" W_OWN "4200000000000000000000000001,`01J0EXAMP00000000000000002,`oUp," \
    "`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000000000000000000000001," \
    "`01J0EXAMP00000000000000003,`8.00,`0.00,`ORIGINAL,`PROCESSING,`蓝水壶,`,`-0.04800,`0.60%,`0.00," \
    "`8.00,`\r\n"
#define W_TITLES \
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
#define W_TAIL W_TITLES "`3,`88.09,`8.00,`0.00,`0.48060,`88.10,`8.00\r\n"
#define W_BILL W_HEAD W_ONE W_TWO W_BACK W_TAIL

#define M_BILL \
    "bill,7," DAY "\n" \
    "P,01J0EXAMP00000000000000002,MOCK1,,,8800,CNY,1769817605000\n" \
    "P,QD_7,MOCK2,,,10,CNY,1769875199999\n" \
    "R,01J0EXAMP00000000000000002,MOCK1,01J0EXAMP00000000000000003,MOCK3,800,CNY,1769821200000\n" \
    "sums,2,8810,1,800\n"

/* An archive of the text in GBK, and of its summary. */
static int alipay_file(const char *text, size_t len)
{
    static char room[2 * FILE_ROOM], gbk_room[FILE_ROOM];
    struct text to = TEXT(room), gbk = TEXT(gbk_room);
    struct zip zip = { .to = &to };

    assert_true(text_add_gbk(&gbk, text, len));
    zip_add(&zip, "2088_20260131_\xD2\xB5\xCE\xF1.csv", &gbk);
    zip_add(&zip, "2088_20260131_(\xBB\xE3\xD7\xDC).csv", &gbk);
    assert_true(zip_end(&zip));
    return file_of(to.at, to.len);
}

static int wechat_file(const char *text, size_t len)
{
    static char room[FILE_ROOM];
    struct text to = TEXT(room);

    assert_int_equal(gzip_add(text, len, &to), PAY_OK);
    return file_of(to.at, to.len);
}

static int mock_file(const char *text, size_t len)
{
    return file_of(text, len);
}

static const struct family {
    const char *name, *bill;
    bill_reader *read;
    const void *keys;
    int (*file)(const char *text, size_t len);
} ALIPAY_BILLS = { "alipay", A_BILL, alipay_bill_read, &alipay_own, alipay_file },
  WECHAT_BILLS = { "wechat", W_BILL, wechat_bill_read, &wechat_own, wechat_file },
  MOCK_BILLS = { "mock", M_BILL, mock_bill_read, NULL, mock_file };

/* ---- what a good one says */

static void first_is(const char *name, const struct bill_line *line)
{
    CHECK_TEXT(name, line->order_no, "01J0EXAMP00000000000000002");
    CHECK_TEXT(name, line->refund_no, "");
    CHECK_TEXT(name, line->currency, "CNY");
    CHECK_I64(name, line->about, BILL_PAYMENT);
    CHECK_I64(name, line->time, PAID_MS);
    CHECK_I64(name, line->price.minor, 8800);
    CHECK_I64(name, line->fee.minor, str_eq(name, "mock") ? 0 : 53);
}

static void refund_is(const char *name, const struct bill_line *line)
{
    CHECK_TEXT(name, line->order_no, "01J0EXAMP00000000000000002");
    CHECK_TEXT(name, line->refund_no, "01J0EXAMP00000000000000003");
    CHECK_I64(name, line->about, BILL_REFUND);
    CHECK_I64(name, line->price.minor, 800);
    CHECK_I64(name, line->fee.minor, str_eq(name, "mock") ? 0 : -5);
}

static void read_whole(const struct family *f)
{
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;

    enum pay_err err =
        reading_of(f->read, f->keys, f->file(f->bill, strlen(f->bill)), &lines, &total);
    CHECK_TEXT(f->name, total.why, "");
    CHECK_I64(f->name, err, PAY_OK);
    CHECK_I64(f->name, lines.count, 3);
    first_is(f->name, &lines.at[0]);
    CHECK_TEXT(f->name, lines.at[1].order_no, "QD_7");
    CHECK_I64(f->name, lines.at[1].price.minor, 10);
    refund_is(f->name, &lines.at[2]);
    CHECK_I64(f->name, total.payments, 2);
    CHECK_I64(f->name, total.refunds, 1);
    CHECK_I64(f->name, total.paid, 8810);
    CHECK_I64(f->name, total.refunded, 800);
    CHECK_I64(f->name, strlen(total.hash), 64);
}

static void test_bill_read__says_what_the_lines_say(void **state)
{
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;

    (void)state;
    read_whole(&ALIPAY_BILLS);
    read_whole(&WECHAT_BILLS);
    read_whole(&MOCK_BILLS);
    assert_int_equal(reading_of(wechat_bill_read, &wechat_own, wechat_file(W_BILL, strlen(W_BILL)),
                                &lines, &total),
                     PAY_OK);
    assert_int_equal(lines.at[0].state, CHANNEL_SUCCESS);
    assert_int_equal(lines.at[2].state, CHANNEL_WAITING);
    assert_string_equal(lines.at[2].channel_refund_no, "5030000000000000000000000001");
    assert_int_equal(lines.at[2].number, 4);
}

static void test_bill_read__takes_a_deflated_archive(void **state)
{
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;

    (void)state;
    assert_int_equal(reading_of(alipay_bill_read, &alipay_own, file_of(DEFLATED, sizeof(DEFLATED)),
                                &lines, &total),
                     PAY_OK);
    assert_int_equal(lines.count, 1);
    first_is("deflated", &lines.at[0]);
}

static void test_bill_read__ends_when_the_caller_says_so(void **state)
{
    struct lines lines = { .answer = PAY_DB_AWAY };
    struct bill_total total;

    (void)state;
    assert_int_equal(reading_of(alipay_bill_read, &alipay_own, alipay_file(A_BILL, strlen(A_BILL)),
                                &lines, &total),
                     PAY_DB_AWAY);
    assert_int_equal(lines.count, 1);
}

/* ---- one change of the text */

struct change {
    const struct family *of;
    const char *name, *find, *put; /* find NULL: the text ends before put */
    const char *why;               /* a part of what is said; NULL: it is a good bill */
};

static int changed_file(const struct change *c)
{
    static char room[FILE_ROOM];
    struct text to = TEXT(room);
    const char *bill = c->of->bill, *at = strstr(bill, c->find ? c->find : c->put);

    assert_non_null(at);
    text_add_n(&to, bill, (size_t)(at - bill));
    if (c->find) {
        text_add(&to, c->put);
        text_add(&to, at + strlen(c->find));
    }
    assert_false(to.full);
    return c->of->file(to.at, to.len);
}

#define A &ALIPAY_BILLS
#define W &WECHAT_BILLS
#define M &MOCK_BILLS
static const struct change CHANGES[] = {
    { A, "comma in the subject", "蓝水壶,2026-01-31 08:00:00,2026-01-31 08:00:05",
      "蓝,水,,壶,2026-01-31 08:00:00,2026-01-31 08:00:05", NULL },
    { A, "line end in the subject", "蓝水壶,", "蓝\r\n水\n壶,", NULL },
    { A, "quotes and backticks", "蓝水壶,", "\"蓝`水\"\"壶,", NULL },
    { A, "a time in the subject", "蓝水壶,", "2026-01-31 08:00:00,蓝,", NULL },
    { A, "comma and line end in the remark", "0.00,备注", "0.00,备,注,\r\n了", NULL },
    { A, "tab behind the subject", "蓝水壶,", "蓝水壶\t,", NULL },
    { A, "columns in another order", "分润（元）,备注", "备注,分润（元）", NULL },
    { A, "the subject is the last column", A_TITLES("商品名称", "备注"),
      A_TITLES("备注", "商品名称"), NULL },
    { A, "another account", "#账号：[2088102177846880", "#账号：[2088102177846881",
      "line 2: it is the bill of another account" },
    { A, "another day", "2026年01月31日", "2026年01月30日",
      "line 3: it is the bill of another day" },
    { A, "several days", "2026年02月01日 00:00:00]", "2026年02月02日 00:00:00]",
      "it is the bill of another day" },
    { A, "a row of another day", ",2026-01-31 08:00:05,", ",2026-01-29 08:00:05,",
      "line 6: it is of another day" },
    { A, "a row of the day after", ",2026-01-31 08:00:05,", ",2026-02-01 00:00:00,",
      "line 6: it is of another day" },
    { A, "a row of the day before", ",2026-01-31 08:00:05,", ",2026-01-30 23:59:58,", NULL },
    { A, "a column is missing", "订单金额（元）", "金额（元）",
      "there is no column 订单金额（元）" },
    { A, "another kind", "交易\t,灯", "转账\t,灯", "转账 is neither" },
    { A, "a refund that is no refund's amount", ",-8.00,-8.00", ",8.00,8.00", "line 8: " },
    { A, "a negative payment", ",88.00,87.99", ",-88.00,87.99", "line 6: " },
    { A, "three decimals", ",88.00,87.99", ",88.001,87.99", "line 6: " },
    { A, "an exponent", ",88.00,87.99", ",8e1,87.99", "line 6: " },
    { A, "too much", ",88.00,87.99", ",99999999999.00,87.99", "line 6: " },
    { A, "no time", "2026-01-31 08:00:05", "2026-01-31 24:00:05", "line 6: " },
    { A, "no trade's number", "2026013122001400000000000002\t", "201?01312200140000000\t",
      "it disagrees with the 1 payments above" },
    { A, "a row is missing", A_TWO, "", "it disagrees with the 1 payments above" },
    { A, "a row is twice there", A_TWO, A_TWO A_TWO, "it disagrees with the 3 payments above" },
    { A, "a refund is missing", A_BACK, "", "it disagrees with the 0 refunds above" },
    { A, "another sum", "共88.09元", "共88.10元", "it disagrees with the 2 payments above" },
    { A, "no sum", "共88.09元", "共", "it disagrees with the 2 payments above" },
    { A, "half a row", "\t,-0.53,0.00,备注\r\n", "\r\n", "line 6: it has " },
    { A, "ends within a row", NULL, "0.53,0.00,备注", "the file ends within a line" },
    { A, "ends behind a row", NULL, "2026013122001400000000000002",
      "the rows do not end as they must" },
    { A, "ends before the sums", NULL, "#交易合计", "the file ends before #交易合计" },
    { A, "ends within the sums", NULL, "#退款合计", "the file ends before #退款合计" },
    { A, "ends before its last line", NULL, "#导出时间", "the file ends before #导出时间" },
    { A, "more behind the sums", "05:46:49]\r\n", "05:46:49]\r\n#\r\n",
      "there is more behind the sums" },
    { A, "an error page", "#支付宝业务明细查询", "<!DOCTYPE html><title>出错了</title>",
      "line 1: it does not begin with" },
    { W, "backtick, escaped comma and line end", "蓝水壶", "壶\\ 大`号\\n\"蓝\"", NULL },
    { W, "a comma that is not escaped", "`蓝水壶", "`蓝,水壶", NULL },
    { W, "comma and backtick", "`蓝水壶", "`蓝,`水,`壶", NULL },
    { W, "line end in the subject", "`蓝水壶", "`蓝\r\n水壶", NULL },
    { W, "a payment of the day before", "`2026-01-31 08:00:05", "`2026-01-30 23:59:58", NULL },
    { W, "another merchant's row", "`1900000109", "`1900000108",
      "line 2: it is of another merchant, 1900000108" },
    { W, "another day", "`2026-01-31 08:00:05", "`2026-01-21 08:00:05",
      "line 2: it is of another day" },
    { W, "another state", "`SUCCESS", "`NOTPAY", "line 2: " },
    { W, "another state of a refund", "`PROCESSING", "`PROCESSED", "line 4: " },
    { W, "no currency", "`CNY", "`CNX", "line 2: " },
    { W, "six decimals", "`0.52800", "`0.528000", "line 2: " },
    { W, "a part of a fen", "`88.00,", "`88.00100,", "line 2: " },
    { W, "a column is missing", ",申请退款金额,", ",退款,", "there is no column 申请退款金额" },
    { W, "no backtick", "`2026-01-31 23:59:59", "2026-01-31 23:59:59",
      "it counts 3 lines, and there are 2" },
    { W, "a row is missing", W_TWO, "", "it counts 3 lines, and there are 2" },
    { W, "another sum", "`88.09,", "`88.08,", "its 应结订单总金额 disagrees" },
    { W, "another sum of fees", "`0.48060", "`0.48061", "its 手续费总金额 disagrees" },
    { W, "half a row", "`0.60%,`0.10,`0.00,`\r\n", "\r\n", "line 3: it has " },
    { W, "ends within a row", NULL, "23:59:59", "the file ends within a line" },
    { W, "ends before the sums", NULL, W_TITLES, "the file ends before the sums" },
    { W, "ends within the sums", NULL, "`3,`88.09", "the sums are missing" },
    { W, "more behind the sums", "`88.10,`8.00\r\n", "`88.10,`8.00\r\n`\r\n",
      "there is more behind the sums" },
    { W, "an error page", "交易时间", "<html>", "there is no column 交易时间" },
    { M, "another channel", "bill,7,", "bill,8,", "it is not the bill of this channel and day" },
    { M, "another day", "bill,7,2026-01-31", "bill,7,2026-01-30", "it is not the bill of this" },
    { M, "another kind", "R,01J", "T,01J", "line 4: it is no payment and no refund" },
    { M, "a value too few", "MOCK2,,,10", "MOCK2,,10", "line 3: it is no payment" },
    { M, "a negative price", ",10,CNY", ",-10,CNY", "line 3: it is no payment" },
    { M, "a time of another day", "1769817605000", "1769617605000",
      "line 2: it is of another day" },
    { M, "another sum", "8810", "8811", "the sums disagree with the lines" },
    { M, "ends before the sums", NULL, "sums", "the file ends before the sums" },
    { M, "more behind the sums", "1,800\n", "1,800\n\n", "there is more behind the sums" },
    { W, "a byte that is no UTF-8", "`oUp", "`\xFF", "line 2: it is no text" },
};

static void test_bill_read__finds_each_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CHANGES); i++) {
        const struct change *c = &CHANGES[i];
        struct lines lines = { .answer = PAY_OK };
        struct bill_total total;
        enum pay_err err = reading_of(c->of->read, c->of->keys, changed_file(c), &lines, &total);
        if (!c->why)
            CHECK_TEXT(c->name, total.why, "");
        CHECK_I64(c->name, err, c->why ? PAY_BAD_BODY : PAY_OK);
        if (!c->why)
            CHECK_I64(c->name, lines.count, 3);
        if (c->why && !strstr(total.why, c->why))
            fail_msg("%s: got '%s', want '%s'", c->name, total.why, c->why);
    }
}

/* ---- files that are none */

static void test_bill_read__refuses_what_is_no_file_of_its_kind(void **state)
{
    static const struct {
        const struct family *of;
        const char *name, *bytes;
        size_t len;
        const char *why;
    } FILES[] = {
        { A, "empty", "", 0, "it is no zip archive" },
        { A, "a page", "<html>no</html>", 15, "it is no zip archive" },
        { A, "half an archive", (const char *)DEFLATED, sizeof(DEFLATED) / 2,
          "it is no zip archive" },
        { W, "empty", "", 0, "the gzip file is cut short" },
        { W, "a page", "<html>no</html>", 15, "it is no gzip file, or a damaged one" },
        { W, "plain", W_BILL, sizeof(W_BILL) - 1, "it is no gzip file, or a damaged one" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(FILES); i++) {
        struct lines lines = { .answer = PAY_OK };
        struct bill_total total;
        enum pay_err err = reading_of(FILES[i].of->read, FILES[i].of->keys,
                                      file_of(FILES[i].bytes, FILES[i].len), &lines, &total);
        CHECK_I64(FILES[i].name, err, PAY_BAD_BODY);
        CHECK_TEXT(FILES[i].name, total.why, FILES[i].why);
        CHECK_I64(FILES[i].name, lines.count, 0);
    }
}

/* A good file whose byte at this place is another one, or that ends there. */
static void broken_is(const struct family *f, size_t at, bool ends, const char *why)
{
    static char room[FILE_ROOM];
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;
    int good = f->file(f->bill, strlen(f->bill));
    const ssize_t len = pread(good, room, sizeof(room), 0);

    close(good);
    assert_true(len > 0);
    if (at > (size_t)len)
        at = (size_t)len - (SIZE_MAX - at);
    room[at] = (char)~room[at];
    enum pay_err err =
        reading_of(f->read, f->keys, file_of(room, ends ? at : (size_t)len), &lines, &total);
    CHECK_I64(f->name, err, PAY_BAD_BODY);
    if (!strstr(total.why, why))
        fail_msg("%s at %zu: got '%s', want '%s'", f->name, at, total.why, why);
}

static void test_bill_read__refuses_damaged_archives(void **state)
{
    (void)state;
    broken_is(W, 100, false, "");
    broken_is(W, 100, true, "the gzip file is cut short");
    broken_is(W, SIZE_MAX - 6, false, "it is no gzip file, or a damaged one"); /* its CRC */
    broken_is(A, 900, false, ""); /* its CRC, if not its text */
    broken_is(A, 14, false, "");
    broken_is(A, SIZE_MAX - 30, true, "it is no zip archive");
}

static void test_bill_read__refuses_another_charset(void **state)
{
    static char room[2 * FILE_ROOM], text[FILE_ROOM];
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;
    const char *const names[] = { "UTF-8 in place of GBK", "a byte that is no GBK" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct text to = TEXT(room), content = TEXT(text);
        struct zip zip = { .to = &to };
        text_add(&content, i == 0 ? A_BILL : "#\xD6\xA7\xFF\xFF\r\n");
        zip_add(&zip, "x.csv", &content);
        assert_true(zip_end(&zip));
        enum pay_err err =
            reading_of(alipay_bill_read, &alipay_own, file_of(to.at, to.len), &lines, &total);
        CHECK_I64(names[i], err, PAY_BAD_BODY);
        CHECK(names[i], *total.why);
    }
    assert_string_equal(total.why, "the text is not in GBK");
}

static void test_bill_read__takes_one_file_of_an_archive(void **state)
{
    static char room[2 * FILE_ROOM], text[FILE_ROOM];
    struct lines lines = { .answer = PAY_OK };
    struct bill_total total;

    (void)state;
    for (int files = 0; files <= 2; files += 2) {
        struct text to = TEXT(room), content = TEXT(text);
        struct zip zip = { .to = &to };
        zip_add(&zip, "\xBB\xE3\xD7\xDC.csv", &content);
        for (int i = 0; i < files; i++)
            zip_add(&zip, "x.csv", &content);
        assert_true(zip_end(&zip));
        assert_int_equal(
            reading_of(alipay_bill_read, &alipay_own, file_of(to.at, to.len), &lines, &total),
            PAY_BAD_BODY);
        assert_string_equal(total.why,
                            files == 0 ? "the zip archive lacks the file that is wanted"
                                       : "the zip archive has more than one file that is wanted");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bill_read__says_what_the_lines_say),
        cmocka_unit_test(test_bill_read__takes_a_deflated_archive),
        cmocka_unit_test(test_bill_read__ends_when_the_caller_says_so),
        cmocka_unit_test(test_bill_read__finds_each_fault),
        cmocka_unit_test(test_bill_read__refuses_what_is_no_file_of_its_kind),
        cmocka_unit_test(test_bill_read__refuses_damaged_archives),
        cmocka_unit_test(test_bill_read__refuses_another_charset),
        cmocka_unit_test(test_bill_read__takes_one_file_of_an_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
