/* test_mock.c - the mock channel: its configuration, its offline ticket, its callbacks. */
#include "tests/unit/unit.h"

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/mock/mock.h"
#include "io/crypto/sign.h"
#include "wire/signed_json.h"

#include "tests/unit/channel_row.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define PAY_ID "01J0EXAMP00000000000000002"
#define MEMBERS \
    "\"pay_id\":\"" PAY_ID "\",\"channel_order_no\":\"GW1\",\"status\":\"SUCCESS\"," \
    "\"price\":10000,\"currency\":\"CNY\",\"success_time\":\"2025-11-21T00:00:00.123Z\"," \
    "\"nonce\":\"0123456789abcdef\""

static char private_pem[4096], public_pem[2048];

/* ---- accounts */

static struct own account_of(const char *config, const char *secrets)
{
    struct own own = opened(&CHANNEL_MOCK, "mock", config, secrets);

    assert_non_null(own.keys);
    return own;
}

static struct own hmac_account(void)
{
    return account_of("{\"sign_type\":\"HMAC-SHA256\"}", "{\"secret\":\"" SECRET "\"}");
}

static struct own rsa_account(void)
{
    char room[4096];
    struct text t = TEXT(room);
    struct json_text j = JSON_TEXT(&t);

    json_open(&j, NULL);
    json_str(&j, "sign_type", "RSA2");
    json_str(&j, "public_key", public_pem);
    json_close(&j);
    return account_of(room, "{\"secret\":\"" SECRET "\"}");
}

static const struct channel_driver *driver(void)
{
    return &CHANNEL_MOCK;
}

static void test_mock_open__refuses_what_could_not_work(void **state)
{
    static const struct {
        const char *name, *config, *secrets;
        bool ok;
    } CASES[] = {
        { "hmac", "{\"sign_type\":\"HMAC-SHA256\"}", "{\"secret\":\"" SECRET "\"}", true },
        { "no secret", "{\"sign_type\":\"HMAC-SHA256\"}", "{}", false },
        { "empty secret", "{\"sign_type\":\"HMAC-SHA256\"}", "{\"secret\":\"\"}", false },
        { "short secret", "{\"sign_type\":\"HMAC-SHA256\"}", "{\"secret\":\"x\"}", false },
        { "number", "{\"sign_type\":\"HMAC-SHA256\"}", "{\"secret\":1}", false },
        { "no sign type", "{}", "{\"secret\":\"" SECRET "\"}", false },
        { "other sign type", "{\"sign_type\":\"MD5\"}", "{\"secret\":\"" SECRET "\"}", false },
        { "RSA2 without key", "{\"sign_type\":\"RSA2\"}", "{\"secret\":\"" SECRET "\"}", false },
        { "RSA2 with garbage", "{\"sign_type\":\"RSA2\",\"public_key\":\"x\"}",
          "{\"secret\":\"" SECRET "\"}", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = opened(&CHANNEL_MOCK, "mock", CASES[i].config, CASES[i].secrets);
        CHECK(CASES[i].name, (own.keys != NULL) == CASES[i].ok);
        CHECK(CASES[i].name, own.keys != NULL || strstr(own.why, "must") != NULL);
        shut(&own);
    }
    struct own rsa = rsa_account();
    shut(&rsa);
}

static void test_mock_submit__token_follows_from_secret_and_pay_id(void **state)
{
    struct own own = hmac_account();
    struct channel_ticket ticket;
    struct mac mac;
    char hex[MAC_HEX_SIZE], want[256];

    (void)state;
    const struct channel_order order = { .pay_id = PAY_ID };
    static const char SEEN[] = "mockpay:" PAY_ID;
    assert_int_equal(driver()->products[0].submit(&own.account, &order, &ticket), PAY_OK);
    assert_true(sign_hmac_sha256(SECRET, strlen(SECRET), SEEN, strlen(SEEN), &mac));
    sign_mac_hex(&mac, hex);
    snprintf(want, sizeof(want), "https://pay.example/mockpay?pay_id=" PAY_ID "&token=%.32s", hex);
    assert_string_equal(ticket.display_content, want);
    assert_string_equal(ticket.display_mode, "redirect");
    shut(&own);
}

static void test_mock_submit__follows_the_orders_switch(void **state)
{
    static const struct {
        const char *metadata;
        bool offline;
        enum pay_err want;
    } CASES[] = {
        { "", true, PAY_OK },
        { "{}", true, PAY_OK },
        { "{\"mock\":1}", true, PAY_OK },
        { "{\"mock\":{\"submit\":\"now\"}}", true, PAY_OK },
        { "{\"mock\":{\"submit\":7}}", true, PAY_OK },
        { "{\"mock\":{\"refund\":\"later\"}}", true, PAY_OK },
        { "{\"mock\":{\"submit\":\"refused\"}}", false, PAY_REFUSED },
        { "{\"a\":[],\"mock\":{\"submit\":\"unknown\"}}", false, PAY_UNKNOWN },
        { "{\"mock\":{\"submit\":\"slow\"}}", false, PAY_OK },
    };
    struct own own = hmac_account();
    struct channel_ticket ticket;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct channel_order order = { .pay_id = PAY_ID, .metadata = CASES[i].metadata };
        const char *name = CASES[i].metadata;
        int64_t since = clock_ticks_us();
        CHECK(name, driver()->products[0].by_call(&order) == !CASES[i].offline);
        CHECK(name, driver()->products[0].submit(&own.account, &order, &ticket) == CASES[i].want);
        CHECK(name, (*ticket.display_content != '\0') == (CASES[i].want == PAY_OK));
        CHECK(name, (*ticket.error_code != '\0') == (CASES[i].want == PAY_REFUSED));
        CHECK(name, (clock_ticks_us() - since > 1900000) == (strstr(name, "slow") != NULL));
    }
    shut(&own);
}

/* ---- callbacks */

static struct json *parsed(const char *body)
{
    struct json *json;

    if (json_parse(body, strlen(body), &json) != PAY_OK)
        fail_msg("not JSON: %s", body);
    return json;
}

static char body_room[8192];

/* members, timestamp, and the signature by key. */
static const char *signed_body(const char *members, int64_t off, const struct signed_key *key)
{
    struct text t = TEXT(body_room);

    text_addf(&t, "{%s,\"timestamp\":%lld}", members, (long long)(clock_now_s() + off));
    assert_true(signed_json_sign(&t, key));
    return body_room;
}

static const struct signed_key HMAC_KEY = { SIGNED_HMAC, SECRET };

static enum pay_err parse_body(const struct channel_account *account, const char *body,
                               struct channel_said *out)
{
    struct json *json = parsed(body);
    const struct channel_callback callback = { .body = body,
                                               .body_len = strlen(body),
                                               .json = json };

    enum pay_err err = driver()->hear(account, &callback, out);
    json_free(&json);
    return err;
}

static void test_mock_hear__believes_a_signed_callback(void **state)
{
    struct own own = hmac_account();
    struct channel_said result;

    (void)state;
    assert_int_equal(parse_body(&own.account, signed_body(MEMBERS, 0, &HMAC_KEY), &result), PAY_OK);
    assert_int_equal(result.state, CHANNEL_SUCCESS);
    assert_string_equal(result.no, PAY_ID);
    assert_string_equal(result.channel_no, "GW1");
    assert_int_equal(result.price.minor, 10000);
    assert_string_equal(result.currency, "CNY");
    assert_int_equal(result.success_time, INT64_C(1763683200123));
    shut(&own);
}

static void test_mock_hear__rsa2_when_the_row_says_so(void **state)
{
    struct own rsa = rsa_account(), hmac = hmac_account();
    const struct signed_key gateway = { SIGNED_RSA2, private_pem };
    struct channel_said result;

    (void)state;
    assert_int_equal(parse_body(&rsa.account, signed_body(MEMBERS, 0, &gateway), &result), PAY_OK);
    assert_int_equal(parse_body(&hmac.account, body_room, &result), PAY_BAD_SIGN);
    /* the secret, and the public key as if it were one, sign nothing for an RSA2 channel */
    assert_int_equal(parse_body(&rsa.account, signed_body(MEMBERS, 0, &HMAC_KEY), &result),
                     PAY_BAD_SIGN);
    const struct signed_key public_as_secret = { SIGNED_HMAC, public_pem };
    assert_int_equal(parse_body(&rsa.account, signed_body(MEMBERS, 0, &public_as_secret), &result),
                     PAY_BAD_SIGN);
    shut(&rsa);
    shut(&hmac);
}

static void test_mock_hear__time_is_checked_after_the_signature(void **state)
{
    static const struct {
        int64_t off;
        bool good_key;
        enum pay_err want;
    } CASES[] = {
        { 0, true, PAY_OK },         { 298, true, PAY_OK },        { -298, true, PAY_OK },
        { 305, true, PAY_BAD_TIME }, { -305, true, PAY_BAD_TIME }, { 305, false, PAY_BAD_SIGN },
        { 0, false, PAY_BAD_SIGN },
    };
    const struct signed_key other = { SIGNED_HMAC, "somebody else's secret" };
    struct own own = hmac_account();
    struct channel_said result;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct signed_key *key = CASES[i].good_key ? &HMAC_KEY : &other;
        const char *body = signed_body(MEMBERS, CASES[i].off, key);
        enum pay_err err = parse_body(&own.account, body, &result);
        CHECK_TEXT("case", err_name(err), err_name(CASES[i].want));
    }
    shut(&own);
}

/* body_room with the first `from` replaced. */
static const char *altered(const char *from, const char *to)
{
    static char room[8192];
    const char *at = strstr(body_room, from);

    struct text t = TEXT(room);

    assert_non_null(at);
    text_add_n(&t, body_room, (size_t)(at - body_room));
    text_add(&t, to);
    text_add(&t, at + strlen(from));
    return room;
}

static void test_mock_hear__any_change_breaks_the_signature(void **state)
{
    static const struct {
        const char *name, *from, *to;
        enum pay_err want;
    } CASES[] = {
        { "untouched", "GW1", "GW1", PAY_OK },
        { "price", "10000", "10001", PAY_BAD_SIGN },
        { "order of members", "\"price\":10000,\"currency\":\"CNY\"",
          "\"currency\":\"CNY\",\"price\":10000", PAY_OK },
        { "blanks", "{\"pay_id\"", "{ \t\"pay_id\"", PAY_OK },
        { "status", "SUCCESS", "FAILED", PAY_BAD_SIGN },
        { "an unknown member more", "{\"pay_id\"", "{\"x\":\"1\",\"pay_id\"", PAY_BAD_SIGN },
        { "an empty member more", "{\"pay_id\"", "{\"x\":\"\",\"pay_id\"", PAY_OK },
        { "a null member more", "{\"pay_id\"", "{\"x\":null,\"pay_id\"", PAY_OK },
        { "no sign", "\"sign\":", "\"sing\":", PAY_BAD_SIGN },
        { "sign in capitals", "\"sign\":\"", "\"sign\":\"A", PAY_BAD_SIGN },
        { "empty sign", "\"sign\":\"", "\"sign\":\"\",\"z\":\"", PAY_BAD_SIGN },
        { "sign null", "\"sign\":\"", "\"sign\":null,\"z\":\"", PAY_BAD_SIGN },
        { "sign a number", "\"sign\":\"", "\"sign\":1,\"z\":\"", PAY_BAD_SIGN },
        { "other sign_type", "HMAC-SHA256", "RSA2", PAY_BAD_SIGN },
        { "sign_type in lower case", "HMAC-SHA256", "hmac-sha256", PAY_BAD_SIGN },
        { "no sign_type", "\"sign_type\":\"HMAC-SHA256\",", "", PAY_BAD_SIGN },
    };
    struct own own = hmac_account();
    struct channel_said result;

    (void)state;
    signed_body(MEMBERS, 0, &HMAC_KEY);
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_TEXT(CASES[i].name,
                   err_name(parse_body(&own.account, altered(CASES[i].from, CASES[i].to), &result)),
                   err_name(CASES[i].want));
    shut(&own);
}

static void test_mock_hear__without_an_account_always_wrong(void **state)
{
    struct channel_said result;
    const struct signed_key empty = { SIGNED_HMAC, "" };
    struct text t = TEXT(body_room);

    (void)state;
    assert_int_equal(parse_body(NULL, signed_body(MEMBERS, 0, &HMAC_KEY), &result), PAY_BAD_SIGN);
    text_add(&t, "{}");
    assert_false(signed_json_sign(&t, &empty));
}

struct read_no_case {
    const char *name, *from, *to, *field;
};

static void test_mock_read_no__names_the_first_bad_member(void **state)
{
    static const struct read_no_case CASES[] = {
        { "fine", "GW1", "GW1", NULL },
        { "no pay_id", "\"pay_id\"", "\"x\"", "pay_id" },
        { "pay_id null", "\"" PAY_ID "\"", "null", "pay_id" },
        { "pay_id a number", "\"" PAY_ID "\"", "1", "pay_id" },
        { "pay_id of another alphabet", PAY_ID, "01J0EXAMP0000000000000000U", "pay_id" },
        { "pay_id too short", PAY_ID, "01J0", "pay_id" },
        { "SQL in pay_id", PAY_ID, "' OR 1", "pay_id" },
        { "empty channel_order_no", "GW1", "", "channel_order_no" },
        { "channel_order_no of 64", "GW1",
          "0123456789012345678901234567890123456789012345678901234567890123", NULL },
        { "channel_order_no of 65", "GW1",
          "01234567890123456789012345678901234567890123456789012345678901234", "channel_order_no" },
        { "unknown status", "SUCCESS", "PAID", "status" },
        { "status in lower case", "SUCCESS", "success", "status" },
        { "price a string", "10000", "\"10000\"", "price" },
        { "price a fraction", "10000", "10000.0", "price" },
        { "price 0", "10000", "0", "price" },
        { "price negative", "10000", "-1", "price" },
        { "price over the bound", "10000", "1000000000001", "price" },
        { "price beyond int64", "10000", "99999999999999999999", "price" },
        { "currency in lower case", "CNY", "cny", "currency" },
        { "currency too long", "CNY", "CNYY", "currency" },
        { "no success_time", "\"success_time\"", "\"x\"", "success_time" },
        { "bad success_time", "2025-11-21T00:00:00.123Z", "yesterday", "success_time" },
        { "no timestamp", "\"timestamp\"", "\"t\"", "timestamp" },
        { "no nonce", "\"nonce\"", "\"n\"", "nonce" },
        { "empty nonce", "0123456789abcdef", "", "nonce" },
        { "a boolean", "{\"pay_id\"", "{\"x\":true,\"pay_id\"", "x" },
        { "an array", "{\"pay_id\"", "{\"x\":[],\"pay_id\"", "x" },
        { "an object", "{\"pay_id\"", "{\"x\":{},\"pay_id\"", "x" },
        { "a fraction", "{\"pay_id\"", "{\"x\":1.5,\"pay_id\"", "x" },
        { "an ampersand", "{\"pay_id\"", "{\"x\":\"a&b\",\"pay_id\"", "x" },
        { "an equals sign", "{\"pay_id\"", "{\"x\":\"a=b\",\"pay_id\"", "x" },
        { "a control character", "{\"pay_id\"", "{\"x\":\"a\\nb\",\"pay_id\"", "x" },
        { "not ASCII", "{\"pay_id\"", "{\"x\":\"茶\",\"pay_id\"", "x" },
        { "an ampersand in a name", "{\"pay_id\"", "{\"a=1&b\":\"1\",\"pay_id\"", "?" },
    };

    (void)state;
    signed_body(MEMBERS, 0, &HMAC_KEY);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        char pay_id[NO_SIZE] = "";
        const char *field = NULL;
        struct json *json = parsed(altered(CASES[i].from, CASES[i].to));
        char room[256];
        struct text why = TEXT(room);
        const struct channel_callback callback = { .json = json, .why = &why };
        enum pay_err err = driver()->read_no(&callback, pay_id, &field);
        json_free(&json);
        CHECK(CASES[i].name, !why.full && (why.len > 0) == (err == PAY_BAD_FIELD));
        CHECK_TEXT(CASES[i].name, err_name(err), CASES[i].field ? "PAY_BAD_FIELD" : "PAY_OK");
        CHECK_TEXT(CASES[i].name, str_or(field, ""), str_or(CASES[i].field, ""));
        if (err == PAY_OK)
            CHECK_TEXT(CASES[i].name, pay_id, PAY_ID);
    }
}

static void test_mock_read_no__success_time_only_with_success(void **state)
{
    char pay_id[NO_SIZE];
    const char *field;

    (void)state;
    signed_body(MEMBERS, 0, &HMAC_KEY);
    struct json *json = parsed(altered("\"status\":\"SUCCESS\"", "\"status\":\"FAILED\""));
    struct channel_callback callback = { .json = json };
    assert_int_equal(driver()->read_no(&callback, pay_id, &field), PAY_OK);
    json_free(&json);
    callback.json = json = parsed("[]");
    assert_int_equal(driver()->read_no(&callback, pay_id, &field), PAY_BAD_BODY);
    json_free(&json);
}

/* ---- the signed text */

static void test_signed_json_text__drops_sorts_and_joins(void **state)
{
    static const struct {
        const char *json, *want;
    } CASES[] = {
        { "{}", "" },
        { "{\"b\":\"2\",\"a\":1}", "a=1&b=2" },
        { "{\"B\":\"2\",\"a\":1,\"_\":0,\"a1\":-5}", "B=2&_=0&a=1&a1=-5" },
        { "{\"a\":null,\"b\":\"\",\"c\":\"x y\",\"sign\":\"s==\",\"sign_type\":\"t\"}", "c=x y" },
        { "{\"a\":9223372036854775807}", "a=9223372036854775807" },
        { "{\"ab\":\"1\",\"a\":\"2\",\"a0\":\"3\"}", "a=2&a0=3&ab=1" },
    };
    char room[256];

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct json *json = parsed(CASES[i].json);
        struct text t = TEXT(room);
        CHECK(CASES[i].json, signed_json_text(json, &t));
        CHECK_TEXT(CASES[i].json, room, CASES[i].want);
        json_free(&json);
    }
}

static void test_signed_json_sign__known_text(void **state)
{
    char room[256] = "", hex[MAC_HEX_SIZE], want[256];
    struct text t = TEXT(room);
    struct mac mac;

    (void)state;
    text_add(&t, "{\"b\":\"2\",\"a\":1}");
    assert_true(signed_json_sign(&t, &HMAC_KEY));
    assert_true(sign_hmac_sha256(SECRET, strlen(SECRET), "a=1&b=2", 7, &mac));
    sign_mac_hex(&mac, hex);
    snprintf(want, sizeof(want),
             "{\"b\":\"2\",\"a\":1,\"sign_type\":\"HMAC-SHA256\",\"sign\":\"%s\"}", hex);
    assert_string_equal(room, want);
}

static int keys_new(void **state)
{
    struct text private_text = TEXT(private_pem), public_text = TEXT(public_pem);

    (void)state;
    return sign_rsa_new(2048, &private_text, &public_text) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mock_open__refuses_what_could_not_work),
        cmocka_unit_test(test_mock_submit__token_follows_from_secret_and_pay_id),
        cmocka_unit_test(test_mock_submit__follows_the_orders_switch),
        cmocka_unit_test(test_mock_hear__believes_a_signed_callback),
        cmocka_unit_test(test_mock_hear__rsa2_when_the_row_says_so),
        cmocka_unit_test(test_mock_hear__time_is_checked_after_the_signature),
        cmocka_unit_test(test_mock_hear__any_change_breaks_the_signature),
        cmocka_unit_test(test_mock_hear__without_an_account_always_wrong),
        cmocka_unit_test(test_mock_read_no__names_the_first_bad_member),
        cmocka_unit_test(test_mock_read_no__success_time_only_with_success),
        cmocka_unit_test(test_signed_json_text__drops_sorts_and_joins),
        cmocka_unit_test(test_signed_json_sign__known_text),
    };
    return cmocka_run_group_tests(tests, keys_new, NULL);
}
