/* test_wechat_sandbox.c - the played WeChat Pay: what it makes of Authorization headers and of
 * requests that wechatpay-axios-plugin signed, its refusals, and what it signs and encrypts. */
#include "tests/unit/unit.h"

#include "io/crypto/sign.h"
#include "io/json/json.h"
#include "sandbox/wechat/auth.h"
#include "sandbox/wechat/seal.h"

#include "tests/unit/rsa_keys.h"
#include "tests/unit/wechat_sandbox_vectors.h"

#define APIV3_KEY "0123456789abcdef0123456789abcdef"
#define HEAD "WECHATPAY2-SHA256-RSA2048 "
#define FOUR "mchid=\"1\",nonce_str=\"n\",signature=\"s\",serial_no=\"A\""

/* ---- the header */

static const struct header_case {
    const char *name, *header;
    bool want;
} HEADERS[] = {
    { "the SDK's", VECTOR_GET, true },
    { "another order", HEAD "timestamp=\"1\"," FOUR, true },
    { "no header", NULL, false },
    { "empty", "", false },
    { "another scheme", "WECHATPAY2-SM2-WITH-SM3 timestamp=\"1\"," FOUR, false },
    { "the scheme alone", HEAD, false },
    { "two blanks", HEAD " timestamp=\"1\"," FOUR, false },
    { "a blank behind a comma", HEAD "timestamp=\"1\", " FOUR, false },
    { "one is missing", HEAD FOUR, false },
    { "one comes twice", HEAD "mchid=\"1\"," FOUR, false },
    { "an unknown one", HEAD "timestamps=\"1\"," FOUR, false },
    { "an empty value", HEAD "timestamp=\"\"," FOUR, false },
    { "no quotes", HEAD "timestamp=1," FOUR, false },
    { "a time in words", HEAD "timestamp=\"now\"," FOUR, false },
    { "a negative time", HEAD "timestamp=\"-1\"," FOUR, false },
    { "milliseconds", HEAD "timestamp=\"1769817605000\"," FOUR, false },
    { "a sixth", HEAD "timestamp=\"1\"," FOUR ",mchid=\"1\"", false },
    { "a comma at the end", HEAD "timestamp=\"1\"," FOUR ",", false },
    { "no end", HEAD "timestamp=\"1\",mchid=\"1", false },
    { "a byte beyond ASCII",
      HEAD "timestamp=\"1\",mchid=\"\xC3\xA9\",nonce_str=\"n\","
           "signature=\"s\",serial_no=\"A\"",
      false },
};

static void test_wechat_auth_parse__five_parts_in_any_order(void **state)
{
    struct wechat_credentials said;
    (void)state;

    for (size_t i = 0; i < COUNT(HEADERS); i++)
        CHECK(HEADERS[i].name, wechat_auth_parse(HEADERS[i].header, &said) == HEADERS[i].want);
    assert_true(wechat_auth_parse(VECTOR_GET, &said));
    assert_string_equal(said.mchid, "1900000109");
    assert_string_equal(said.nonce_str, VECTOR_NONCE);
    assert_string_equal(said.serial_no, VECTOR_SERIAL);
    assert_int_equal(said.time, VECTOR_TIME);
}

/* ---- the checks, in their order */

static const struct check_case {
    const char *name, *method, *uri, *body, *header, *mchid, *serial;
    int64_t off_s;
    enum wechat_fault want;
} CHECKS[] = {
    { "GET, percent signs as sent", "GET", VECTOR_GET_URI, "", VECTOR_GET, "1900000109",
      VECTOR_SERIAL, 0, WX_OK },
    { "POST", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "1900000109", VECTOR_SERIAL, 0,
      WX_OK },
    { "the serial in small letters", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST,
      "1900000109", "3775b6a45acd588826d15e583a95f5dd00000000", 0, WX_OK },
    { "300 s late", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "1900000109", VECTOR_SERIAL,
      300, WX_OK },
    { "301 s late", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "1900000109", VECTOR_SERIAL,
      301, WX_AUTH_TIME },
    { "301 s early, before the serial", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "2", "B",
      -301, WX_AUTH_TIME },
    { "another merchant", "POST", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "2", VECTOR_SERIAL, 0,
      WX_AUTH_SERIAL },
    { "another serial, before the signature", "POST", VECTOR_POST_URI, "{}", VECTOR_POST,
      "1900000109", "3775", 0, WX_AUTH_SERIAL },
    { "another body", "POST", VECTOR_POST_URI, VECTOR_BODY " ", VECTOR_POST, "1900000109",
      VECTOR_SERIAL, 0, WX_AUTH_SIGN },
    { "another method", "PUT", VECTOR_POST_URI, VECTOR_BODY, VECTOR_POST, "1900000109",
      VECTOR_SERIAL, 0, WX_AUTH_SIGN },
    { "a decoded address", "GET", "/v3/pay/transactions/out-trade-no/a|b*c?mchid=1900000109", "",
      VECTOR_GET, "1900000109", VECTOR_SERIAL, 0, WX_AUTH_SIGN },
    { "no header, orders", "POST", VECTOR_POST_URI, "", NULL, "1900000109", VECTOR_SERIAL, 0,
      WX_AUTH_FORM_PAY },
    { "no header, certificates", "GET", "/v3/certificates", "", NULL, "1900000109", VECTOR_SERIAL,
      0, WX_AUTH_FORM },
};

static void test_wechat_auth_check__in_the_servers_order(void **state)
{
    struct rsa_key *key = rsa_public(APP_PUBLIC);
    struct wechat_credentials said;
    (void)state;

    assert_non_null(key);
    for (size_t i = 0; i < COUNT(CHECKS); i++) {
        const struct check_case *c = &CHECKS[i];
        struct wechat_detail detail = { .text = NULL };
        const struct wechat_ask ask = { .method = c->method,
                                        .uri = c->uri,
                                        .body = { c->body, strlen(c->body) },
                                        .authorization = c->header,
                                        .now_ms = (VECTOR_TIME + c->off_s) * 1000 };
        const struct wechat_signer signer = { c->mchid, c->serial, key };
        CHECK_I64(c->name, wechat_auth_check(&ask, &signer, &said, &detail), c->want);
    }
    rsa_free(&key);
}

/* ---- refusals */

static void test_wechat_fault__says_code_message_and_detail(void **state)
{
    static const char TEXT_SIGNED[] = "GET\n/v3/certificates\n1\nn\n\n";
    char room[2048];
    struct text to = TEXT(room);
    (void)state;

    wechat_fault_write(WX_AUTH_TIME, NULL, &to);
    assert_string_equal(room, "{\"code\":\"SIGN_ERROR\",\"message\":\"Http头Authorization中的"
                              "timestamp与发起请求的时间不得超过5分钟\"}");
    text_reset(&to);
    wechat_fault_write(WX_PARAM,
                       &(struct wechat_detail){ .words = "值低于最小值 1",
                                                .field = "/amount/total",
                                                .value = "0",
                                                .issue = "太小",
                                                .location = "body" },
                       &to);
    assert_string_equal(room, "{\"code\":\"PARAM_ERROR\",\"detail\":{\"field\":\"/amount/total\","
                              "\"value\":\"0\",\"issue\":\"太小\",\"location\":\"body\"},"
                              "\"message\":\"值低于最小值 1\"}");
    text_reset(&to);
    wechat_fault_write(WX_AUTH_SIGN,
                       &(struct wechat_detail){ .field = "signature",
                                                .location = "authorization",
                                                .method = "GET",
                                                .url = "/v3/certificates",
                                                .text = TEXT_SIGNED,
                                                .text_len = strlen(TEXT_SIGNED) },
                       &to);
    assert_non_null(strstr(room, "\"truncated_sign_message\":\"GET\\n/v3/certificates\\n1\\nn\\n"));
    assert_non_null(strstr(room, "\"sign_message_length\":26"));
    text_reset(&to);
    wechat_fault_write(WX_NO_PATH, NULL, &to);
    assert_string_equal(room, "");
}

/* ---- what it signs and encrypts */

static void test_wechat_stamp__is_checked_with_the_public_half(void **state)
{
    static const char BODY[] = "{\"code_url\":\"weixin://wxpay/bizpayurl?pr=1\"}";
    struct rsa_key *ours = rsa_private(CHANNEL_PRIVATE), *theirs = rsa_public(CHANNEL_PUBLIC);
    const struct wechat_voice voice = { "PUB_KEY_ID_0119000001", ours };
    struct wechat_stamp stamp, other;
    char room[4096];
    struct text to = TEXT(room);
    (void)state;

    const struct wechat_bytes body = { BODY, strlen(BODY) };
    assert_true(wechat_stamp(&voice, VECTOR_TIME * 1000 + 999, body, &stamp));
    assert_true(wechat_stamp(&voice, VECTOR_TIME * 1000, body, &other));
    assert_string_not_equal(stamp.nonce, other.nonce);
    assert_string_equal(stamp.timestamp, "1769817605");
    wechat_answer_text(stamp.timestamp, stamp.nonce, body, &to);
    assert_true(rsa_verify(theirs, room, to.len, stamp.signature));
    wechat_stamp_probe(&stamp);
    assert_true(str_starts(stamp.signature, "WECHATPAY/SIGNTEST/"));
    assert_false(rsa_verify(theirs, room, to.len, stamp.signature));
    for (size_t i = 0; i < 5; i++) {
        text_reset(&to);
        assert_true(wechat_stamp_header(&stamp, i, &to));
        assert_true(str_starts(room, "Wechatpay-"));
    }
    assert_false(wechat_stamp_header(&stamp, 5, &to));
    rsa_free(&ours);
    rsa_free(&theirs);
}

static void test_sign_seal_with__is_the_sdks(void **state)
{
    static const struct sign_lock LOCK = { (const uint8_t *)APIV3_KEY, VECTOR_GCM_AAD,
                                           sizeof(VECTOR_GCM_AAD) - 1 };
    uint8_t sealed[sizeof(VECTOR_BODY) + SIGN_TAG];
    char room[512];
    struct text to = TEXT(room);
    (void)state;

    assert_true(sign_seal_with(&LOCK, VECTOR_GCM_NONCE, VECTOR_BODY, strlen(VECTOR_BODY), sealed));
    sign_base64_add(&to, sealed, strlen(VECTOR_BODY) + SIGN_TAG);
    assert_string_equal(room, VECTOR_GCM);
}

static void test_rsa_decrypt__reads_the_sdks_names(void **state)
{
    struct rsa_key *key = rsa_private(APP_PRIVATE), *other = rsa_private(CHANNEL_PRIVATE);
    char room[512], again[1024];
    struct text to = TEXT(room), base64 = TEXT(again);
    (void)state;

    assert_true(rsa_decrypt(key, VECTOR_NAME, strlen(VECTOR_NAME), &to));
    assert_string_equal(room, "张三");
    assert_false(rsa_decrypt(other, VECTOR_NAME, strlen(VECTOR_NAME), &to));
    assert_false(rsa_decrypt(key, "AAAA", 4, &to));
    text_reset(&to);
    assert_true(rsa_encrypt(key, "李四", strlen("李四"), &base64));
    assert_true(rsa_decrypt(key, again, base64.len, &to));
    assert_string_equal(room, "李四");
    rsa_free(&key);
    rsa_free(&other);
}

static void test_wechat_event__is_compact_and_opens_again(void **state)
{
    static const char PLAIN[] = "{\"out_trade_no\":\"a\"}";
    char room[2048], opened[64];
    uint8_t sealed[256];
    struct text to = TEXT(room);
    struct json *root = NULL;
    size_t len = 0, nonce_len = 0, sealed_len = 0;
    (void)state;

    assert_true(
        wechat_event_write(&(struct wechat_event){ .id = "6e8b0d2c-1d2e-5f30-9d5f-0123456789ab",
                                                   .event_type = "TRANSACTION.SUCCESS",
                                                   .summary = "支付成功",
                                                   .original_type = "transaction",
                                                   .create_ms = VECTOR_TIME * 1000,
                                                   .plain = { .apiv3_key = APIV3_KEY,
                                                              .associated_data = "transaction",
                                                              .bytes = { PLAIN, strlen(PLAIN) } } },
                           &to));
    assert_non_null(strstr(room, "\"create_time\":\"2026-01-31T08:00:05+08:00\",\"resource_type\":"
                                 "\"encrypt-resource\",\"event_type\":\"TRANSACTION.SUCCESS\""));
    assert_int_equal(json_parse(room, to.len, &root), PAY_OK);
    const struct json *resource = json_member(root, "resource");
    const char *nonce = json_text(json_member(resource, "nonce"), &nonce_len);
    const char *base64 = json_text(json_member(resource, "ciphertext"), &len);
    assert_int_equal(nonce_len, 12);
    memcpy(sealed, nonce, 12);
    assert_true(sign_base64_read(base64, len, sealed + 12, sizeof(sealed) - 12, &sealed_len));
    const struct sign_lock lock = { (const uint8_t *)APIV3_KEY, "transaction", 11 };
    assert_true(sign_unseal(&lock, sealed, sealed_len + 12, opened));
    assert_memory_equal(opened, PLAIN, strlen(PLAIN));
    json_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wechat_auth_parse__five_parts_in_any_order),
        cmocka_unit_test(test_wechat_auth_check__in_the_servers_order),
        cmocka_unit_test(test_wechat_fault__says_code_message_and_detail),
        cmocka_unit_test(test_wechat_stamp__is_checked_with_the_public_half),
        cmocka_unit_test(test_sign_seal_with__is_the_sdks),
        cmocka_unit_test(test_rsa_decrypt__reads_the_sdks_names),
        cmocka_unit_test(test_wechat_event__is_compact_and_opens_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
