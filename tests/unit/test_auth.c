/* test_auth.c - the Authorization header, the signed text, keys and windows of time. */
#include "tests/unit/unit.h"
#include <string.h>
#include "io/crypto/sign.h"
#include "web/skeleton/auth.h"

#define KEY "app_key=\"app_1\""
#define STAMP "timestamp=\"1700000000\""
#define NONCE "nonce=\"0123456789abcdef\""
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SIGN "signature=\"" HEX64 "\""
#define HMAC "SHROFF-HMAC-SHA256 "
#define ALL KEY "," STAMP "," NONCE "," SIGN

struct header_case {
    const char *header;
    bool want;
};
static const struct header_case HEADER_CASES[] = {
    { HMAC ALL, true },
    { HMAC SIGN " , " NONCE ",\t" STAMP "," KEY, true },
    { HMAC "  " ALL "  ", true },
    { HMAC "key_id=\"k-1\"," ALL, true },
    { "SHROFF-RSA2 " KEY "," STAMP "," NONCE ",signature=\"AB+/cd==\"", true },
    { HMAC KEY ",timestamp=\"0000000001\"," NONCE "," SIGN, true },
    { HMAC KEY "," STAMP "," NONCE ",signature=\"00\"", true },
    { NULL, false },
    { "", false },
    { "SHROFF-HMAC-SHA256", false },
    { HMAC, false },
    { "Basic YTpi", false },
    { "SHROFF-HMAC-SHA1 " ALL, false },
    { "shroff-hmac-sha256 " ALL, false },
    { "SHROFF-HMAC-SHA256," ALL, false },
    { "SHROFF-HMAC-SHA256" ALL, false },
    { HMAC STAMP "," NONCE "," SIGN, false },
    { HMAC KEY "," NONCE "," SIGN, false },
    { HMAC KEY "," STAMP "," SIGN, false },
    { HMAC KEY "," STAMP "," NONCE, false },
    { HMAC ALL ",", false },
    { HMAC "," ALL, false },
    { HMAC KEY ",," STAMP "," NONCE "," SIGN, false },
    { HMAC ALL " x", false },
    { HMAC KEY " " STAMP "," NONCE "," SIGN, false },
    { HMAC ALL "," KEY, false },
    { HMAC ALL ",realm=\"x\"", false },
    { HMAC ALL ",key_id=\"\"", false },
    { HMAC ALL ",key_id=\"a\",key_id=\"a\"", false },
    { HMAC "app_key=\"\"," STAMP "," NONCE "," SIGN, false },
    { HMAC "app_key=\"a b\"," STAMP "," NONCE "," SIGN, false },
    { HMAC "app_key=\"a\\\"\"," STAMP "," NONCE "," SIGN, false },
    { HMAC "app_key=app_1," STAMP "," NONCE "," SIGN, false },
    { HMAC "app_key= \"app_1\"," STAMP "," NONCE "," SIGN, false },
    { HMAC "app_key=\"" HEX64 "\"," STAMP "," NONCE "," SIGN, false },
    { HMAC "APP_KEY=\"app_1\"," STAMP "," NONCE "," SIGN, false },
    { HMAC KEY ",timestamp=\"\"," NONCE "," SIGN, false },
    { HMAC KEY ",timestamp=\"17000000000\"," NONCE "," SIGN, false },
    { HMAC KEY ",timestamp=\"-1\"," NONCE "," SIGN, false },
    { HMAC KEY ",timestamp=\"1.5\"," NONCE "," SIGN, false },
    { HMAC KEY "," STAMP ",nonce=\"0123456789abcde\"," SIGN, false },
    { HMAC KEY "," STAMP ",nonce=\"" HEX64 "0\"," SIGN, false },
    { HMAC KEY "," STAMP ",nonce=\"0123456789abcde+\"," SIGN, false },
    { HMAC KEY "," STAMP "," NONCE ",signature=\"\"", false },
    { HMAC KEY "," STAMP "," NONCE ",signature=\"0123456789ABCDEF\"", false },
    { HMAC KEY "," STAMP "," NONCE ",signature=\"00", false },
    { "SHROFF-RSA2 " KEY "," STAMP "," NONCE ",signature=\"AB-_cd\"", false },
};

static void test_auth_parse__the_contracts_form_alone(void **state)
{
    struct credentials said;

    (void)state;
    for (size_t i = 0; i < COUNT(HEADER_CASES); i++) {
        if (auth_parse(HEADER_CASES[i].header, &said) != HEADER_CASES[i].want)
            fail_msg("case %zu: %s", i, HEADER_CASES[i].header);
    }
}

/* Each refused header is told why, the parameter first; what is accepted has no fault. */
struct why_case {
    const char *header, *want;
};
static const struct why_case WHY_CASES[] = {
    { NULL, "there is no Authorization header, or it is empty" },
    { "Basic YTpi", "want SHROFF-HMAC-SHA256 or SHROFF-RSA2, a blank, and the parameters" },
    { "authorization: " HMAC ALL,
      "the value begins with the header's name: leave \"Authorization: \" out" },
    { HMAC ALL "\r\n", "the header's value holds a line end: cut it off" },
    { HMAC ALL ",", "a parameter is missing at the end, or a comma is too many" },
    { HMAC KEY " " STAMP "," NONCE "," SIGN, "want a comma between two parameters" },
    { HMAC KEY "," NONCE "," SIGN, "timestamp: missing" },
    { HMAC ALL "," KEY, "app_key: given twice" },
    { HMAC ALL ",realm=\"x\"",
      "realm: no such parameter, want app_key, key_id, timestamp, nonce, signature" },
    { HMAC "app_key='a'," STAMP, "app_key: want its value in double quotes, right behind the =" },
    { HMAC KEY "," STAMP "," NONCE ",signature=\"00",
      "signature: the quote that ends its value is missing" },
    { HMAC "app_key=\"a b\"", "app_key: want 1 to 32 of A-Za-z0-9_-, got the byte \\x20" },
    { HMAC "app_key=\"a\xC3\xA9\"", "app_key: want 1 to 32 of A-Za-z0-9_-, got the byte \\xc3" },
    { HMAC "timestamp=\"1700000000123\"",
      "timestamp: want Unix seconds, 1 to 10 digits, got 13"
      " characters: these are milliseconds, divide them by 1000" },
    { HMAC "timestamp=\"1700000.5\"", "timestamp: want Unix seconds, 1 to 10 digits, got '.':"
                                      " no date, no fraction, no sign" },
    { HMAC "nonce=\"0123456789abcde\"", "nonce: want 16 to 64 of A-Za-z0-9_-, got 15 characters:"
                                        " too short, take 16 random bytes in hex" },
    { HMAC "nonce=\"0123456789abcde+\"", "nonce: want 16 to 64 of A-Za-z0-9_-, got '+': base64 has"
                                         " other characters, write the bytes in hex" },
    { HMAC "signature=\"0123456789ABCDEF\"", "signature: want 64 lower-case hex digits, got 'A':"
                                             " write the hex in lower case" },
    { HMAC "signature=\"AZaz09+/AZaz09+/AZaz09+/AZaz09+/AZaz09+/AAA=\"",
      "signature: want 64"
      " lower-case hex digits, got 'A': this looks like base64, write the 32 bytes in hex" },
    { "SHROFF-RSA2 signature=\"AB-_cd\"", "signature: want base64 of the RSA signature, got '-':"
                                          " base64url, write + and / for - and _" },
};

static void test_auth_explain__names_the_parameter(void **state)
{
    char room[AUTH_WHY_SIZE];
    struct text why = TEXT(room);

    (void)state;
    for (size_t i = 0; i < COUNT(WHY_CASES); i++) {
        assert_true(auth_explain(WHY_CASES[i].header, &why));
        CHECK_TEXT(WHY_CASES[i].header, room, WHY_CASES[i].want);
    }
    for (size_t i = 0; i < COUNT(HEADER_CASES); i++) {
        assert_int_equal(auth_explain(HEADER_CASES[i].header, &why), !HEADER_CASES[i].want);
        assert_int_equal(*room == '\0', HEADER_CASES[i].want);
    }
}

static void test_auth_parse__takes_the_values(void **state)
{
    struct credentials said;

    (void)state;
    assert_true(auth_parse(HMAC "key_id=\"k-1\"," ALL, &said));
    assert_string_equal(said.app_key, "app_1");
    assert_string_equal(said.key_id, "k-1");
    assert_string_equal(said.nonce, "0123456789abcdef");
    assert_string_equal(said.signature, HEX64);
    assert_int_equal(said.time, 1700000000);
    assert_int_equal(said.algorithm, KEY_HMAC_SHA256);
    /* Nothing of one header is left in the next. */
    assert_true(auth_parse("SHROFF-RSA2 " KEY "," STAMP "," NONCE ",signature=\"AB==\"", &said));
    assert_string_equal(said.key_id, "");
    assert_int_equal(said.algorithm, KEY_RSA2);
}

static void test_auth_time__300_s_to_either_side(void **state)
{
    const struct credentials said = { .time = 1700000000 };

    (void)state;
    assert_int_equal(auth_time(&said, 1700000300), PAY_OK);
    assert_int_equal(auth_time(&said, 1699999700), PAY_OK);
    assert_int_equal(auth_time(&said, 1700000301), PAY_BAD_TIME);
    assert_int_equal(auth_time(&said, 1699999699), PAY_BAD_TIME);
}

static char body[] = "{\"price\":1}";
static const struct request REQUEST = {
    .method = "POST",
    .uri = "/api/pay/create?a=%7C",
    .body = body,
    .body_len = sizeof(body) - 1,
};

static void test_auth_signed_text__five_lines(void **state)
{
    char room[256];
    struct text t = TEXT(room);
    struct credentials said;

    (void)state;
    assert_true(auth_parse(HMAC ALL, &said));
    auth_signed_text(&REQUEST, &said, &t);
    assert_string_equal(
        room, "POST\n/api/pay/create?a=%7C\n1700000000\n0123456789abcdef\n{\"price\":1}\n");
}

static void sign_with(const char *secret, struct credentials *said)
{
    char room[256];
    struct text t = TEXT(room);
    struct mac mac;

    auth_signed_text(&REQUEST, said, &t);
    assert_true(sign_hmac_sha256(secret, strlen(secret), t.at, t.len, &mac));
    sign_mac_hex(&mac, said->signature);
}

static void test_auth_signature__any_live_key_of_the_algorithm(void **state)
{
    static struct app
        app = { .key_count = 3,
                .keys = {
                    { .key_id = "rsa", .algorithm = KEY_RSA2 },
                    { .key_id = "one", .algorithm = KEY_HMAC_SHA256, .secret = "first" },
                    { .key_id = "two", .algorithm = KEY_HMAC_SHA256, .secret = "second" },
                } };
    const struct app_key *key;
    struct credentials said;

    (void)state;
    assert_true(auth_parse(HMAC ALL, &said));
    sign_with("second", &said);
    assert_int_equal(auth_signature(&app, &REQUEST, &said, &key), PAY_OK);
    assert_string_equal(key->key_id, "two");
    assert_true(text_copy(said.key_id, sizeof(said.key_id), "one"));
    assert_int_equal(auth_signature(&app, &REQUEST, &said, &key), PAY_BAD_SIGN);
    assert_null(key);
    assert_true(text_copy(said.key_id, sizeof(said.key_id), "two"));
    assert_int_equal(auth_signature(&app, &REQUEST, &said, &key), PAY_OK);
    said.algorithm = KEY_RSA2; /* an HMAC key never serves another algorithm */
    assert_int_equal(auth_signature(&app, &REQUEST, &said, &key), PAY_BAD_SIGN);
}

static void test_auth_signature__an_empty_secret_fits_nothing(void **state)
{
    static struct app app = { .key_count = 1, .keys = { { .algorithm = KEY_HMAC_SHA256 } } };
    const struct app_key *key;
    struct credentials said;

    (void)state;
    assert_true(auth_parse(HMAC ALL, &said));
    assert_int_equal(auth_signature(&app, &REQUEST, &said, &key), PAY_BAD_SIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth_parse__the_contracts_form_alone),
        cmocka_unit_test(test_auth_explain__names_the_parameter),
        cmocka_unit_test(test_auth_parse__takes_the_values),
        cmocka_unit_test(test_auth_time__300_s_to_either_side),
        cmocka_unit_test(test_auth_signed_text__five_lines),
        cmocka_unit_test(test_auth_signature__any_live_key_of_the_algorithm),
        cmocka_unit_test(test_auth_signature__an_empty_secret_fits_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
