/* test_sign.c - digests, MACs, RSA, sealing, base64. Vectors: FIPS 180, RFC 4231, RFC 4648. */
#include "tests/unit/unit.h"
#include "io/crypto/sign.h"

static char private_pem[4096], public_pem[2048];

static int make_keys(void **state)
{
    struct text priv = TEXT(private_pem), pub = TEXT(public_pem);
    (void)state;
    return sign_rsa_new(2048, &priv, &pub) ? 0 : -1;
}

/* ---- digests and MACs */

struct digest_case {
    const char *name, *text, *hex;
};
static const struct digest_case DIGESTS[] = {
    { "empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
};

static void test_sign_sha256__known_answers(void **state)
{
    char hex[MAC_HEX_SIZE];
    struct mac mac;
    (void)state;

    for (size_t i = 0; i < COUNT(DIGESTS); i++) {
        assert_true(sign_sha256(DIGESTS[i].text, strlen(DIGESTS[i].text), &mac));
        sign_mac_hex(&mac, hex);
        CHECK_TEXT(DIGESTS[i].name, hex, DIGESTS[i].hex);
    }
}

struct mac_case {
    const char *name, *key, *text, *hex;
};
static const struct mac_case MACS[] = {
    { "RFC 4231 case 2", "Jefe", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "RFC 4231 case 1",
      "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
      "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "nothing signed", "key", "",
      "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0" },
};

static void test_sign_hmac__known_answers_on_a_reused_context(void **state)
{
    char hex[MAC_HEX_SIZE];
    struct mac mac;
    (void)state;

    for (size_t i = 0; i < 3 * COUNT(MACS); i++) {
        const struct mac_case *c = &MACS[i % COUNT(MACS)];
        assert_true(sign_hmac_sha256(c->key, strlen(c->key), c->text, strlen(c->text), &mac));
        sign_mac_hex(&mac, hex);
        CHECK_TEXT(c->name, hex, c->hex);
    }
}

static void test_sign_hmac__refuses_an_empty_key(void **state)
{
    struct mac mac;
    (void)state;

    assert_false(sign_hmac_sha256("", 0, "x", 1, &mac));
    assert_false(sign_hmac_sha256(NULL, 0, "x", 1, &mac));
    assert_true(sign_hmac_sha256("k", 1, "x", 1, &mac));
}

static void test_sign_mac_is_hex__only_its_own_lower_case(void **state)
{
    char hex[MAC_HEX_SIZE], other[MAC_HEX_SIZE + 1];
    struct mac mac, same;
    (void)state;

    assert_true(sign_hmac_sha256("Jefe", 4, "x", 1, &mac));
    same = mac;
    sign_mac_hex(&mac, hex);
    assert_true(sign_mac_is_hex(&mac, hex));
    assert_true(sign_bytes_eq(&mac, &same, sizeof(mac)));
    for (size_t i = 0; i < 64; i++) {
        memcpy(other, hex, sizeof(hex));
        other[i] = other[i] == '0' ? '1' : '0';
        CHECK("one digit off", !sign_mac_is_hex(&mac, other));
    }
    for (size_t i = 0; hex[i] != '\0'; i++)
        other[i] = (char)(hex[i] >= 'a' ? hex[i] - 32 : hex[i]);
    other[64] = '\0';
    assert_false(sign_mac_is_hex(&mac, other));
    assert_false(sign_mac_is_hex(&mac, NULL));
    assert_false(sign_mac_is_hex(&mac, ""));
    snprintf(other, sizeof(other), "%sa", hex);
    assert_false(sign_mac_is_hex(&mac, other));
    same.bytes[31] ^= 1;
    assert_false(sign_bytes_eq(&mac, &same, sizeof(mac)));
}

/* ---- base64 */

struct base64_case {
    const char *plain, *coded;
};
static const struct base64_case BASE64[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xff\xfe\xfd", "//79" },
};
static const char *const NOT_BASE64[] = {
    "Z",     "Zg",     "Zg=",  "Zg===", "=",        "====", "Zh==",  "Zm9=",
    "Zm 9v", "Zm9v\n", "Zm-v", "Zm_v",  "Zg==Zg==", "Z===", "Zm9v=", "\xc3\xa9v9",
};

static void test_sign_base64__strict_both_ways(void **state)
{
    char room[64];
    uint8_t out[64];
    size_t len;
    (void)state;

    for (size_t i = 0; i < COUNT(BASE64); i++) {
        struct text t = TEXT(room);
        const struct base64_case *c = &BASE64[i];
        sign_base64_add(&t, c->plain, strlen(c->plain));
        CHECK_TEXT(c->coded, room, c->coded);
        CHECK(c->coded, sign_base64_read(c->coded, strlen(c->coded), out, sizeof(out), &len));
        CHECK(c->coded, len == strlen(c->plain) && memcmp(out, c->plain, len) == 0);
    }
    for (size_t i = 0; i < COUNT(NOT_BASE64); i++)
        CHECK(NOT_BASE64[i],
              !sign_base64_read(NOT_BASE64[i], strlen(NOT_BASE64[i]), out, sizeof(out), &len));
    assert_false(sign_base64_read("Zm9v", 4, out, 2, &len));
    assert_true(sign_base64_read("Zm9v", 4, out, 3, &len));
    assert_true(sign_base64_read("Zg==", 4, out, 1, &len));
}

/* ---- RSA */

static const char WEAK_1024[] = "-----BEGIN PUBLIC KEY-----\n"
                                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC3Pkj+wNL1TlfH8uxTIxkaUcOk\n"
                                "uGsE7mvQm30ty5u17u2JsvDbHzCGCZLdf5wu+wJ/2hdS4llrhNZgPYRLQDViAW7A\n"
                                "/P7ApLM3MZ0IfmPgDvOFdxJoCZ+T/uuy1YUDY5bjUQMzhrE/6B0dCAJmxetnp7uz\n"
                                "Wi5ScGBaNPYQOGyjcwIDAQAB\n"
                                "-----END PUBLIC KEY-----\n";

static const char EXPONENT_3[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAp+uVA1mFH7jZZDbPSYwn\n"
    "DRK/RZQNDGAUR3xUzqtRTuzPVn5YWfLO35izgNxZWEL61hNwRenzugBEDm6VtH16\n"
    "y7tjczmbFjku8NvbS59AwqmkQvj3jv4YBQ5zdncaW/ZkSedDGVapvFO3buRqDKrA\n"
    "S+SXF8Iwj5ohiiUDhXkEe//ycG6yVa4AQm6EAy3BWh+0S1F8ofTs18khiLNFrx7J\n"
    "2lXymkRepf8FUj4Tcqz4lD5nhUpmtw1zQmDCPSxONkmgUxr4+tdnX0Yiu5NmhDFS\n"
    "D1p/P5GDkORe+F85uena5tBFIPigcyioZGNKjQX4iKDmH2IQv9496Ws0C72/6asJ\n"
    "KQIBAw==\n"
    "-----END PUBLIC KEY-----\n";

static const char ELLIPTIC[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETErz2QgEXpcBk01lvlMxK/6MPKpd\n"
                               "9WrzLTjh0rGssQAvQMuCadGbogEStYef827cjY1CJc4bPckw9/FP+DUQ9A==\n"
                               "-----END PUBLIC KEY-----\n";

/* The base64 lines of a PEM as one line. */
static void one_line(const char *pem, char *out)
{
    const char *at = strchr(pem, '\n') + 1, *end = strstr(at, "-----END");

    for (; at < end; at++)
        if (*at != '\n')
            *out++ = *at;
    *out = '\0';
}

static void test_sign_rsa__signs_and_verifies(void **state)
{
    char room[1024], line[4096], key[4112];
    struct text signature = TEXT(room);
    (void)state;

    assert_true(sign_rsa_public_ok(public_pem));
    assert_true(sign_rsa_sign(private_pem, "pay me", 6, &signature));
    assert_int_equal(signature.len, 344);
    assert_true(sign_rsa_verify(public_pem, "pay me", 6, room));
    assert_true(sign_rsa_verify(public_pem, "pay me", 6, room));
    assert_false(sign_rsa_verify(public_pem, "pay mf", 6, room));
    assert_false(sign_rsa_verify(public_pem, "pay me", 5, room));
    /* The one-line spellings of the same keys. */
    one_line(public_pem, line);
    assert_true(sign_rsa_verify(line, "pay me", 6, room));
    snprintf(key, sizeof(key), " %s\r\n", line);
    assert_true(sign_rsa_verify(key, "pay me", 6, room));
    one_line(private_pem, line);
    text_reset(&signature);
    assert_true(sign_rsa_sign(line, "again", 5, &signature));
    assert_true(sign_rsa_verify(public_pem, "again", 5, room));
}

static void test_sign_rsa_verify__refuses_altered_signatures(void **state)
{
    char room[1024], longer[1040];
    struct text signature = TEXT(room);
    (void)state;

    assert_true(sign_rsa_sign(private_pem, "x", 1, &signature));
    for (size_t i = 0; i < 340; i += 17) {
        char was = room[i];
        room[i] = was == 'A' ? 'B' : 'A';
        CHECK("altered", !sign_rsa_verify(public_pem, "x", 1, room));
        room[i] = was;
    }
    assert_false(sign_rsa_verify(public_pem, "x", 1, ""));
    assert_false(sign_rsa_verify(public_pem, "x", 1, NULL));
    assert_false(sign_rsa_verify(public_pem, "x", 1, "AAAA"));
    snprintf(longer, sizeof(longer), "%sAAAA", room);
    assert_false(sign_rsa_verify(public_pem, "x", 1, longer));
    snprintf(longer, sizeof(longer), " %s", room);
    assert_false(sign_rsa_verify(public_pem, "x", 1, longer));
    assert_true(sign_rsa_verify(public_pem, "x", 1, room));
}

struct key_case {
    const char *name, *key;
};
static const struct key_case BAD_KEYS[] = {
    { "1024 bits", WEAK_1024 },
    { "exponent 3", EXPONENT_3 },
    { "elliptic curve", ELLIPTIC },
    { "empty", "" },
    { "null", NULL },
    { "words", "not a key" },
    { "base64 of nothing", "AAAA" },
    { "armour only", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n" },
};

static void test_sign_rsa__refuses_bad_keys(void **state)
{
    char room[1024], line[4096];
    struct text signature = TEXT(room);
    struct mac print;
    (void)state;

    for (size_t i = 0; i < COUNT(BAD_KEYS); i++) {
        CHECK(BAD_KEYS[i].name, !sign_rsa_public_ok(BAD_KEYS[i].key));
        CHECK(BAD_KEYS[i].name, !sign_rsa_verify(BAD_KEYS[i].key, "x", 1, "AAAA"));
        CHECK(BAD_KEYS[i].name, !sign_rsa_sign(BAD_KEYS[i].key, "x", 1, &signature));
        CHECK(BAD_KEYS[i].name, !sign_rsa_print(BAD_KEYS[i].key, &print));
    }
    assert_false(sign_rsa_sign(public_pem, "x", 1, &signature));
    one_line(public_pem, line);
    line[strlen(line) - 4] = '\0';
    assert_false(sign_rsa_public_ok(line)); /* cut short */
    one_line(public_pem, line);
    memcpy(line + strlen(line), "AAAA", 5);
    assert_false(sign_rsa_public_ok(line)); /* something after it */
    assert_false(sign_rsa_new(1024, &signature, &signature));
}

static void test_sign_rsa_print__is_the_keys_not_the_spellings(void **state)
{
    char line[4096], other_priv[4096], other_pub[2048];
    struct text priv = TEXT(other_priv), pub = TEXT(other_pub);
    struct mac a, b, c;
    (void)state;

    one_line(public_pem, line);
    assert_true(sign_rsa_print(public_pem, &a));
    assert_true(sign_rsa_print(line, &b));
    assert_true(sign_bytes_eq(&a, &b, sizeof(a)));
    assert_true(sign_rsa_new(3072, &priv, &pub));
    assert_true(sign_rsa_print(other_pub, &c));
    assert_false(sign_bytes_eq(&a, &c, sizeof(a)));
}

/* ---- sealing */

static void test_sign_seal__opens_only_untouched_and_in_place(void **state)
{
    uint8_t key[32] = { 1 }, other[32] = { 2 }, sealed[64 + SIGN_SEAL_EXTRA], again[sizeof(sealed)];
    char plain[64] = "the channel's secret", out[64];
    size_t all = 20 + SIGN_SEAL_EXTRA;
    (void)state;

    assert_true(sign_seal(&(struct sign_lock){ key, "place", 5 }, plain, 20, sealed));
    assert_true(sign_seal(&(struct sign_lock){ key, "place", 5 }, plain, 20, again));
    assert_memory_not_equal(sealed, again, all); /* a new IV every time */
    assert_true(sign_unseal(&(struct sign_lock){ key, "place", 5 }, sealed, all, out));
    assert_memory_equal(out, plain, 20);
    for (size_t i = 0; i < all; i++) {
        sealed[i] ^= 1;
        CHECK("one bit", !sign_unseal(&(struct sign_lock){ key, "place", 5 }, sealed, all, out));
        sealed[i] ^= 1;
    }
    assert_false(sign_unseal(&(struct sign_lock){ other, "place", 5 }, sealed, all, out));
    assert_false(sign_unseal(&(struct sign_lock){ key, "plac", 4 }, sealed, all, out));
    assert_false(sign_unseal(&(struct sign_lock){ key, "place", 5 }, sealed, all - 1, out));
    assert_false(
        sign_unseal(&(struct sign_lock){ key, "place", 5 }, sealed, SIGN_SEAL_EXTRA - 1, out));
    assert_true(sign_seal(&(struct sign_lock){ key, "", 0 }, "", 0, sealed));
    assert_true(sign_unseal(&(struct sign_lock){ key, "", 0 }, sealed, SIGN_SEAL_EXTRA, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_sha256__known_answers),
        cmocka_unit_test(test_sign_hmac__known_answers_on_a_reused_context),
        cmocka_unit_test(test_sign_hmac__refuses_an_empty_key),
        cmocka_unit_test(test_sign_mac_is_hex__only_its_own_lower_case),
        cmocka_unit_test(test_sign_base64__strict_both_ways),
        cmocka_unit_test(test_sign_rsa__signs_and_verifies),
        cmocka_unit_test(test_sign_rsa_verify__refuses_altered_signatures),
        cmocka_unit_test(test_sign_rsa__refuses_bad_keys),
        cmocka_unit_test(test_sign_rsa_print__is_the_keys_not_the_spellings),
        cmocka_unit_test(test_sign_seal__opens_only_untouched_and_in_place),
    };
    return cmocka_run_group_tests_name("sign", tests, make_keys, NULL);
}
