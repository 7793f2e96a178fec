/* test_channel_code.c - every error code that Alipay and WeChat Pay document, answered to a submit,
 * a bar code, a refund and a question: what the drivers make of it, and that it has a cure. The
 * channel is a server on the loopback that answers the code that stands in its path. */
#include "tests/unit/unit.h"
#include "tests/unit/loopback.h"

#include "base/log.h"
#include "channel/alipay/alipay.h"
#include "channel/wechat/wechat.h"
#include "io/crypto/rsa.h"

#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"
#define APIV3_KEY "0123456789abcdef0123456789abcdef"
#define SERIAL "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"

/* ---- the codes as the channels document them, between blanks */

struct documented {
    const char *first; /* Alipay's gateway code, WeChat Pay's status */
    enum channel_meaning meaning;
    const char *codes;
};

static const struct documented ALIPAY[] = {
    { "20000", MEANS_UNKNOWN, "isp.unknow-error aop.unknow-error aop.ACQ.SYSTEM_ERROR isp.other" },
    { "20001", MEANS_SETUP, "aop.invalid-auth-token aop.invalid-app-auth-token aop.other" },
    { "40001", MEANS_SETUP,
      "isv.missing-method isv.missing-app-id isv.missing-signature isv.missing-signature-type"
      " isv.missing-signature-key isv.missing-timestamp isv.missing-version"
      " isv.missing-app-cert-sn isv.missing-alipay-root-cert-sn isv.missing-other" },
    { "40002", MEANS_SETUP,
      "isv.invalid-signature isv.invalid-app-id isv.invalid-method isv.invalid-signature-type"
      " isv.invalid-timestamp isv.invalid-charset isv.invalid-format isv.app-cert-expired"
      " not-online-app isv.invalid-app-cert-sn isv.decryption-error-unknown" },
    { "40002", MEANS_NO, "isv.invalid-parameter isv.illegal-json isv.suspected-attack" },
    { "40003", MEANS_SETUP, "isv.missing-signature-config isv.other" },
    { "40005", MEANS_BUSY, "isv.app-call-limited isv.method-call-limited isv.other" },
    { "40006", MEANS_SETUP, "isv.insufficient-isv-permissions isv.other" },
    { "40004", MEANS_UNKNOWN,
      "ACQ.SYSTEM_ERROR AQC.SYSTEM_ERROR SYSTEM_ERROR PAYMENT_INFO_INCONSISTENCY" },
    { "40004", MEANS_SETUP, "ACQ.ACCESS_FORBIDDEN ACQ.PARTNER_ERROR" },
    { "40004", MEANS_PAID, "ACQ.TRADE_HAS_SUCCESS" },
    { "40004", MEANS_BUSY, "SYSTEM_RATE_LIMIT USER_RATE_LIMIT" },
    { "40004", MEANS_NO,
      "ACQ.INVALID_PARAMETER ACQ.TRADE_HAS_CLOSE ACQ.CONTEXT_INCONSISTENT ACQ.TOTAL_FEE_EXCEED"
      " ACQ.BUYER_SELLER_EQUAL ACQ.EXIST_FORBIDDEN_WORD ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"
      " ACQ.APPLY_PC_MERCHANT_CODE_ERROR ACQ.PAYMENT_AUTH_CODE_INVALID"
      " ACQ.BUYER_BALANCE_NOT_ENOUGH ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH"
      " ACQ.ERROR_BALANCE_PAYMENT_DISABLE ACQ.PAYMENT_FAIL ACQ.PAYMENT_REQUEST_HAS_RISK"
      " ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
      " ACQ.REASON_TRADE_REFUND_FEE_ERR ACQ.DISCORDANT_REPEAT_REQUEST ACQ.TRADE_STATUS_ERROR"
      " ACQ.TRADE_HAS_FINISHED ACQ.TRADE_NOT_ALLOW_REFUND ACQ.NOT_ALLOW_PARTIAL_REFUND"
      " ACQ.REASON_TRADE_BEEN_FREEZEN ACQ.REFUNDALLOC_UNAUTH_LIMIT"
      " ACQ.REASON_TRADE_STATUS_INVALID ACQ.REASON_ILLEGAL_STATUS ACQ.CANCEL_NOT_ALLOWED"
      " ACQ.TRADE_CANCEL_TIME_OUT BILL_NOT_EXIST isp.bill_not_exist NO_BILL_DATA PAYEE_NOT_EXIST"
      " PAYEE_USER_INFO_ERROR PAYER_BALANCE_NOT_ENOUGH EXCEED_LIMIT_SM_AMOUNT INVALID_PARAMETER"
      " ORDER_NOT_EXIST" },
    { "40004", MEANS_NOTHING, "ACQ.NEVER_DOCUMENTED" },
};

static const struct documented WECHAT[] = {
    { "400", MEANS_NO,
      "PARAM_ERROR INVALID_REQUEST ORDER_CLOSED NO_STATEMENT_EXIST STATEMENT_CREATING"
      " REFUND_FEE_MISMATCH TRADE_OVERDUE AUTH_CODE_EXPIRED AUTH_CODE_INVALID" },
    { "400", MEANS_SETUP, "APPID_MCHID_NOT_MATCH MCH_NOT_EXISTS" },
    { "400", MEANS_PAID, "ORDERPAID ORDER_PAID" },
    { "401", MEANS_SETUP, "SIGN_ERROR" },
    { "403", MEANS_SETUP, "NO_AUTH" },
    { "403", MEANS_NO, "OUT_TRADE_NO_USED RULE_LIMIT NOT_ENOUGH USER_ACCOUNT_ABNORMAL" },
    { "403", MEANS_UNKNOWN, "TRADE_ERROR USERPAYING BANKERROR SYSTEM_ERROR" },
    { "404", MEANS_SETUP, "MCH_NOT_EXISTS" },
    { "404", MEANS_NO, "RESOURCE_NOT_EXISTS NOT_FOUND" },
    { "429", MEANS_BUSY, "FREQUENCY_LIMITED RATELIMIT_EXCEEDED" },
    { "403", MEANS_BUSY, "FREQUENCY_LIMITED" },
    { "500", MEANS_UNKNOWN, "SYSTEM_ERROR" },
    { "502", MEANS_UNKNOWN, "SERVICE_UNAVAILABLE" },
    { "503", MEANS_UNKNOWN, "SERVICE_UNAVAILABLE" },
    { "400", MEANS_NOTHING, "NEVER_DOCUMENTED" },
};

/* ---- the channel */

/* One part of a path, up to the next / or blank. */
static const char *part_read(const char *at, char *out, size_t size)
{
    const size_t len = strcspn(at, "/ ");

    if (!text_copy_n(out, size, at, len))
        _exit(1);
    return at + len + 1;
}

/* The parts of "POST /PREFIX/FIRST/CODE/… ". */
static bool path_read(const char *request, const char *prefix, char first[16], char code[64])
{
    const char *at = strstr(request, prefix);

    if (at)
        part_read(part_read(at + strlen(prefix), first, 16), code, 64);
    return at;
}

static void alipay_answer(int fd, const char *request, const char *first, const char *code)
{
    static const char *const ROOTS[][2] = { { "trade.precreate", "trade_precreate" },
                                            { "trade.pay", "trade_pay" },
                                            { "trade.query", "trade_query" },
                                            { "trade.refund", "trade_refund" } };
    struct rsa_key *key = rsa_private(CHANNEL_PRIVATE);
    char method[64], inner[256], sign[512], body[1024] = "";
    struct text sign_text = TEXT(sign), to = TEXT(body);

    snprintf(inner, sizeof(inner),
             "{\"code\":\"%s\",\"msg\":\"no\",\"sub_code\":\"%s\",\"sub_msg\":\"不行\"}", first,
             code);
    if (!key || !rsa_sign(key, inner, strlen(inner), &sign_text))
        _exit(1);
    for (size_t i = 0; i < COUNT(ROOTS); i++) {
        snprintf(method, sizeof(method), "method=alipay.%s&", ROOTS[i][0]);
        if (strstr(request, method))
            text_addf(&to, "{\"alipay_%s_response\":%s,\"sign\":\"%s\"}", ROOTS[i][1], inner, sign);
    }
    rsa_free(&key);
    loopback_answer(fd, "HTTP/1.1 200 OK\r\n", body);
}

static void wechat_answer(int fd, const char *first, const char *code)
{
    char head[64], body[160];

    snprintf(head, sizeof(head), "HTTP/1.1 %s X\r\n", first);
    snprintf(body, sizeof(body), "{\"code\":\"%s\",\"message\":\"%s\"}", code,
             str_eq(code, "ADDRESS") ? "此IP地址不允许调用该接口" : "不行");
    loopback_answer(fd, head, body);
}

static void serve_one(int fd)
{
    char room[16384], first[16], code[64];
    ssize_t n = read(fd, room, sizeof(room) - 1);

    room[n > 0 ? n : 0] = '\0';
    if (path_read(room, " /a/", first, code))
        alipay_answer(fd, room, first, code);
    else if (path_read(room, " /w/", first, code))
        wechat_answer(fd, first, code);
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_channel_code", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

static struct own channel(const char *of, const char *first, const char *code)
{
    const bool alipay = str_starts(of, "alipay");
    char config[2048];

    if (alipay)
        snprintf(config, sizeof(config),
                 "{\"app_id\":\"2021000000000001\",\"alipay_public_key\":\"%s\","
                 "\"gateway\":\"http://127.0.0.1:%d/a/%s/%s\"}",
                 CHANNEL_PUBLIC, loopback_port, first, code);
    else
        snprintf(
            config, sizeof(config),
            "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\",\"serial_no\":\"" SERIAL
            "\",\"public_key_id\":\"" KEY_ID "\",\"public_key\":\"%s\","
            "\"base\":\"http://127.0.0.1:%d/w/%s/%s\"}",
            CHANNEL_PUBLIC, loopback_port, first, code);
    struct own own =
        alipay ? opened(&CHANNEL_ALIPAY, of, config, "{\"private_key\":\"" APP_PRIVATE "\"}")
               : opened(&CHANNEL_WECHAT, of, config,
                        "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"" APIV3_KEY "\"}");
    assert_non_null(own.keys);
    return own;
}

/* ---- what the drivers make of it */

/* By meaning: of a submit, of a bar code, of a refund. A question is never decided by them. */
static const enum pay_err WANT[][3] = {
    [MEANS_NOTHING] = { PAY_REFUSED, PAY_UNKNOWN, PAY_REFUSED },
    [MEANS_NO] = { PAY_REFUSED, PAY_REFUSED, PAY_REFUSED },
    [MEANS_PAID] = { PAY_UNKNOWN, PAY_UNKNOWN, PAY_REFUSED },
    [MEANS_UNKNOWN] = { PAY_UNKNOWN, PAY_UNKNOWN, PAY_UNKNOWN },
    [MEANS_BUSY] = { PAY_FULL, PAY_UNKNOWN, PAY_UNKNOWN },
    [MEANS_SETUP] = { PAY_REFUSED, PAY_REFUSED, PAY_REFUSED },
};

static void submit_check(const char *of, const struct documented *d, const char *code,
                         enum pay_err want)
{
    static const char EXTRAS[] = "{\"auth_code\":\"281234567890123456\"}";
    static struct channel_ticket ticket;
    struct channel_order order = { .pay_id = PAY_ID,
                                   .subject = "Kettle",
                                   .currency = "CNY",
                                   .price = { 8800 },
                                   .expire_time = INT64_C(1969824800000) };
    struct own own = channel(of, d->first, code);
    struct json *extras;

    assert_int_equal(json_parse(EXTRAS, strlen(EXTRAS), &extras), PAY_OK);
    order.extras = extras;
    enum pay_err err = own.account.product->submit(&own.account, &order, &ticket);
    CHECK_TEXT(code, err_name(err), err_name(want));
    CHECK_TEXT(code, ticket.error_code, code);
    CHECK_TEXT(code, channel_meaning_word(ticket.said.meaning), channel_meaning_word(d->meaning));
    json_free(&extras);
    shut(&own);
}

static void others_check(const char *of, const struct documented *d, const char *code)
{
    const struct channel_refund refund = { .refund_no = PAY_ID,
                                           .pay_id = PAY_ID,
                                           .currency = "CNY",
                                           .refund_price = { 100 },
                                           .price = { 8800 } };
    struct own own = channel(of, d->first, code);
    struct channel_said said;

    enum pay_err err = own.driver->refund(&own.account, &refund, &said);
    CHECK_TEXT(code, err_name(err), err_name(WANT[d->meaning][2]));
    err = own.driver->query(&own.account, PAY_ID, &said);
    CHECK_TEXT(code, err_name(err), err_name(PAY_UNKNOWN));
    CHECK_TEXT(code, channel_meaning_word(said.meaning), channel_meaning_word(d->meaning));
    shut(&own);
}

static void row_check(const struct channel_codes *codes, const char *code)
{
    const struct channel_code *row = channel_code_of(codes, code);

    CHECK(code, row && row->meaning != MEANS_NOTHING && strlen(row->says) > 10);
}

static bool is_invented(const struct documented *d, const char *code)
{
    return d->meaning == MEANS_NOTHING || strstr(code, "other") || strstr(code, "AQC.");
}

static void documented_check(const char *submit, const char *bar, const struct documented *d)
{
    char code[64];

    for (const char *at = d->codes, *end = at + strlen(at); at < end;) {
        at = part_read(at, code, sizeof(code));
        /* Alipay's 40004 is a definite no also of a code that nobody documented. */
        const bool alipay = str_starts(submit, "alipay");
        const enum pay_err of_bar = alipay && d->meaning == MEANS_NOTHING ? PAY_REFUSED
                                                                          : WANT[d->meaning][1];
        if (!is_invented(d, code))
            row_check(alipay ? CHANNEL_ALIPAY.codes : CHANNEL_WECHAT.codes, code);
        submit_check(submit, d, code, WANT[d->meaning][0]);
        submit_check(bar, d, code, of_bar);
        others_check(submit, d, code);
    }
}

static void test_alipay_code__each_documented_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ALIPAY); i++)
        documented_check("alipay_qr", "alipay_bar", &ALIPAY[i]);
}

static void test_wechat_code__each_documented_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(WECHAT); i++)
        documented_check("wx_native", "wx_bar", &WECHAT[i]);
}

/* WeChat Pay says it with codes that mean other things, too. */
static void test_said_code__an_address_that_is_not_allowed(void **state)
{
    struct own own = channel("wx_native", "400", "ADDRESS");
    struct channel_said said;

    (void)state;
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_UNKNOWN);
    assert_int_equal(said.meaning, MEANS_SETUP);
    const struct channel_code *row =
        channel_code_told(own.driver->codes, said.error_code, said.error_msg);
    assert_non_null(row);
    assert_string_equal(row->code, CODE_ADDRESS);
    /* A text does not decide what the code leaves open. */
    row = channel_code_told(own.driver->codes, "SYSTEM_ERROR", said.error_msg);
    assert_non_null(row);
    assert_int_equal(row->meaning, MEANS_UNKNOWN);
    shut(&own);
}

static void test_channel_codes__are_there_once(void **state)
{
    const struct channel_codes *const TABLES[] = { CHANNEL_ALIPAY.codes, CHANNEL_WECHAT.codes };

    (void)state;
    for (size_t t = 0; t < COUNT(TABLES); t++)
        for (size_t i = 0; i < TABLES[t]->count; i++) {
            const struct channel_code *row = &TABLES[t]->at[i];
            CHECK(row->code, channel_code_of(TABLES[t], row->code) == row);
            CHECK(row->code, strlen(row->code) < sizeof(((struct channel_said *)0)->error_code));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alipay_code__each_documented_one),
        cmocka_unit_test(test_wechat_code__each_documented_one),
        cmocka_unit_test(test_said_code__an_address_that_is_not_allowed),
        cmocka_unit_test(test_channel_codes__are_there_once),
    };
    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
