/* test_alipay.c - the Alipay driver: its configuration, what it signs (against alipay-sdk), what it
 * makes of the gateway's answers and notifications. The gateway is a server on the loopback that
 * answers by a table. */
#include "tests/unit/unit.h"
#include "tests/unit/loopback.h"

#include "base/clock.h"
#include "base/form.h"
#include "base/log.h"
#include "channel/alipay/alipay.h"
#include "io/crypto/rsa.h"
#include "wire/alipay_text.h"

#include "tests/unit/alipay_vectors.h"
#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define REFUND_NO "01J0EXAMP00000000000000003"
#define TRADE_NO "2026013122001400000000000001"
#define PAID_MS INT64_C(1769817605000) /* 2026-01-31 08:00:05 +08:00 */
#define TRADE "\"out_trade_no\":\"" PAY_ID "\",\"trade_no\":\"" TRADE_NO "\""
#define OK "\"code\":\"10000\",\"msg\":\"Success\","
#define NO(code, sub) \
    "\"code\":\"" code "\",\"msg\":\"no\",\"sub_code\":\"" sub "\",\"sub_msg\":\"不行\""

/* ---- the gateway: by the last part of its address */

enum wrap { SIGNED, UNSIGNED, FORGED, BARE };
static const struct {
    const char *name, *root, *inner;
    enum wrap wrap;
} ANSWERS[] = {
    { "q_wait", "trade_query", OK TRADE ",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "q_paid", "trade_query",
      OK TRADE ",\"trade_status\":\"TRADE_SUCCESS\",\"total_amount\":\"88.00\","
               "\"send_pay_date\":\"2026-01-31 08:00:05\",\"buyer_user_id\":\"2088102177846880\"",
      SIGNED },
    { "q_finished", "trade_query",
      OK TRADE ",\"trade_status\":\"TRADE_FINISHED\",\"total_amount\":\"88.00\","
               "\"send_pay_date\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "q_refunded", "trade_query",
      OK TRADE ",\"trade_status\":\"TRADE_CLOSED\",\"total_amount\":\"88.00\","
               "\"send_pay_date\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "q_closed", "trade_query", OK TRADE ",\"trade_status\":\"TRADE_CLOSED\"", SIGNED },
    { "q_none", "trade_query", NO("40004", "ACQ.TRADE_NOT_EXIST"), SIGNED },
    { "q_other", "trade_query",
      OK "\"out_trade_no\":\"" REFUND_NO "\",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "q_odd", "trade_query", OK TRADE ",\"trade_status\":\"TRADE_PENDING\"", SIGNED },
    { "q_busy", "trade_query", NO("20000", "isp.unknow-error"), SIGNED },
    { "q_system", "trade_query", NO("40004", "AQC.SYSTEM_ERROR"), SIGNED },
    { "q_limit", "trade_query", NO("40005", "isv.app-call-limited"), SIGNED },
    { "q_key", "trade_query", NO("40002", "isv.invalid-signature"), SIGNED },
    { "q_unsigned", "trade_query", OK TRADE ",\"trade_status\":\"TRADE_CLOSED\"", UNSIGNED },
    { "q_forged", "trade_query", OK TRADE ",\"trade_status\":\"TRADE_CLOSED\"", FORGED },
    { "q_error", "error", NO("40002", "isv.invalid-method"), SIGNED },
    { "q_page", "", "<html>\xb4\xed</html>", BARE },
    { "c_closed", "trade_close", OK TRADE, SIGNED },
    { "c_other", "trade_close", OK "\"out_trade_no\":\"" REFUND_NO "\"", SIGNED },
    { "c_none", "trade_close", NO("40004", "ACQ.TRADE_NOT_EXIST"), SIGNED },
    { "c_paid", "trade_close", NO("40004", "ACQ.TRADE_STATUS_ERROR"), SIGNED },
    { "c_system", "trade_close", NO("20000", "aop.ACQ.SYSTEM_ERROR"), SIGNED },
    { "x_done", "trade_query", OK TRADE ",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "x_again", "trade_query", OK TRADE ",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "x_back", "trade_query", OK TRADE ",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "x_back", "trade_cancel", OK TRADE ",\"retry_flag\":\"N\",\"action\":\"refund\"", SIGNED },
    { "x_done", "trade_cancel", OK TRADE ",\"retry_flag\":\"N\",\"action\":\"close\"", SIGNED },
    { "x_other", "trade_query", OK TRADE ",\"trade_status\":\"WAIT_BUYER_PAY\"", SIGNED },
    { "x_other", "trade_cancel",
      OK "\"out_trade_no\":\"" REFUND_NO "\",\"retry_flag\":\"N\",\"action\":\"close\"", SIGNED },
    { "x_again", "trade_cancel", OK TRADE ",\"retry_flag\":\"Y\"", SIGNED },
    { "r_done", "trade_refund",
      OK TRADE ",\"fund_change\":\"Y\",\"refund_fee\":\"50.00\","
               "\"gmt_refund_pay\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "r_other", "trade_refund", OK "\"out_trade_no\":\"" REFUND_NO "\",\"fund_change\":\"Y\"",
      SIGNED },
    { "r_poor", "trade_refund", NO("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH"), SIGNED },
    { "r_system", "trade_refund", NO("40004", "ACQ.SYSTEM_ERROR"), SIGNED },
    { "f_done", "trade_fastpay_refund_query",
      OK TRADE ",\"out_request_no\":\"" REFUND_NO "\",\"refund_amount\":\"20.00\","
               "\"refund_status\":\"REFUND_SUCCESS\"",
      SIGNED },
    { "f_other_trade", "trade_fastpay_refund_query",
      OK "\"out_trade_no\":\"" REFUND_NO "\",\"out_request_no\":\"" REFUND_NO "\","
         "\"refund_amount\":\"20.00\",\"refund_status\":\"REFUND_SUCCESS\"",
      SIGNED },
    { "f_other", "trade_fastpay_refund_query",
      OK TRADE ",\"out_request_no\":\"" PAY_ID "\",\"refund_amount\":\"20.00\","
               "\"refund_status\":\"REFUND_SUCCESS\"",
      SIGNED },
    { "f_no_status", "trade_fastpay_refund_query",
      OK TRADE ",\"out_request_no\":\"" REFUND_NO "\",\"refund_amount\":\"20.00\"", SIGNED },
    { "f_none", "trade_fastpay_refund_query", "\"code\":\"10000\",\"msg\":\"Success\"", SIGNED },
    { "p_code", "trade_precreate",
      OK "\"out_trade_no\":\"" PAY_ID "\",\"qr_code\":\"https:\\/\\/qr.alipay.com\\/bax0\"",
      SIGNED },
    { "p_no", "trade_precreate", NO("40004", "ACQ.TOTAL_FEE_EXCEED"), SIGNED },
    { "b_paid", "trade_pay",
      OK TRADE ",\"total_amount\":\"88.00\",\"gmt_payment\":\"2026-01-31 08:00:05\"", SIGNED },
    { "b_asks", "trade_pay", "\"code\":\"10003\",\"msg\":\"order success pay inprocess\"," TRADE,
      SIGNED },
    { "t_done", "fund_trans_uni_transfer",
      OK "\"out_biz_no\":\"" PAY_ID "\",\"order_id\":\"2026\",\"status\":\"SUCCESS\","
         "\"trans_date\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "t_other", "fund_trans_uni_transfer",
      OK "\"out_biz_no\":\"" REFUND_NO "\",\"order_id\":\"2026\",\"status\":\"SUCCESS\","
         "\"trans_date\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "u_more", "fund_trans_common_query",
      OK "\"out_biz_no\":\"" PAY_ID "\",\"order_id\":\"2026\",\"status\":\"SUCCESS\","
         "\"trans_amount\":\"1.01\",\"pay_date\":\"2026-01-31 08:00:05\"",
      SIGNED },
    { "t_deal", "fund_trans_uni_transfer",
      OK "\"out_biz_no\":\"" PAY_ID "\",\"status\":\"DEALING\"", SIGNED },
    { "t_no", "fund_trans_uni_transfer", NO("40004", "PAYEE_NOT_EXIST"), SIGNED },
    { "u_none", "fund_trans_common_query", NO("40004", "ORDER_NOT_EXIST"), SIGNED },
};

static void body_of(size_t i, struct text *to)
{
    const char *inner = ANSWERS[i].inner;
    struct rsa_key *key = rsa_private(CHANNEL_PRIVATE);
    char braced[1024], sign[512];
    struct text braced_text = TEXT(braced), sign_text = TEXT(sign);

    text_addf(&braced_text, ANSWERS[i].wrap == FORGED ? "{%s }" : "{%s}", inner);
    if (!key || !rsa_sign(key, braced, braced_text.len, &sign_text))
        _exit(1);
    if (ANSWERS[i].wrap == BARE)
        text_add(to, inner);
    else if (ANSWERS[i].wrap == UNSIGNED)
        text_addf(to, "{\"alipay_%s_response\":{%s}}", ANSWERS[i].root, inner);
    else
        text_addf(to, "{\"%s%s_response\":{%s},\"sign\":\"%s\"}",
                  str_eq(ANSWERS[i].root, "error") ? "" : "alipay_", ANSWERS[i].root, inner, sign);
    rsa_free(&key);
}

static size_t count_of(const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < COUNT(ANSWERS); i++)
        count += str_eq(ANSWERS[i].name, name);
    return count;
}

/* Is method=alipay.trade.query what the request wants, by the root "trade_query"? */
static bool asks(const char *request, const char *root)
{
    char method[96];
    struct text text = TEXT(method);

    text_add(&text, "method=alipay.");
    for (const char *c = root; *c != '\0'; c++)
        text_add_char(&text, *c == '_' ? '.' : *c);
    return strstr(request, method);
}

static void serve_one(int fd)
{
    char room[16384], body[4096] = "", head[160];
    struct text text = TEXT(body);
    ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        snprintf(head, sizeof(head), "POST /%s ", ANSWERS[i].name);
        if (str_starts(room, head) &&
            (count_of(ANSWERS[i].name) == 1 || asks(room, ANSWERS[i].root)))
            body_of(i, &text);
    }
    loopback_answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=utf-8\r\n", body);
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_alipay", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

/* ---- a channel of it */

static struct own channel(const char *code, const char *answer)
{
    char config[2048];

    snprintf(config, sizeof(config),
             "{\"app_id\":\"2021000000000001\",\"seller_id\":\"2088123456789012\","
             "\"alipay_public_key\":\"%s\",\"gateway\":\"http://127.0.0.1:%d/%s\"}",
             CHANNEL_PUBLIC, loopback_port, answer);
    struct own own = opened(&CHANNEL_ALIPAY, code, config, "{\"private_key\":\"" APP_PRIVATE "\"}");
    assert_non_null(own.keys);
    return own;
}

static const struct channel_order ORDER = {
    .pay_id = PAY_ID,
    .subject = "Kettle a=b & c/d",
    .currency = "CNY",
    .return_url = "https://shop.example/back?x=1",
    .price = { 8800 },
    .expire_time = INT64_C(1769824800000),
};

/* ---- tests */

static void test_alipay_text__is_what_the_sdk_signs(void **state)
{
    struct alipay_pair pairs[COUNT(SDK_REQUEST)];
    char canon[2048], sign[512];
    struct text canon_text = TEXT(canon), sign_text = TEXT(sign);
    struct rsa_key *key = rsa_private(APP_PRIVATE);

    (void)state;
    memcpy(pairs, SDK_REQUEST, sizeof(pairs));
    alipay_text(pairs, COUNT(pairs), &canon_text);
    assert_true(rsa_sign(key, canon, canon_text.len, &sign_text));
    assert_string_equal(sign, SDK_SIGN);
    rsa_free(&key);
}

static void test_alipay_open__says_what_is_wrong(void **state)
{
    static const struct {
        const char *name, *config, *secrets, *why;
    } CASES[] = {
        { "no key", "{\"app_id\":\"1\"}", "{\"private_key\":\"" APP_PRIVATE "\"}",
          "config.alipay_public_key" },
        { "own key", "{\"app_id\":\"1\",\"alipay_public_key\":\"" APP_PUBLIC "\"}",
          "{\"private_key\":\"" APP_PRIVATE "\"}", "application's own public key" },
        { "app_id", "{\"app_id\":\"wx1\",\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}",
          "{\"private_key\":\"" APP_PRIVATE "\"}", "config.app_id" },
        { "seller",
          "{\"app_id\":\"1\",\"seller_id\":\"20881234567890xx\","
          "\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}",
          "{\"private_key\":\"" APP_PRIVATE "\"}", "config.seller_id" },
        { "public as private", "{\"app_id\":\"1\",\"alipay_public_key\":\"" CHANNEL_PUBLIC "\"}",
          "{\"private_key\":\"" APP_PUBLIC APP_PUBLIC "\"}", "secrets.private_key" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = opened(&CHANNEL_ALIPAY, "alipay_qr", CASES[i].config, CASES[i].secrets);
        CHECK(CASES[i].name, !own.keys);
        if (!strstr(own.why, CASES[i].why))
            fail_msg("%s: got '%s'", CASES[i].name, own.why);
    }
}

static void test_alipay_open__wants_an_address_that_can_be_called(void **state)
{
    static const struct {
        const char *gateway;
        bool in_test, in_live;
    } CASES[] = {
        { "https://openapi.alipay.com/gateway.do", true, true },
        { "http://127.0.0.1:8080/gateway.do", true, false },
        { "HTTPS://openapi.alipay.com/gateway.do", false, false },
        { "openapi.alipay.com/gateway.do", false, false },
        { "javascript:alert(1)//", false, false },
        { "https://127.0.0.1/\\\"><script>", false, false },
        { "https://127.0.0.1/'x", false, false },
        { "https://127.0.0.1/a b", false, false },
        { "https://127.0.0.1/a?b", false, false },
        { "https://127.0.0.1/a#b", false, false },
        { "https://alipay.com@127.0.0.1/", false, false },
        { "https:///gateway.do", false, false },
    };
    char config[2048];

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(CASES); i++) {
        const char *gateway = CASES[i / 2].gateway;
        own_env.test_mode = i % 2;
        snprintf(config, sizeof(config),
                 "{\"app_id\":\"1\",\"alipay_public_key\":\"%s\",\"gateway\":\"%s\"}",
                 CHANNEL_PUBLIC, gateway);
        struct own own =
            opened(&CHANNEL_ALIPAY, "alipay_qr", config, "{\"private_key\":\"" APP_PRIVATE "\"}");
        own_env.test_mode = true;
        CHECK(gateway, !own.keys == !(i % 2 ? CASES[i / 2].in_test : CASES[i / 2].in_live));
        if (!own.keys)
            CHECK(gateway, str_starts(own.why, "config.gateway must be an address, http"));
        shut(&own);
    }
}

/* The form of a page's address, its signature checked with the application's public key. */
static void signed_form(const char *string, char *room, struct form *form)
{
    struct alipay_pair pairs[FORM_PAIRS_MAX];
    struct rsa_key *key = rsa_public(APP_PUBLIC);
    char canon[8192];
    struct text text = TEXT(canon);
    size_t count = 0;

    assert_true(form_read(string, strlen(string), room, form));
    for (size_t i = 0; i < form->count; i++)
        if (!str_eq(form->at[i].name, "sign"))
            pairs[count++] = (struct alipay_pair){ form->at[i].name, form->at[i].value };
    alipay_text(pairs, count, &text);
    assert_true(rsa_verify(key, canon, text.len, form_value(form, "sign")));
    rsa_free(&key);
}

static void test_alipay_submit__pages_and_strings_are_signed(void **state)
{
    static const struct {
        const char *code, *method, *mode;
        bool address;
    } CASES[] = {
        { "alipay_pc", "alipay.trade.page.pay", "redirect", true },
        { "alipay_wap", "alipay.trade.wap.pay", "redirect", true },
        { "alipay_app", "alipay.trade.app.pay", "app", false },
    };
    static struct channel_ticket ticket;
    static char room[20000];
    struct form form;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel(CASES[i].code, "page");
        CHECK_I64(CASES[i].code, own.account.product->submit(&own.account, &ORDER, &ticket),
                  PAY_OK);
        CHECK_TEXT(CASES[i].code, ticket.display_mode, CASES[i].mode);
        const char *string = ticket.display_content;
        if (CASES[i].address) {
            CHECK(CASES[i].code, str_starts(string, "http://127.0.0.1:"));
            string = strchr(string, '?') + 1;
        }
        signed_form(string, room, &form);
        CHECK_TEXT(CASES[i].code, form_value(&form, "method"), CASES[i].method);
        CHECK_TEXT(CASES[i].code, form_value(&form, "notify_url"),
                   "https://pay.example/api/pay/notify/order/7");
        const char *biz = form_value(&form, "biz_content");
        CHECK(CASES[i].code, strstr(biz, "\"total_amount\":\"88.00\""));
        CHECK(CASES[i].code, strstr(biz, "\"subject\":\"Kettle a b   c d\""));
        CHECK(CASES[i].code, strstr(biz, "\"time_expire\":\"2026-01-31 10:00:00\""));
        shut(&own);
    }
}

static void test_alipay_submit__by_a_call(void **state)
{
    static const struct {
        const char *code, *answer, *content;
        enum pay_err want;
        enum channel_state state;
    } CASES[] = {
        { "alipay_qr", "p_code", "https://qr.alipay.com/bax0", PAY_OK, CHANNEL_WAITING },
        { "alipay_qr", "p_no", "", PAY_REFUSED, CHANNEL_WAITING },
        { "alipay_qr", "q_page", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "alipay_bar", "b_paid", "", PAY_OK, CHANNEL_SUCCESS },
        { "alipay_bar", "b_asks", "", PAY_OK, CHANNEL_WAITING },
        { "alipay_bar", "q_page", "", PAY_UNKNOWN, CHANNEL_WAITING },
    };
    static const char EXTRAS[] = "{\"authCode\":\"281234567890123456\"}";
    static struct channel_ticket ticket;
    struct channel_order order = ORDER;
    struct json *extras;

    (void)state;
    assert_int_equal(json_parse(EXTRAS, strlen(EXTRAS), &extras), PAY_OK);
    order.extras = extras;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel(CASES[i].code, CASES[i].answer);
        enum pay_err err = own.account.product->submit(&own.account, &order, &ticket);
        CHECK_TEXT(CASES[i].answer, err_name(err), err_name(CASES[i].want));
        CHECK_TEXT(CASES[i].answer, ticket.display_content, CASES[i].content);
        CHECK_I64(CASES[i].answer, ticket.said.state, CASES[i].state);
        if (err == PAY_REFUSED)
            CHECK_TEXT(CASES[i].answer, ticket.error_code, "ACQ.TOTAL_FEE_EXCEED");
        shut(&own);
    }
    json_free(&extras);
}

struct asked {
    const char *answer;
    enum pay_err want;
    enum channel_state state;
};

static void check_asked(const struct asked *c, enum pay_err err, const struct channel_said *said)
{
    CHECK_TEXT(c->answer, err_name(err), err_name(c->want));
    if (err == PAY_OK)
        CHECK_I64(c->answer, said->state, c->state);
    if (err != PAY_OK || said->state != CHANNEL_SUCCESS)
        return;
    CHECK_I64(c->answer, said->success_time, PAID_MS);
    CHECK_TEXT(c->answer, said->currency, "CNY");
}

static void test_alipay_query__states(void **state)
{
    static const struct asked CASES[] = {
        { "q_wait", PAY_OK, CHANNEL_WAITING },
        { "q_paid", PAY_OK, CHANNEL_SUCCESS },
        { "q_finished", PAY_OK, CHANNEL_SUCCESS },
        { "q_refunded", PAY_OK, CHANNEL_SUCCESS },
        { "q_closed", PAY_OK, CHANNEL_CLOSED },
        { "q_none", PAY_OK, CHANNEL_NOT_FOUND },
        { "q_other", PAY_UNKNOWN, 0 },
        { "q_odd", PAY_UNKNOWN, 0 },
        { "q_busy", PAY_UNKNOWN, 0 },
        { "q_system", PAY_UNKNOWN, 0 },
        { "q_limit", PAY_UNKNOWN, 0 },
        { "q_key", PAY_UNKNOWN, 0 },
        { "q_unsigned", PAY_UNKNOWN, 0 },
        { "q_forged", PAY_UNKNOWN, 0 },
        { "q_error", PAY_UNKNOWN, 0 },
        { "q_page", PAY_UNKNOWN, 0 },
        { "nothing", PAY_UNKNOWN, 0 },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("alipay_qr", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_ALIPAY.query(&own.account, PAY_ID, &said), &said);
        if (said.state == CHANNEL_SUCCESS)
            CHECK_I64(CASES[i].answer, said.price.minor, 8800);
        if (CASES[i].want == PAY_OK)
            CHECK_I64(CASES[i].answer, said.gone_back, str_eq(CASES[i].answer, "q_refunded"));
        shut(&own);
    }
}

static void test_alipay_close__states(void **state)
{
    static const struct asked CASES[] = {
        { "c_closed", PAY_OK, CHANNEL_CLOSED },
        { "c_other", PAY_UNKNOWN, 0 },
        { "c_none", PAY_OK, CHANNEL_NOT_FOUND },
        { "c_system", PAY_UNKNOWN, 0 },
        { "c_paid", PAY_UNKNOWN, 0 }, /* the query that follows gets no answer here */
    };
    static const struct asked BAR[] = {
        { "x_done", PAY_OK, CHANNEL_CLOSED },  { "x_other", PAY_UNKNOWN, 0 },
        { "x_again", PAY_UNKNOWN, 0 },         { "x_back", PAY_UNKNOWN, 0 },
        { "q_paid", PAY_OK, CHANNEL_SUCCESS }, /* asked about first, and not cancelled */
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("alipay_qr", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_ALIPAY.close(&own.account, PAY_ID, &said), &said);
        shut(&own);
    }
    for (size_t i = 0; i < COUNT(BAR); i++) {
        struct own own = channel("alipay_bar", BAR[i].answer);
        check_asked(&BAR[i], CHANNEL_ALIPAY.close(&own.account, PAY_ID, &said), &said);
        shut(&own);
    }
}

static const struct channel_refund OF_20_YUAN = { .refund_no = REFUND_NO,
                                                  .pay_id = PAY_ID,
                                                  .currency = "CNY",
                                                  .refund_price = { 2000 },
                                                  .price = { 8800 } };

static void test_alipay_refund__states(void **state)
{
    static const struct asked CASES[] = {
        { "r_done", PAY_OK, CHANNEL_SUCCESS }, { "r_other", PAY_UNKNOWN, 0 },
        { "r_poor", PAY_REFUSED, 0 },          { "r_system", PAY_UNKNOWN, 0 },
        { "q_page", PAY_UNKNOWN, 0 },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("alipay_pc", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_ALIPAY.refund(&own.account, &OF_20_YUAN, &said), &said);
        shut(&own);
    }
    struct own done = channel("alipay_pc", "f_done"), none = channel("alipay_pc", "f_none");
    struct own silent = channel("alipay_pc", "f_no_status");
    assert_int_equal(CHANNEL_ALIPAY.refund_query(&silent.account, &OF_20_YUAN, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_NOT_FOUND);
    shut(&silent);
    assert_int_equal(CHANNEL_ALIPAY.refund_query(&done.account, &OF_20_YUAN, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_SUCCESS);
    assert_int_equal(said.price.minor, 2000);
    assert_string_equal(said.channel_no, "");
    assert_int_equal(CHANNEL_ALIPAY.refund_query(&none.account, &OF_20_YUAN, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_NOT_FOUND);
    shut(&done);
    shut(&none);
}

static void test_alipay_refund_query__about_another_one(void **state)
{
    static const struct asked CASES[] = { { "f_other", PAY_UNKNOWN, 0 },
                                          { "f_other_trade", PAY_UNKNOWN, 0 } };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("alipay_pc", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_ALIPAY.refund_query(&own.account, &OF_20_YUAN, &said),
                    &said);
        shut(&own);
    }
}

static void test_alipay_transfer__states(void **state)
{
    static const struct asked CASES[] = {
        { "t_done", PAY_OK, CHANNEL_SUCCESS }, { "t_other", PAY_UNKNOWN, 0 },
        { "t_deal", PAY_OK, CHANNEL_WAITING }, { "t_no", PAY_REFUSED, 0 },
        { "q_page", PAY_UNKNOWN, 0 },
    };
    const struct channel_transfer transfer = { .transfer_no = PAY_ID,
                                               .subject = "Bonus",
                                               .currency = "CNY",
                                               .user_account = "payee@example.com",
                                               .price = { 100 } };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("alipay_pc", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_ALIPAY.transfer(&own.account, &transfer, &said), &said);
        shut(&own);
    }
    struct own more = channel("alipay_pc", "u_more");
    assert_int_equal(CHANNEL_ALIPAY.transfer_query(&more.account, &transfer, &said), PAY_OK);
    assert_int_equal(said.price.minor, 101); /* settling compares it */
    shut(&more);
    struct own own = channel("alipay_pc", "u_none");
    assert_int_equal(CHANNEL_ALIPAY.transfer_query(&own.account, &transfer, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_NOT_FOUND);
    shut(&own);
}

/* ---- notifications */

static enum pay_err heard(const struct channel_account *account, const char *body,
                          struct channel_said *said)
{
    const struct channel_callback callback = { .body = body, .body_len = strlen(body) };
    const char *field;
    char no[NO_SIZE];

    enum pay_err err = CHANNEL_ALIPAY.read_no(&callback, no, &field);
    if (err != PAY_OK)
        return err;
    assert_string_equal(no, PAY_ID);
    return CHANNEL_ALIPAY.hear(account, &callback, said);
}

static void test_alipay_read_no__says_what_a_form_is(void **state)
{
    char room[256], no[NO_SIZE];
    struct text why = TEXT(room);
    const struct channel_callback callback = { .body = "a=%zz", .body_len = 5, .why = &why };
    const char *field;

    (void)state;
    assert_int_equal(CHANNEL_ALIPAY.read_no(&callback, no, &field), PAY_BAD_BODY);
    assert_non_null(strstr(room, "is not a form"));
}

static void test_alipay_hear__notifications(void **state)
{
    static const struct {
        const char *name, *body;
        enum pay_err want;
        enum channel_state state;
        bool other;
    } CASES[] = {
        { "success", NOTE_SUCCESS, PAY_OK, CHANNEL_SUCCESS, false },
        { "refunded", NOTE_REFUNDED, PAY_OK, CHANNEL_SUCCESS, false },
        { "closed", NOTE_CLOSED, PAY_OK, CHANNEL_CLOSED, false },
        { "gbk", NOTE_GBK, PAY_OK, CHANNEL_SUCCESS, false },
        { "other app", NOTE_OTHER_APP, PAY_OK, CHANNEL_SUCCESS, true },
        { "other seller", NOTE_OTHER_SELLER, PAY_OK, CHANNEL_SUCCESS, true },
        { "odd state", NOTE_ODD_STATE, PAY_BAD_FIELD, 0, false },
    };
    struct own own = channel("alipay_qr", "nothing");
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        CHECK_TEXT(CASES[i].name, err_name(heard(&own.account, CASES[i].body, &said)),
                   err_name(CASES[i].want));
        if (CASES[i].want != PAY_OK)
            continue;
        CHECK_I64(CASES[i].name, said.state, CASES[i].state);
        CHECK_I64(CASES[i].name, said.other_account, CASES[i].other);
        CHECK_TEXT(CASES[i].name, said.channel_no, TRADE_NO);
        CHECK_I64(CASES[i].name, said.price.minor, 8800);
        CHECK_TEXT(CASES[i].name, err_name(heard(NULL, CASES[i].body, &said)),
                   err_name(PAY_BAD_SIGN));
    }
    shut(&own);
}

/* Each single byte that is changed is refused or changes nothing that is read. */
static void test_alipay_hear__no_changed_byte_is_believed(void **state)
{
    struct own own = channel("alipay_qr", "nothing");
    struct channel_said said;
    char body[sizeof(NOTE_SUCCESS)];
    const char *sign = strstr(NOTE_SUCCESS, "sign=");

    (void)state;
    for (size_t i = 0; NOTE_SUCCESS + i < sign; i++) {
        memcpy(body, NOTE_SUCCESS, sizeof(body));
        body[i] = body[i] == '1' ? '2' : '1';
        const struct channel_callback callback = { .body = body, .body_len = strlen(body) };
        if (CHANNEL_ALIPAY.hear(&own.account, &callback, &said) != PAY_OK)
            continue;
        assert_true(strstr(body, "sign_type=RSA2") == NULL); /* it is not signed */
    }
    shut(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alipay_text__is_what_the_sdk_signs),
        cmocka_unit_test(test_alipay_open__says_what_is_wrong),
        cmocka_unit_test(test_alipay_open__wants_an_address_that_can_be_called),
        cmocka_unit_test(test_alipay_submit__pages_and_strings_are_signed),
        cmocka_unit_test(test_alipay_submit__by_a_call),
        cmocka_unit_test(test_alipay_query__states),
        cmocka_unit_test(test_alipay_close__states),
        cmocka_unit_test(test_alipay_refund__states),
        cmocka_unit_test(test_alipay_refund_query__about_another_one),
        cmocka_unit_test(test_alipay_transfer__states),
        cmocka_unit_test(test_alipay_read_no__says_what_a_form_is),
        cmocka_unit_test(test_alipay_hear__notifications),
        cmocka_unit_test(test_alipay_hear__no_changed_byte_is_believed),
    };

    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
