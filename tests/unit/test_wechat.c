/* test_wechat.c - the WeChat Pay driver: its configuration, what it signs (against
 * wechatpay-axios-plugin), what it makes of answers and notifications. WeChat Pay is a server on
 * the loopback that answers by a table and signs at the moment. */
#include "tests/unit/unit.h"
#include "tests/unit/loopback.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/ulid.h"
#include "channel/wechat/wechat.h"
#include "io/crypto/rsa.h"
#include "wire/wechat_text.h"

#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"
#include "tests/unit/wechat_vectors.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define REFUND_NO "01J0EXAMP00000000000000003"
#define TRADE_NO "4200001234202601310000000001"
#define PAID_MS INT64_C(1769817605000) /* 2026-01-31 08:00:05 +08:00 */
#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"
#define SERIAL "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define ORDER_OF(state, more) \
    "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\",\"out_trade_no\":\"" PAY_ID "\"," \
    "\"trade_state\":\"" state "\"" more "}"
#define PAID \
    ",\"transaction_id\":\"" TRADE_NO "\",\"success_time\":\"2026-01-31T08:00:05+08:00\"," \
    "\"amount\":{\"total\":8800,\"payer_total\":8000,\"currency\":\"CNY\"}," \
    "\"payer\":{\"openid\":\"o1\"}"
#define REFUND_OF(state) \
    "{\"refund_id\":\"5030\",\"out_refund_no\":\"" REFUND_NO "\",\"status\":\"" state "\"," \
    "\"success_time\":\"2026-01-31T08:00:05+08:00\",\"amount\":{\"refund\":2000,\"total\":8800}}"
#define EXPIRES "\"time_expire\":\"2036-01-31T10:00:00+08:00\""
#define NO(code) "{\"code\":\"" code "\",\"message\":\"不行\"}"

/* ---- WeChat Pay: by the first part of the path */

enum wrap { SIGNED, UNSIGNED, FORGED, PROBE, STALE, FOREIGN };
static const struct answer {
    const char *name;
    int status;
    const char *body;
    enum wrap wrap;
} ANSWERS[] = {
    { "native", 200, "{\"code_url\":\"weixin://wxpay/bizpayurl/up?pr=1\"}", SIGNED },
    { "jsapi", 200, "{\"prepay_id\":\"wx31080005\"}", SIGNED },
    { "soon", 200, "{\"prepay_id\":\"wx31080005\"}", SIGNED },
    { "h5", 200, "{\"h5_url\":\"https://wx.tenpay.com/x?prepay_id=wx1\"}", SIGNED },
    { "used", 403, NO("OUT_TRADE_NO_USED"), UNSIGNED },
    { "sign", 401, NO("SIGN_ERROR"), UNSIGNED },
    { "asks", 403, NO("USERPAYING"), UNSIGNED },
    { "bank", 400, NO("BANKERROR"), UNSIGNED },
    { "expired", 400, NO("AUTH_CODE_EXPIRED"), UNSIGNED },
    { "limit", 429, NO("FREQUENCY_LIMITED"), UNSIGNED },
    { "limit403", 403, NO("FREQUENCY_LIMITED"), UNSIGNED },
    { "system", 500, NO("SYSTEM_ERROR"), UNSIGNED },
    { "page", 404, "<html>404</html>", UNSIGNED },
    { "bad_gateway", 502, "<html>502</html>", UNSIGNED },
    { "paid", 200, ORDER_OF("SUCCESS", PAID), SIGNED },
    { "refunded", 200, ORDER_OF("REFUND", PAID), SIGNED },
    { "revoked", 200, ORDER_OF("REVOKED", PAID), SIGNED },
    { "notpay", 200, ORDER_OF("NOTPAY", ""), SIGNED },
    { "closed", 200, ORDER_OF("CLOSED", ""), SIGNED },
    { "userpaying", 200, ORDER_OF("USERPAYING", ""), SIGNED },
    { "odd", 200, ORDER_OF("ODD", ""), SIGNED },
    { "no_time", 200, ORDER_OF("SUCCESS", ",\"transaction_id\":\"1\",\"amount\":{\"total\":1}"),
      SIGNED },
    { "unsigned", 200, ORDER_OF("CLOSED", ""), UNSIGNED },
    { "forged", 200, ORDER_OF("CLOSED", ""), FORGED },
    { "probe", 200, ORDER_OF("CLOSED", ""), PROBE },
    { "stale", 200, ORDER_OF("CLOSED", ""), STALE },
    { "foreign", 200, ORDER_OF("CLOSED", ""), FOREIGN },
    { "none", 404, NO("ORDER_NOT_EXIST"), UNSIGNED },
    { "done", 204, "", SIGNED },
    { "orderpaid", 400, NO("ORDERPAID"), UNSIGNED },
    { "orderclosed", 400, NO("ORDER_CLOSED"), UNSIGNED },
    { "r_open", 200, REFUND_OF("PROCESSING"), SIGNED },
    { "r_done", 200, REFUND_OF("SUCCESS"), SIGNED },
    { "r_odd", 200, REFUND_OF("ABNORMAL"), SIGNED },
    { "r_dead", 200, REFUND_OF("CLOSED"), SIGNED },
    { "r_poor", 403, NO("NOT_ENOUGH"), UNSIGNED },
    { "r_none", 404, NO("RESOURCE_NOT_EXISTS"), UNSIGNED },
    { "t_wait", 200,
      "{\"out_bill_no\":\"" PAY_ID "\",\"transfer_bill_no\":\"1330\",\"state\":\"ACCEPTED\"}",
      SIGNED },
    { "t_done", 200,
      "{\"out_bill_no\":\"" PAY_ID "\",\"transfer_bill_no\":\"1330\",\"state\":\"SUCCESS\","
      "\"update_time\":\"2026-01-31T08:00:05+08:00\",\"transfer_amount\":100}",
      SIGNED },
    { "t_other", 200,
      "{\"out_bill_no\":\"01J0EXAMP00000000000000009\",\"transfer_bill_no\":\"1330\","
      "\"state\":\"SUCCESS\",\"update_time\":\"2026-01-31T08:00:05+08:00\","
      "\"transfer_amount\":100}",
      SIGNED },
    { "t_fail", 200,
      "{\"out_bill_no\":\"" PAY_ID "\",\"state\":\"FAIL\",\"fail_reason\":\"NAME_NOT_CORRECT\"}",
      SIGNED },
    { "t_none", 404, NO("NOT_FOUND"), UNSIGNED },
};

static void stamp_add(const char *body, enum wrap wrap, struct text *head)
{
    struct rsa_key *key = rsa_private(wrap == FOREIGN ? APP_PRIVATE : CHANNEL_PRIVATE);
    char now[24], room[4096], sign[512];
    struct text text = TEXT(room), sign_text = TEXT(sign);

    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s() - (wrap == STALE ? 400 : 0));
    wechat_answer_text(now, "nonce", (struct wechat_bytes){ body, strlen(body) }, &text);
    if (!key || !rsa_sign(key, text.at, text.len, &sign_text))
        _exit(1);
    if (wrap == PROBE)
        memcpy(sign, "WECHATPAY/SIGNTEST/", 19);
    if (wrap == FORGED)
        sign[0] = sign[0] == 'A' ? 'B' : 'A';
    text_addf(head,
              "Wechatpay-Timestamp: %s\r\nWechatpay-Nonce: nonce\r\nWechatpay-Signature: %s\r\n"
              "Wechatpay-Serial: " KEY_ID "\r\n",
              now, sign);
    rsa_free(&key);
}

static bool ends_late(const char *request)
{
    static const char NAME[] = "\"time_expire\":\"";
    const char *at = strstr(request, NAME);
    char when[26];
    int64_t ms;

    return at && text_copy_n(when, sizeof(when), at + sizeof(NAME) - 1, 25) &&
           time_parse(when, &ms) && ms >= clock_now_ms() + 61000;
}

static void serve_one(int fd)
{
    char room[16384], head[1024], mark[64];
    struct text head_text = TEXT(head);
    ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    if (strstr(room, "/pay/transactions/native") && !strstr(room, EXPIRES))
        return;
    if (strstr(room, "/soon/v3/") && !ends_late(room))
        return;
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        snprintf(mark, sizeof(mark), " /%s/v3/", ANSWERS[i].name);
        if (!strstr(room, mark))
            continue;
        text_addf(&head_text, "HTTP/1.1 %d X\r\n", ANSWERS[i].status);
        if (ANSWERS[i].wrap != UNSIGNED)
            stamp_add(ANSWERS[i].body, ANSWERS[i].wrap, &head_text);
        loopback_answer(fd, head, ANSWERS[i].body);
        return;
    }
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_wechat", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

/* ---- a channel of it */

#define IDS "\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\",\"serial_no\":\"" SERIAL "\""
#define SECRETS "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"" APIV3_KEY "\"}"

static struct own channel(const char *code, const char *answer)
{
    char config[2048];

    snprintf(config, sizeof(config),
             "{" IDS ",\"public_key_id\":\"" KEY_ID "\",\"public_key\":\"%s\","
             "\"base\":\"http://127.0.0.1:%d/%s\"}",
             CHANNEL_PUBLIC, loopback_port, answer);
    struct own own = opened(&CHANNEL_WECHAT, code, config, SECRETS);
    assert_non_null(own.keys);
    return own;
}

static const struct channel_order ORDER = {
    .pay_id = PAY_ID,
    .subject = "Kettle",
    .currency = "CNY",
    .user_ip = "192.0.2.7",
    .price = { 8800 },
    .expire_time = INT64_C(2085357600000),
};

/* ---- tests */

static void test_wechat_text__is_what_the_sdk_signs(void **state)
{
    const struct wechat_bytes body = { SDK_BODY, strlen(SDK_BODY) };
    const struct wechat_request_text request = { "POST", "/v3/pay/transactions/native",
                                                 "nonce0123456789", 1769817605, body };
    char room[1024], sign[512];
    struct text text = TEXT(room), sign_text = TEXT(sign);
    struct rsa_key *own = rsa_private(APP_PRIVATE), *theirs = rsa_public(CHANNEL_PUBLIC);

    (void)state;
    wechat_request_text(&request, &text);
    assert_true(rsa_sign(own, room, text.len, &sign_text));
    assert_string_equal(sign, SDK_REQUEST_SIGN);
    text_reset(&text);
    wechat_answer_text("1769817605", "nonce9876543210", body, &text);
    assert_true(rsa_verify(theirs, room, text.len, SDK_ANSWER_SIGN));
    rsa_free(&own);
    rsa_free(&theirs);
}

static void test_wechat_open__says_what_is_wrong(void **state)
{
    static const struct {
        const char *name, *config, *secrets, *why;
    } CASES[] = {
        { "half", "{" IDS ",\"public_key_id\":\"" KEY_ID "\"}", SECRETS, "must both be there" },
        { "own key", "{" IDS ",\"public_key_id\":\"" KEY_ID "\",\"public_key\":\"" APP_PUBLIC "\"}",
          SECRETS, "the merchant's own" },
        { "short apiv3", "{" IDS "}",
          "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"0123456789\"}",
          "secrets.apiv3_key" },
        { "mchid", "{\"mchid\":\"x\",\"appid\":\"wx1\",\"serial_no\":\"" SERIAL "\"}", SECRETS,
          "config.mchid" },
        { "base", "{" IDS ",\"base\":\"api.mch.weixin.qq.com\"}", SECRETS, "config.base" },
        { "backup", "{" IDS ",\"backup\":\"https://a.example/?\"}", SECRETS, "config.backup" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = opened(&CHANNEL_WECHAT, "wx_native", CASES[i].config, CASES[i].secrets);
        CHECK(CASES[i].name, !own.keys);
        if (!strstr(own.why, CASES[i].why))
            fail_msg("%s: got '%s'", CASES[i].name, own.why);
    }
}

/* WeChat Pay wants a minute at least. */
static void test_wechat_submit__an_order_that_ends_soon(void **state)
{
    static struct channel_ticket ticket;
    struct channel_order order = ORDER;

    (void)state;
    order.expire_time = clock_now_ms() + 20000;
    struct own own = channel("wx_app", "soon");
    assert_int_equal(own.account.product->submit(&own.account, &order, &ticket), PAY_OK);
    shut(&own);
}

static void test_wechat_submit__by_kind(void **state)
{
    static const struct {
        const char *code, *answer, *content;
        enum pay_err want;
        enum channel_state state;
    } CASES[] = {
        { "wx_native", "native", "weixin://wxpay/bizpayurl/up?pr=1", PAY_OK, CHANNEL_WAITING },
        { "wx_pub", "jsapi", "\"package\":\"prepay_id=wx31080005\"", PAY_OK, CHANNEL_WAITING },
        { "wx_lite", "jsapi", "\"paySign\":\"", PAY_OK, CHANNEL_WAITING },
        { "wx_app", "jsapi", "\"prepayid\":\"wx31080005\"", PAY_OK, CHANNEL_WAITING },
        { "wx_wap", "h5", "https://wx.tenpay.com/x?prepay_id=wx1", PAY_OK, CHANNEL_WAITING },
        { "wx_native", "used", "", PAY_REFUSED, CHANNEL_WAITING },
        { "wx_native", "sign", "", PAY_REFUSED, CHANNEL_WAITING },
        { "wx_native", "limit", "", PAY_FULL, CHANNEL_WAITING },
        { "wx_native", "limit403", "", PAY_FULL, CHANNEL_WAITING },
        { "wx_native", "system", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "wx_native", "page", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "wx_native", "bad_gateway", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "wx_bar", "paid", "", PAY_OK, CHANNEL_SUCCESS },
        { "wx_bar", "userpaying", "", PAY_OK, CHANNEL_WAITING },
        { "wx_bar", "asks", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "wx_bar", "bank", "", PAY_UNKNOWN, CHANNEL_WAITING },
        { "wx_bar", "expired", "", PAY_REFUSED, CHANNEL_WAITING },
    };
    static const char EXTRAS[] = "{\"openid\":\"o1\",\"auth_code\":\"130000000000000000\"}";
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
        CHECK(CASES[i].answer, strstr(ticket.display_content, CASES[i].content));
        CHECK_I64(CASES[i].answer, ticket.said.state, CASES[i].state);
        shut(&own);
    }
    json_free(&extras);
}

static void test_wechat_submit__wants_its_extras(void **state)
{
    static const char *const CODES[] = { "wx_pub", "wx_lite", "wx_bar" };
    static struct channel_ticket ticket;

    (void)state;
    for (size_t i = 0; i < COUNT(CODES); i++) {
        struct own own = channel(CODES[i], "jsapi");
        CHECK_I64(CODES[i], own.account.product->submit(&own.account, &ORDER, &ticket),
                  PAY_REFUSED);
        CHECK(CODES[i], strstr(ticket.error_msg, "channel_extras."));
        shut(&own);
    }
}

struct asked {
    const char *answer;
    enum pay_err want;
    enum channel_state state;
};

static void check_asked(const struct asked *c, enum pay_err err, const struct channel_said *said)
{
    CHECK_TEXT(c->answer, err_name(err), err_name(c->want));
    if (err != PAY_OK)
        return;
    CHECK_I64(c->answer, said->state, c->state);
    if (said->state == CHANNEL_SUCCESS)
        CHECK_I64(c->answer, said->success_time, PAID_MS);
}

static void test_wechat_query__states(void **state)
{
    static const struct asked CASES[] = {
        { "paid", PAY_OK, CHANNEL_SUCCESS },
        { "refunded", PAY_OK, CHANNEL_SUCCESS },
        { "revoked", PAY_OK, CHANNEL_CLOSED },
        { "notpay", PAY_OK, CHANNEL_WAITING },
        { "closed", PAY_OK, CHANNEL_CLOSED },
        { "none", PAY_OK, CHANNEL_NOT_FOUND },
        { "userpaying", PAY_OK, CHANNEL_WAITING },
        { "odd", PAY_UNKNOWN, 0 },
        { "no_time", PAY_UNKNOWN, 0 },
        { "unsigned", PAY_UNKNOWN, 0 },
        { "forged", PAY_UNKNOWN, 0 },
        { "probe", PAY_UNKNOWN, 0 },
        { "stale", PAY_UNKNOWN, 0 },
        { "foreign", PAY_UNKNOWN, 0 },
        { "sign", PAY_UNKNOWN, 0 },
        { "limit", PAY_UNKNOWN, 0 },
        { "page", PAY_UNKNOWN, 0 },
        { "nothing", PAY_UNKNOWN, 0 },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("wx_native", CASES[i].answer);
        enum pay_err err = CHANNEL_WECHAT.query(&own.account, PAY_ID, &said);
        check_asked(&CASES[i], err, &said);
        if (err == PAY_OK && said.state == CHANNEL_SUCCESS) {
            CHECK_I64(CASES[i].answer, said.price.minor, 8800);
            CHECK_I64(CASES[i].answer, said.other_account, false);
        }
        shut(&own);
    }
}

static void test_wechat_close__states(void **state)
{
    static const struct asked CASES[] = {
        { "done", PAY_OK, CHANNEL_CLOSED },    { "orderclosed", PAY_OK, CHANNEL_CLOSED },
        { "none", PAY_OK, CHANNEL_NOT_FOUND }, { "system", PAY_UNKNOWN, 0 },
        { "orderpaid", PAY_UNKNOWN, 0 }, /* the query that follows gets no good answer here */
    };
    struct channel_said said;
    struct own bar = channel("wx_bar", "paid");

    (void)state;
    assert_int_equal(CHANNEL_WECHAT.close(&bar.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_SUCCESS); /* asked about first, and not reversed */
    shut(&bar);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("wx_native", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_WECHAT.close(&own.account, PAY_ID, &said), &said);
        shut(&own);
    }
}

static void test_wechat_refund__states(void **state)
{
    static const struct asked CASES[] = {
        { "r_open", PAY_OK, CHANNEL_WAITING }, { "r_done", PAY_OK, CHANNEL_SUCCESS },
        { "r_odd", PAY_OK, CHANNEL_WAITING },  { "r_dead", PAY_REFUSED, 0 },
        { "r_poor", PAY_REFUSED, 0 },          { "system", PAY_UNKNOWN, 0 },
        { "limit", PAY_UNKNOWN, 0 },
    };
    static const struct asked QUERIES[] = {
        { "r_done", PAY_OK, CHANNEL_SUCCESS },
        { "r_dead", PAY_OK, CHANNEL_FAILED },
        { "r_none", PAY_OK, CHANNEL_NOT_FOUND },
    };
    const struct channel_refund refund = { .refund_no = REFUND_NO,
                                           .pay_id = PAY_ID,
                                           .currency = "CNY",
                                           .refund_price = { 2000 },
                                           .price = { 8800 } };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("wx_native", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_WECHAT.refund(&own.account, &refund, &said), &said);
        shut(&own);
    }
    for (size_t i = 0; i < COUNT(QUERIES); i++) {
        struct own own = channel("wx_native", QUERIES[i].answer);
        check_asked(&QUERIES[i], CHANNEL_WECHAT.refund_query(&own.account, &refund, &said), &said);
        shut(&own);
    }
}

static void test_wechat_transfer__states(void **state)
{
    static const struct asked CASES[] = {
        { "t_wait", PAY_OK, CHANNEL_WAITING }, { "t_done", PAY_OK, CHANNEL_SUCCESS },
        { "t_other", PAY_UNKNOWN, 0 },         { "t_fail", PAY_REFUSED, 0 },
        { "system", PAY_UNKNOWN, 0 },
    };
    const struct channel_transfer transfer = { .transfer_no = PAY_ID,
                                               .subject = "Bonus",
                                               .currency = "CNY",
                                               .user_account = "o1",
                                               .price = { 100 } };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("wx_native", CASES[i].answer);
        check_asked(&CASES[i], CHANNEL_WECHAT.transfer(&own.account, &transfer, &said), &said);
        shut(&own);
    }
    struct own own = channel("wx_native", "t_none");
    assert_int_equal(CHANNEL_WECHAT.transfer_query(&own.account, &transfer, &said), PAY_OK);
    assert_int_equal(said.state, CHANNEL_NOT_FOUND);
    shut(&own);
}

/* ---- notifications */

struct stamp {
    char now[24], sign[512];
    const char *serial;
};

static const char *header(void *arg, const char *name)
{
    const struct stamp *stamp = arg;

    return str_eq(name, "Wechatpay-Timestamp")   ? stamp->now
           : str_eq(name, "Wechatpay-Nonce")     ? "nonce"
           : str_eq(name, "Wechatpay-Signature") ? stamp->sign
           : str_eq(name, "Wechatpay-Serial")    ? stamp->serial
                                                 : NULL;
}

static struct stamp stamp_of(const char *body, const char *serial)
{
    struct stamp stamp = { .serial = serial };
    struct rsa_key *key = rsa_private(CHANNEL_PRIVATE);
    char room[8192];
    struct text text = TEXT(room), sign = TEXT(stamp.sign);

    snprintf(stamp.now, sizeof(stamp.now), "%lld", (long long)clock_now_s());
    wechat_answer_text(stamp.now, "nonce", (struct wechat_bytes){ body, strlen(body) }, &text);
    assert_true(rsa_sign(key, text.at, text.len, &sign));
    rsa_free(&key);
    return stamp;
}

static enum pay_err heard(const struct channel_account *account, enum channel_about about,
                          const char *body, struct stamp *stamp, struct channel_said *said)
{
    struct channel_callback callback = { .about = about,
                                         .body = body,
                                         .body_len = strlen(body),
                                         .header = header,
                                         .header_arg = stamp };
    struct json *json;

    assert_int_equal(json_parse(body, strlen(body), &json), PAY_OK);
    callback.json = json;
    enum pay_err err = CHANNEL_WECHAT.hear(account, &callback, said);
    json_free(&json);
    return err;
}

static void test_wechat_hear__notifications(void **state)
{
    static const struct {
        const char *name, *body;
        enum channel_about about;
        enum pay_err want;
        enum channel_state state;
        bool other;
    } CASES[] = {
        { "paid", NOTE_PAID, ABOUT_ORDER, PAY_OK, CHANNEL_SUCCESS, false },
        { "no aad", NOTE_NO_AAD, ABOUT_ORDER, PAY_OK, CHANNEL_SUCCESS, false },
        { "other mchid", NOTE_OTHER_MCHID, ABOUT_ORDER, PAY_OK, CHANNEL_SUCCESS, true },
        { "odd state", NOTE_ODD_STATE, ABOUT_ORDER, PAY_BAD_FIELD, 0, false },
        { "no object", NOTE_NO_OBJECT, ABOUT_ORDER, PAY_BAD_FIELD, 0, false },
        { "no mchid", NOTE_NO_MCHID, ABOUT_REFUND, PAY_OK, CHANNEL_SUCCESS, true },
        { "refunded", NOTE_REFUNDED, ABOUT_REFUND, PAY_OK, CHANNEL_SUCCESS, false },
        { "abnormal", NOTE_ABNORMAL, ABOUT_REFUND, PAY_OK, CHANNEL_WAITING, false },
        { "closed", NOTE_REFUND_CLOSED, ABOUT_REFUND, PAY_OK, CHANNEL_FAILED, false },
        { "another address", NOTE_REFUNDED, ABOUT_ORDER, PAY_BAD_FIELD, 0, false },
    };
    struct own own = channel("wx_native", "nothing");
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct stamp stamp = stamp_of(CASES[i].body, KEY_ID);
        enum pay_err err = heard(&own.account, CASES[i].about, CASES[i].body, &stamp, &said);
        CHECK_TEXT(CASES[i].name, err_name(err), err_name(CASES[i].want));
        if (err != PAY_OK)
            continue;
        CHECK_I64(CASES[i].name, said.state, CASES[i].state);
        CHECK_I64(CASES[i].name, said.other_account, CASES[i].other);
        CHECK_TEXT(CASES[i].name,
                   err_name(heard(NULL, CASES[i].about, CASES[i].body, &stamp, &said)),
                   err_name(PAY_BAD_SIGN));
    }
    shut(&own);
}

static void test_wechat_hear__refuses_what_is_not_genuine(void **state)
{
    struct own own = channel("wx_native", "nothing");
    struct stamp good = stamp_of(NOTE_PAID, KEY_ID), bad;
    struct channel_said said;
    char body[sizeof(NOTE_PAID)];

    (void)state;
    bad = good;
    bad.serial = SERIAL;
    assert_int_equal(heard(&own.account, ABOUT_ORDER, NOTE_PAID, &bad, &said), PAY_BAD_SIGN);
    bad = good;
    memcpy(bad.sign, "WECHATPAY/SIGNTEST/", 19);
    assert_int_equal(heard(&own.account, ABOUT_ORDER, NOTE_PAID, &bad, &said), PAY_BAD_SIGN);
    bad = good;
    snprintf(bad.now, sizeof(bad.now), "%lld", (long long)clock_now_s() + 1);
    assert_int_equal(heard(&own.account, ABOUT_ORDER, NOTE_PAID, &bad, &said), PAY_BAD_SIGN);
    /* the right signature over a changed ciphertext: its tag is wrong */
    memcpy(body, NOTE_PAID, sizeof(body));
    char *cipher = strstr(body, "\"ciphertext\":\"") + 14;
    *cipher = *cipher == 'A' ? 'B' : 'A';
    bad = stamp_of(body, KEY_ID);
    assert_int_equal(heard(&own.account, ABOUT_ORDER, body, &bad, &said), PAY_BAD_SIGN);
    shut(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wechat_text__is_what_the_sdk_signs),
        cmocka_unit_test(test_wechat_open__says_what_is_wrong),
        cmocka_unit_test(test_wechat_submit__an_order_that_ends_soon),
        cmocka_unit_test(test_wechat_submit__by_kind),
        cmocka_unit_test(test_wechat_submit__wants_its_extras),
        cmocka_unit_test(test_wechat_query__states),
        cmocka_unit_test(test_wechat_close__states),
        cmocka_unit_test(test_wechat_refund__states),
        cmocka_unit_test(test_wechat_transfer__states),
        cmocka_unit_test(test_wechat_hear__notifications),
        cmocka_unit_test(test_wechat_hear__refuses_what_is_not_genuine),
    };

    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
