/* test_alipay_cert.c - certificates and the Alipay driver's certificate mode: the numbers that
 * alipay-sdk gives them, what a request names, an answer or a notification signed by the next
 * certificate, which is kept for all processes. Content encryption. */
#include "tests/unit/unit.h"
#include "tests/unit/loopback.h"

#include "base/clock.h"
#include "base/form.h"
#include "base/log.h"
#include "channel/alipay/alipay.h"
#include "channel/notes.h"
#include "io/crypto/cert.h"
#include "io/crypto/sign.h"
#include "io/crypto/sign_cbc.h"
#include "wire/alipay_text.h"

#include "tests/unit/alipay_certs.h"
#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define TRADE \
    "{\"code\":\"10000\",\"msg\":\"Success\",\"out_trade_no\":\"" PAY_ID "\"," \
    "\"trade_status\":\"WAIT_BUYER_PAY\"}"

/* ---- the gateway: by the last part of its address */

#define AUTHORITY 7
static char authority_number[33];
static struct {
    const char *name, *inner, *key, *number, *offers; /* offers: a certificate for download */
} ANSWERS[] = {
    { "known", TRADE, CHANNEL_PRIVATE, ALIPAY_CERT_NUMBER, NULL },
    { "unnamed", TRADE, CHANNEL_PRIVATE, NULL, NULL },
    { "other_key", TRADE, APP_PRIVATE, ALIPAY_CERT_NUMBER, NULL },
    { "next", TRADE, APP_PRIVATE, ALIPAY_CERT_NEXT_NUMBER, ALIPAY_CERT_NEXT },
    { "none", TRADE, APP_PRIVATE, ALIPAY_CERT_NEXT_NUMBER, NULL },
    { "alien", TRADE, APP_PRIVATE, ALIPAY_CERT_ALIEN_NUMBER, ALIPAY_CERT_ALIEN },
    { "not_it", TRADE, APP_PRIVATE, ALIPAY_CERT_NEXT_NUMBER, ALIPAY_CERT },
    { "authority", TRADE, APP_PRIVATE, authority_number, NULL },
    { "sealed", "\"" AES_SEALED "\"", CHANNEL_PRIVATE, NULL, NULL },
    { "sealed_badly", "\"" AES_KEY "\"", CHANNEL_PRIVATE, NULL, NULL },
};

static bool asks_for(const char *request, const char *name)
{
    char head[64];

    snprintf(head, sizeof(head), "POST /%s ", name);
    return str_starts(request, head);
}

static void answer_write(size_t i, struct text *to)
{
    struct rsa_key *key = rsa_private(ANSWERS[i].key);
    char sign[512];
    struct text sign_text = TEXT(sign);

    if (!key || !rsa_sign(key, ANSWERS[i].inner, strlen(ANSWERS[i].inner), &sign_text))
        _exit(1);
    text_addf(to, "{\"alipay_trade_query_response\":%s,", ANSWERS[i].inner);
    if (ANSWERS[i].number)
        text_addf(to, "\"alipay_cert_sn\":\"%s\",", ANSWERS[i].number);
    text_addf(to, "\"sign\":\"%s\"}", sign);
    rsa_free(&key);
}

static void download_write(size_t i, struct text *to)
{
    const char *pem = ANSWERS[i].offers;

    text_add(to, "{\"alipay_open_app_alipaycert_download_response\":{\"code\":\"10000\"");
    if (pem) {
        text_add(to, ",\"alipay_cert_content\":\"");
        sign_base64_add(to, pem, strlen(pem));
        text_add(to, "\"");
    }
    text_add(to, "}}");
}

/* The names that certificate mode adds, and AES, must be in the request. */
static bool is_named(const char *request, const char *name)
{
    const bool seals = str_starts(name, "sealed");

    return seals ? strstr(request, "encrypt_type=AES") && !strstr(request, PAY_ID)
                 : strstr(request, "app_cert_sn=" APP_CERT_NUMBER "&") &&
                       strstr(request, "alipay_root_cert_sn=" ALIPAY_ROOTS_NUMBER "&");
}

static void serve_one(int fd)
{
    static char room[16384], body[16384];
    struct text text = TEXT(body);
    ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    body[0] = '\0';
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        if (!asks_for(room, ANSWERS[i].name) || !is_named(room, ANSWERS[i].name))
            continue;
        if (strstr(room, "alipaycert.download"))
            download_write(i, &text);
        else
            answer_write(i, &text);
    }
    loopback_answer(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=utf-8\r\n", body);
}

/* The second certificate of ALIPAY_CERT: the root issued it, but it is no certificate of Alipay's,
 * which the one between issues. */
static void authority_offer(void)
{
    struct cert cert;

    ANSWERS[AUTHORITY].offers = strstr(&ALIPAY_CERT[1], "-----BEGIN");
    assert_true(cert_read(ANSWERS[AUTHORITY].offers, &cert));
    assert_true(cert_is_issued(ANSWERS[AUTHORITY].offers, ALIPAY_ROOTS));
    assert_true(text_copy(authority_number, sizeof(authority_number), cert.number));
    cert_clear(&cert);
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_alipay_cert", LOG_ERROR + 1);
    authority_offer();
    return loopback_open(serve_one);
}

/* ---- the notes of all processes: one of the certificates, two of turns */

static struct {
    char text[CHANNEL_NOTE_SIZE];
    enum channel_turn turn[2]; /* [1]: for what strangers name */
    int looks, takes[2], keeps;
} note;

static int note_of(const char *name)
{
    const bool heard = str_eq(name, "alipay/2021000000000001/heard");

    assert_true(heard || str_eq(name, "alipay/2021000000000001"));
    return heard;
}

static enum channel_turn fake_look(const struct channel_account *account, const char *name,
                                   struct text *text)
{
    const int of = note_of(name);

    assert_int_equal(account->app_id, 3);
    note.looks++;
    text_reset(text);
    text_add(text, of == 0 ? note.text : "");
    return note.turn[of];
}

static bool fake_take(const struct channel_account *account, const char *name)
{
    const int of = note_of(name);

    (void)account;
    note.takes[of]++;
    note.turn[of] = TURN_LATER;
    return true;
}

static void fake_keep(const struct channel_account *account, const char *name, const char *text)
{
    (void)account;
    assert_int_equal(note_of(name), 0);
    note.keeps++;
    assert_true(text_copy(note.text, sizeof(note.text), text));
}

static const struct channel_notes NOTES = { NULL, fake_look, fake_take, fake_keep };

static void notes_empty(void)
{
    memset(&note, 0, sizeof(note));
    note.turn[0] = note.turn[1] = TURN_MINE;
}

static void note_has(const char *pem)
{
    struct text text = TEXT(note.text);

    sign_base64_add(&text, pem, strlen(pem));
}

/* ---- a channel of it */

static void pem_add(struct text *to, const char *name, const char *pem)
{
    text_addf(to, ",\"%s\":\"", name);
    for (const char *c = pem; *c != '\0'; c++)
        text_add(to, *c == '\n' ? "\\n" : (char[]){ *c, '\0' });
    text_add(to, "\"");
}

static struct own channel(const char *answer, const char *app, const char *theirs)
{
    static char config[16384];
    struct text text = TEXT(config);

    text_addf(&text, "{\"app_id\":\"2021000000000001\",\"gateway\":\"http://127.0.0.1:%d/%s\"",
              loopback_port, answer);
    if (str_starts(answer, "sealed")) {
        text_addf(&text, ",\"alipay_public_key\":\"%s\"}", CHANNEL_PUBLIC);
        return opened(&CHANNEL_ALIPAY, "alipay_qr", config,
                      "{\"aes_key\":\"" AES_KEY "\",\"private_key\":\"" APP_PRIVATE "\"}");
    }
    pem_add(&text, "app_cert", app);
    pem_add(&text, "alipay_cert", theirs);
    pem_add(&text, "alipay_root_cert", ALIPAY_ROOTS);
    text_add(&text, "}");
    assert_false(text.full);
    struct own own =
        opened(&CHANNEL_ALIPAY, "alipay_qr", config, "{\"private_key\":\"" APP_PRIVATE "\"}");
    own.account.notes = &NOTES;
    return own;
}

/* ---- tests */

static void test_cert_read__gives_the_numbers_of_the_sdk(void **state)
{
    static const struct {
        const char *pem, *number, *serial;
    } CASES[] = {
        { APP_CERT, APP_CERT_NUMBER, "0A2B3C4D5E6F708192A3B4C5D6E7F809" },
        { ALIPAY_CERT, ALIPAY_CERT_NUMBER, "2026010100000001" },
        { ALIPAY_CERT_NEXT, ALIPAY_CERT_NEXT_NUMBER, "2026010100000002" },
    };
    char room[128];
    struct text text = TEXT(room);
    struct cert cert;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_true(cert_read(CASES[i].pem, &cert));
        assert_string_equal(cert.number, CASES[i].number);
        assert_string_equal(cert.serial, CASES[i].serial);
        assert_true(cert.end_time > INT64_C(4102444800000)); /* the year 2100 */
        cert_clear(&cert);
    }
    assert_true(cert_numbers(ALIPAY_ROOTS, &text)); /* without the one of an elliptic curve */
    assert_string_equal(room, ALIPAY_ROOTS_NUMBER);
    assert_false(cert_read("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", &cert));
    cert_clear(&cert);
    assert_false(cert_read(ALIPAY_ROOTS, &cert)); /* its first key is no RSA key */
    cert_clear(&cert);
}

/* The numbers of a part of them would name other roots than the file has. */
static void test_cert_numbers__of_sixteen_certificates_at_most(void **state)
{
    char pems[17 * sizeof(APP_CERT)], room[33 * 17];
    struct text many = TEXT(pems), text = TEXT(room);

    (void)state;
    for (int i = 0; i < 16; i++)
        text_add(&many, APP_CERT);
    assert_true(cert_numbers(pems, &text));
    assert_int_equal(text.len, 33 * 16 - 1);
    text_add(&many, APP_CERT);
    assert_false(many.full);
    text_reset(&text);
    assert_false(cert_numbers(pems, &text));
}

static void test_cert_is_issued__by_a_root_that_is_known(void **state)
{
    (void)state;
    assert_true(cert_is_issued(ALIPAY_CERT, ALIPAY_ROOTS));
    assert_true(cert_is_issued(ALIPAY_CERT_NEXT, ALIPAY_ROOTS));
    assert_false(cert_is_issued(APP_CERT, ALIPAY_ROOTS)); /* the one between is missing */
    assert_false(cert_is_issued(ALIPAY_CERT_ALIEN, ALIPAY_ROOTS));
    assert_false(cert_is_issued("", ALIPAY_ROOTS));
}

static void test_alipay_open__certificates_must_fit(void **state)
{
    static char alone[4096];
    static const struct {
        const char *app, *theirs, *why;
    } CASES[] = {
        { APP_CERT, ALIPAY_CERT, NULL },
        { ALIPAY_CERT, ALIPAY_CERT, "config.app_cert must be the certificate of" },
        { APP_CERT, ALIPAY_CERT_ALIEN, "config.alipay_cert is not issued by" },
        { APP_CERT, alone, NULL }, /* as Alipay's file often is: no certificate between */
        { APP_CERT, "x", "config.alipay_cert must be a certificate" },
        { APP_CERT, "-----BEGIN CERTIFICATE-----\n", "config.alipay_cert must be Alipay's" },
    };

    (void)state;
    assert_true(text_copy_n(alone, sizeof(alone), ALIPAY_CERT,
                            strlen(ALIPAY_CERT) - strlen(ANSWERS[AUTHORITY].offers)));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel("open", CASES[i].app, CASES[i].theirs);
        if (CASES[i].why && (own.keys || !strstr(own.why, CASES[i].why)))
            fail_msg("%zu: got '%s'", i, own.keys ? "open" : own.why);
        assert_true(CASES[i].why || own.keys);
        shut(&own);
    }
}

static void test_alipay_query__by_certificates_and_sealed(void **state)
{
    static const struct {
        const char *answer;
        enum pay_err want;
        int takes, keeps;
    } CASES[] = {
        { "known", PAY_OK, 0, 0 },          { "unnamed", PAY_OK, 0, 0 },
        { "other_key", PAY_UNKNOWN, 0, 0 }, { "next", PAY_OK, 1, 1 },
        { "none", PAY_UNKNOWN, 1, 0 },      { "alien", PAY_UNKNOWN, 1, 0 },
        { "not_it", PAY_UNKNOWN, 1, 0 },    { "authority", PAY_UNKNOWN, 1, 0 },
        { "sealed", PAY_OK, 0, 0 },         { "sealed_badly", PAY_UNKNOWN, 0, 0 },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel(CASES[i].answer, APP_CERT, ALIPAY_CERT);
        assert_non_null(own.keys);
        notes_empty();
        enum pay_err err = own.driver->query(&own.account, PAY_ID, &said);
        CHECK_TEXT(CASES[i].answer, err_name(err), err_name(CASES[i].want));
        CHECK_I64(CASES[i].answer, note.takes[0], CASES[i].takes);
        CHECK_I64(CASES[i].answer, note.keeps, CASES[i].keeps);
        assert_int_equal(note.takes[1], 0);
        shut(&own);
    }
}

/* ---- what one process fetched, and what a stranger can cause */

/* A notification of a payment that names a certificate, or none. */
static enum pay_err heard(const struct own *own, const char *private_key, const char *number)
{
    struct alipay_pair pairs[] = {
        { "app_id", "2021000000000001" }, { "gmt_payment", "2026-01-31 08:00:00" },
        { "out_trade_no", PAY_ID },       { "total_amount", "1.00" },
        { "trade_no", "202601310001" },   { "trade_status", "TRADE_SUCCESS" },
    };
    struct rsa_key *key = rsa_private(private_key);
    char canon[512], sign[512], body[2048];
    struct text canon_text = TEXT(canon), sign_text = TEXT(sign), text = TEXT(body);
    struct channel_said said;

    alipay_text(pairs, COUNT(pairs), &canon_text);
    assert_true(key && rsa_sign(key, canon, canon_text.len, &sign_text));
    rsa_free(&key);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        text_addf(&text, "%s=", pairs[i].name);
        text_add_form(&text, pairs[i].value);
        text_add_char(&text, '&');
    }
    if (number)
        text_addf(&text, "alipay_cert_sn=%s&", number);
    text_add(&text, "sign_type=RSA2&sign=");
    text_add_form(&text, sign);
    assert_false(text.full);
    const struct channel_callback callback = { .about = ABOUT_ORDER,
                                               .body = body,
                                               .body_len = text.len };
    return own->driver->hear(&own->account, &callback, &said);
}

static void test_alipay_hear__by_the_certificate_that_another_process_fetched(void **state)
{
    struct channel_said said;
    struct own fetcher = channel("next", APP_CERT, ALIPAY_CERT);

    (void)state;
    notes_empty();
    assert_int_equal(fetcher.driver->query(&fetcher.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(note.keeps, 1);
    shut(&fetcher);
    note.turn[0] = note.turn[1] = TURN_LATER; /* nobody may ask Alipay now */
    for (int named = 0; named < 2; named++) {
        struct own own = channel("none", APP_CERT, ALIPAY_CERT);
        const char *number = named ? ALIPAY_CERT_NEXT_NUMBER : NULL;
        assert_int_equal(heard(&own, APP_PRIVATE, number), PAY_OK);
        assert_int_equal(heard(&own, APP_PRIVATE, ALIPAY_CERT_NUMBER), PAY_BAD_SIGN);
        assert_int_equal(heard(&own, CHANNEL_PRIVATE, number),
                         named ? PAY_BAD_SIGN : PAY_OK); /* the pasted one */
        assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
        shut(&own);
    }
}

static void test_alipay_hear__believes_no_note_without_proof(void **state)
{
    static const char *const NOTES_OF[] = { ALIPAY_CERT_ALIEN, "no certificate", "" };

    (void)state;
    for (size_t i = 0; i < COUNT(NOTES_OF); i++) {
        struct own own = channel("none", APP_CERT, ALIPAY_CERT);
        notes_empty();
        note.turn[1] = TURN_LATER;
        note_has(NOTES_OF[i]);
        assert_int_equal(heard(&own, APP_PRIVATE, ALIPAY_CERT_ALIEN_NUMBER), PAY_BAD_SIGN);
        assert_int_equal(heard(&own, APP_PRIVATE, NULL), PAY_BAD_SIGN);
        shut(&own);
    }
}

static void test_alipay_hear__fetches_and_bounds_what_a_stranger_can_cause(void **state)
{
    struct channel_said said;
    struct own own = channel("next", APP_CERT, ALIPAY_CERT);

    (void)state;
    notes_empty();
    assert_int_equal(heard(&own, APP_PRIVATE, "no number"), PAY_BAD_SIGN);
    assert_int_equal(note.looks, 0);
    assert_int_equal(heard(&own, APP_PRIVATE, ALIPAY_CERT_NEXT_NUMBER), PAY_OK);
    assert_int_equal(note.takes[1], 1);
    assert_int_equal(note.keeps, 1);
    for (int i = 0; i < 50; i++)
        assert_int_equal(heard(&own, APP_PRIVATE, "0123456789abcdef0123456789abcdef"),
                         PAY_BAD_SIGN);
    assert_int_equal(note.takes[1], 1);
    assert_true(note.looks <= 4); /* one look a second, of two notes */
    shut(&own);

    own = channel("next", APP_CERT, ALIPAY_CERT);
    notes_empty();
    assert_int_equal(heard(&own, APP_PRIVATE, "0123456789abcdef0123456789abcdef"), PAY_BAD_SIGN);
    assert_int_equal(note.takes[1], 1); /* for nothing; the answers' turn is another one */
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(note.takes[0], 1);
    assert_int_equal(heard(&own, APP_PRIVATE, ALIPAY_CERT_NEXT_NUMBER), PAY_OK);
    shut(&own);
}

static void test_sign_cbc__opens_what_the_sdk_sealed(void **state)
{
    char plain[512], sealed[512];
    struct text text = TEXT(sealed);
    size_t len = 0;

    (void)state;
    assert_true(sign_cbc_open(AES_KEY, AES_SEALED, plain, sizeof(plain), &len));
    assert_true(str_starts(plain, "{\"code\":\"10000\""));
    assert_true(sign_cbc_seal(AES_KEY, plain, len, &text));
    assert_string_equal(sealed, AES_SEALED);
    assert_false(sign_cbc_open(AES_KEY, AES_KEY, plain, sizeof(plain), &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cert_read__gives_the_numbers_of_the_sdk),
        cmocka_unit_test(test_cert_numbers__of_sixteen_certificates_at_most),
        cmocka_unit_test(test_cert_is_issued__by_a_root_that_is_known),
        cmocka_unit_test(test_alipay_open__certificates_must_fit),
        cmocka_unit_test(test_alipay_query__by_certificates_and_sealed),
        cmocka_unit_test(test_alipay_hear__by_the_certificate_that_another_process_fetched),
        cmocka_unit_test(test_alipay_hear__believes_no_note_without_proof),
        cmocka_unit_test(test_alipay_hear__fetches_and_bounds_what_a_stranger_can_cause),
        cmocka_unit_test(test_sign_cbc__opens_what_the_sdk_sealed),
    };
    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
