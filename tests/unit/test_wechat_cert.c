/* test_wechat_cert.c - the WeChat Pay driver's certificates: fetched, opened, checked, kept for all
 * processes, and never asked for without a bound; the merchant's own, as PEM and as .p12; the
 * backup host. WeChat Pay is a server on the loopback that answers by a table. */
#include "tests/unit/unit.h"
#include "tests/unit/loopback.h"

#include "base/clock.h"
#include "base/log.h"
#include "channel/notes.h"
#include "channel/wechat/wechat.h"
#include "io/crypto/cert.h"
#include "io/crypto/rsa.h"
#include "io/crypto/sign.h"
#include "wire/wechat_text.h"

#include "tests/unit/channel_row.h"
#include "tests/unit/rsa_keys.h"
#include "tests/unit/wechat_certs.h"
#include "tests/unit/wechat_vectors.h"

#define PAY_ID "01J0EXAMP00000000000000002"
#define KEY_ID "PUB_KEY_ID_0119000001092026013100000000"
#define SERIAL "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define INVENTED "0123456789ABCDEF0123456789ABCDEF01234567"
#define CLOSED \
    "{\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\",\"out_trade_no\":\"" PAY_ID "\"," \
    "\"trade_state\":\"CLOSED\"}"
#define LIST_OF(entries) "{\"data\":[" entries "]}"
#define BOTH LIST_OF(ENTRY_CERT "," ENTRY_NEXT)
#define NONE "{\"code\":\"RESOURCE_NOT_EXISTS\",\"message\":\"无可用的平台证书\"}"

/* ---- WeChat Pay: by the first part of the path */

static const struct answer {
    const char *name, *list, *list_key, *list_serial, *order_key, *order_serial;
} ANSWERS[] = {
    { "first", BOTH, CHANNEL_PRIVATE, CERT_SERIAL, CHANNEL_PRIVATE, CERT_SERIAL },
    { "rotated", BOTH, NEXT_PRIVATE, NEXT_SERIAL, NEXT_PRIVATE, NEXT_SERIAL },
    { "switch", BOTH, CHANNEL_PRIVATE, CERT_SERIAL, CHANNEL_PRIVATE, KEY_ID },
    { "none", NONE, NULL, NULL, NEXT_PRIVATE, NEXT_SERIAL },
    { "lacks", LIST_OF(ENTRY_CERT), CHANNEL_PRIVATE, CERT_SERIAL, NEXT_PRIVATE, NEXT_SERIAL },
    { "ended", LIST_OF(ENTRY_ENDED), NEXT_PRIVATE, ENDED_SERIAL, NEXT_PRIVATE, ENDED_SERIAL },
    { "misnamed", LIST_OF(ENTRY_MISNAMED), CHANNEL_PRIVATE, NEXT_SERIAL, CHANNEL_PRIVATE,
      NEXT_SERIAL },
    { "own", LIST_OF(ENTRY_OWN), APP_PRIVATE, "6157F09EFDC096DE15EBE81A47057A7232F1B8E1",
      APP_PRIVATE, "6157F09EFDC096DE15EBE81A47057A7232F1B8E1" },
    { "other_key", LIST_OF(ENTRY_OTHER_KEY), NEXT_PRIVATE, NEXT_SERIAL, NEXT_PRIVATE, NEXT_SERIAL },
    { "forged", BOTH, APP_PRIVATE, NEXT_SERIAL, NEXT_PRIVATE, NEXT_SERIAL },
    { "foreign", BOTH, CHANNEL_PRIVATE, CERT_SERIAL, APP_PRIVATE, NEXT_SERIAL },
};

static void sign_as(const char *private_key, const char *now, const char *body, struct text *to)
{
    struct rsa_key *key = rsa_private(private_key);
    static char room[16384];
    struct text text = TEXT(room);

    wechat_answer_text(now, "nonce", (struct wechat_bytes){ body, strlen(body) }, &text);
    if (!key || text.full || !rsa_sign(key, text.at, text.len, to))
        _exit(1);
    rsa_free(&key);
}

static void stamped_answer(int fd, const char *private_key, const char *serial, const char *body)
{
    char head[1024], now[24], sign[512];
    struct text head_text = TEXT(head), sign_text = TEXT(sign);

    snprintf(now, sizeof(now), "%lld", (long long)clock_now_s());
    sign_as(private_key, now, body, &sign_text);
    text_addf(&head_text,
              "HTTP/1.1 200 OK\r\nWechatpay-Timestamp: %s\r\nWechatpay-Nonce: nonce\r\n"
              "Wechatpay-Signature: %s\r\nWechatpay-Serial: %s\r\n",
              now, sign, serial);
    loopback_answer(fd, head, body);
}

/* A request for certificates that names a key is refused, as by WeChat Pay. */
static void serve_one(int fd)
{
    char room[16384], mark[64];
    ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    const bool named = strstr(room, "Wechatpay-Serial: ");
    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        const struct answer *a = &ANSWERS[i];
        snprintf(mark, sizeof(mark), " /%s/v3/", a->name);
        if (!strstr(room, mark))
            continue;
        if (!strstr(room, "/v3/certificates "))
            stamped_answer(fd, a->order_key, a->order_serial, CLOSED);
        else if (a->list_key && !named)
            stamped_answer(fd, a->list_key, a->list_serial, a->list);
        else
            loopback_answer(fd, "HTTP/1.1 404 X\r\n", NONE);
    }
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_wechat_cert", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

/* ---- the notes of all processes */

static struct {
    char text[CHANNEL_NOTE_SIZE];
    enum channel_turn turn;
    int looks, takes, keeps;
    const char *comes; /* with the next look but one: another process has it by then */
    bool slower;       /* another process takes the turn first */
} note;

static enum channel_turn fake_look(const struct channel_account *account, const char *name,
                                   struct text *text)
{
    assert_int_equal(account->app_id, 3);
    assert_string_equal(name, "wechat/1900000109");
    text_reset(text);
    text_add(text, note.looks++ > 0 && note.comes ? note.comes : note.text);
    return note.turn;
}

static bool fake_take(const struct channel_account *account, const char *name)
{
    (void)account;
    (void)name;
    note.takes++;
    note.turn = note.slower ? TURN_SOON : TURN_LATER;
    return !note.slower;
}

static void fake_keep(const struct channel_account *account, const char *name, const char *text)
{
    (void)account;
    (void)name;
    note.keeps++;
    assert_true(text_copy(note.text, sizeof(note.text), text));
}

static const struct channel_notes NOTES = { NULL, fake_look, fake_take, fake_keep };

static void notes_empty(void)
{
    note.text[0] = '\0';
    note.turn = TURN_MINE;
    note.looks = note.takes = note.keeps = 0;
    note.comes = NULL;
    note.slower = false;
}

/* ---- a channel of it */

#define IDS "\"mchid\":\"1900000109\",\"appid\":\"wxd678efh567hg6787\""
#define SECRETS "{\"private_key\":\"" APP_PRIVATE "\",\"apiv3_key\":\"" APIV3_KEY "\"}"
#define BY_SERIAL ",\"serial_no\":\"" SERIAL "\""
#define BY_KEY ",\"public_key_id\":\"" KEY_ID "\",\"public_key\":\"" CHANNEL_PUBLIC "\""
#define BY_CERT ",\"platform_serial\":\"" CERT_SERIAL "\",\"platform_key\":\"" CHANNEL_PUBLIC "\""

static struct own channel(const char *answer, const char *more)
{
    char config[4096];

    snprintf(config, sizeof(config), "{" IDS BY_SERIAL "%s,\"base\":\"http://127.0.0.1:%d/%s\"}",
             more, loopback_port, answer);
    struct own own = opened(&CHANNEL_WECHAT, "wx_native", config, SECRETS);
    assert_non_null(own.keys);
    own.account.notes = &NOTES;
    return own;
}

/* ---- tests */

static void test_wechat_query__fetches_the_certificate_that_it_lacks(void **state)
{
    static const struct {
        const char *answer, *more;
        enum pay_err want;
        int takes, keeps;
    } CASES[] = {
        { "first", "", PAY_OK, 1, 1 },
        { "rotated", "", PAY_OK, 1, 1 },
        { "rotated", BY_CERT, PAY_OK, 1, 1 },
        { "rotated", BY_KEY, PAY_OK, 1, 1 },
        { "first", BY_CERT, PAY_OK, 0, 0 },
        { "switch", BY_KEY, PAY_OK, 0, 0 },
        { "switch", BY_CERT BY_KEY, PAY_OK, 0, 0 },
        { "switch", "", PAY_UNKNOWN, 1, 1 }, /* no search finds a public key */
        { "none", "", PAY_FULL, 1, 0 },      /* no key: nothing is sent */
        { "none", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "lacks", BY_KEY, PAY_UNKNOWN, 1, 1 },
        { "ended", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "misnamed", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "own", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "other_key", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "forged", BY_KEY, PAY_UNKNOWN, 1, 0 },
        { "foreign", BY_KEY, PAY_UNKNOWN, 1, 1 },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct own own = channel(CASES[i].answer, CASES[i].more);
        notes_empty();
        enum pay_err err = own.driver->query(&own.account, PAY_ID, &said);
        CHECK_TEXT(CASES[i].answer, err_name(err), err_name(CASES[i].want));
        CHECK_I64(CASES[i].answer, note.takes, CASES[i].takes);
        CHECK_I64(CASES[i].answer, note.keeps, CASES[i].keeps);
        shut(&own);
    }
}

static void test_wechat_query__takes_what_another_process_fetched(void **state)
{
    struct channel_said said;
    struct own own = channel("rotated", BY_CERT);

    (void)state;
    notes_empty();
    note.turn = TURN_LATER;
    assert_true(text_copy(note.text, sizeof(note.text), BOTH));
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(note.looks, 1); /* then it is known */
    shut(&own);

    own = channel("rotated", BY_CERT);
    notes_empty();
    note.turn = TURN_SOON;
    note.comes = BOTH;
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(note.looks, 2);
    assert_int_equal(note.takes, 0);
    shut(&own);

    own = channel("rotated", BY_CERT);
    notes_empty();
    note.slower = true; /* both saw that nobody had asked */
    note.comes = BOTH;
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_OK);
    assert_int_equal(note.takes, 1);
    assert_int_equal(note.keeps, 0);
    shut(&own);

    own = channel("rotated", BY_CERT);
    notes_empty();
    note.turn = TURN_LATER;
    assert_true(text_copy(note.text, sizeof(note.text), "no answer of WeChat Pay's"));
    assert_int_equal(own.driver->query(&own.account, PAY_ID, &said), PAY_UNKNOWN);
    shut(&own);
}

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

static enum pay_err heard(const struct own *own, const char *key, const char *serial, int64_t age_s)
{
    struct stamp stamp = { .serial = serial };
    struct text sign = TEXT(stamp.sign);
    struct channel_callback callback = { .about = ABOUT_ORDER,
                                         .body = NOTE_PAID,
                                         .body_len = strlen(NOTE_PAID),
                                         .header = header,
                                         .header_arg = &stamp };
    struct channel_said said;
    struct json *json;

    snprintf(stamp.now, sizeof(stamp.now), "%lld", (long long)(clock_now_s() - age_s));
    sign_as(key, stamp.now, NOTE_PAID, &sign);
    assert_int_equal(json_parse(NOTE_PAID, strlen(NOTE_PAID), &json), PAY_OK);
    callback.json = json;
    enum pay_err err = own->driver->hear(&own->account, &callback, &said);
    json_free(&json);
    return err;
}

static void test_wechat_hear__fetches_and_bounds_what_a_stranger_can_cause(void **state)
{
    struct own own = channel("rotated", BY_KEY);

    (void)state;
    notes_empty();
    assert_int_equal(heard(&own, NEXT_PRIVATE, NEXT_SERIAL, 400), PAY_BAD_SIGN);
    assert_int_equal(heard(&own, NEXT_PRIVATE, "PUB_KEY_ID_1", 0), PAY_BAD_SIGN);
    assert_int_equal(heard(&own, NEXT_PRIVATE, SERIAL "00", 0), PAY_BAD_SIGN);
    assert_int_equal(note.looks, 0); /* none of them can be genuine */
    assert_int_equal(heard(&own, NEXT_PRIVATE, NEXT_SERIAL, 0), PAY_OK);
    assert_int_equal(heard(&own, CHANNEL_PRIVATE, KEY_ID, 0), PAY_OK);
    assert_int_equal(heard(&own, CHANNEL_PRIVATE, CERT_SERIAL, 0), PAY_OK);
    assert_int_equal(note.takes, 1);
    for (int i = 0; i < 50; i++)
        assert_int_equal(heard(&own, APP_PRIVATE, INVENTED, 0), PAY_BAD_SIGN);
    assert_int_equal(note.takes, 1);
    assert_true(note.looks <= 3); /* one a second, and no wait for another process */
    note.turn = TURN_SOON;
    const int64_t before = clock_ticks_us();
    for (int i = 0; i < 3; i++) {
        clock_sleep_ms(400);
        assert_int_equal(heard(&own, APP_PRIVATE, INVENTED, 0), PAY_BAD_SIGN);
    }
    assert_true(clock_ticks_us() - before < INT64_C(2500000));
    shut(&own);
}

/* ---- the merchant's own */

static void test_wechat_open__reads_the_merchants_certificate(void **state)
{
    static const struct {
        const char *name, *more, *why;
    } CASES[] = {
        { "certificate", ",\"merchant_cert\":\"" MERCHANT_CERT "\"", NULL },
        { "both", BY_SERIAL ",\"merchant_cert\":\"" MERCHANT_CERT "\"", NULL },
        { "serial", BY_SERIAL, NULL },
        { "neither", "", "config.merchant_cert must be there" },
        { "another serial",
          ",\"serial_no\":\"" CERT_SERIAL "\",\"merchant_cert\":\"" MERCHANT_CERT "\"",
          "is another one than" },
        { "no certificate", ",\"merchant_cert\":\"x\"", "config.merchant_cert must be a cert" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        char config[4096];
        snprintf(config, sizeof(config), "{" IDS "%s}", CASES[i].more);
        struct own own = opened(&CHANNEL_WECHAT, "wx_native", config, SECRETS);
        CHECK(CASES[i].name, CASES[i].why ? !own.keys : own.keys != NULL);
        if (CASES[i].why && !strstr(own.why, CASES[i].why))
            fail_msg("%s: got '%s'", CASES[i].name, own.why);
        shut(&own);
    }
}

struct ends {
    int count;
    int64_t first;
};

static void end_note(void *arg, const char *name, int64_t end_time)
{
    struct ends *ends = arg;

    assert_true(str_eq(name, "config.merchant_cert") ||
                str_starts(name, "WeChat Pay's certificate "));
    if (ends->count++ == 0)
        ends->first = end_time;
}

static void test_wechat_certs__shows_ends(void **state)
{
    struct ends ends = { 0 };

    (void)state;
    struct own own = opened(&CHANNEL_WECHAT, "wx_native",
                            "{" IDS ",\"merchant_cert\":\"" MERCHANT_CERT_ENDED "\"}", SECRETS);
    assert_non_null(own.keys); /* a channel at work is not shut by its certificate's end */
    own.driver->certs(&own.account, end_note, &ends);
    assert_int_equal(ends.count, 1);
    assert_int_equal(ends.first, INT64_C(1609459200000)); /* 2021-01-01 */
    notes_empty();
    assert_true(text_copy(note.text, sizeof(note.text), BOTH));
    own.account.notes = &NOTES;
    own.driver->certs(&own.account, end_note, &ends);
    assert_int_equal(ends.count, 3); /* of WeChat Pay's two the one that ends last */
    shut(&own);
}

static void test_cert_p12_open__reads_wechats_old_ciphers(void **state)
{
    uint8_t p12[4096];
    char key[4096], pem[4096];
    struct text key_text = TEXT(key), pem_text = TEXT(pem);
    struct rsa_key *own = rsa_private(APP_PRIVATE), *read;
    struct cert cert;
    size_t len = 0;

    (void)state;
    assert_true(sign_base64_read(MERCHANT_P12, strlen(MERCHANT_P12), p12, sizeof(p12), &len));
    assert_false(cert_p12_open(p12, len, "1900000110", &key_text, &pem_text));
    assert_false(cert_p12_open(p12, len / 2, "1900000109", &key_text, &pem_text));
    assert_false(cert_p12_open("x", 1, "1900000109", &key_text, &pem_text));
    text_reset(&key_text);
    text_reset(&pem_text);
    assert_true(cert_p12_open(p12, len, "1900000109", &key_text, &pem_text));
    read = rsa_private(key);
    assert_non_null(read);
    assert_true(rsa_is_pair(read, own));
    assert_true(cert_read(pem, &cert));
    assert_string_equal(cert.serial, SERIAL);
    cert_clear(&cert);
    rsa_free(&read);
    rsa_free(&own);
}

/* ---- the backup host */

static int closed_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* "cut" is no name of the table: the request is read, and the connection closed. */
static void test_wechat_ask__calls_the_backup_host_when_nothing_was_sent(void **state)
{
    static const struct {
        const char *name, *base;
        bool closed;
        enum pay_err want;
    } CASES[] = {
        { "no connection", "http://127.0.0.1:%d", true, PAY_OK },
        { "no handshake", "https://127.0.0.1:%d", false, PAY_OK },
        { "cut behind the request", "http://127.0.0.1:%d/cut", false, PAY_UNKNOWN },
        { "slashes at its end", "http://127.0.0.1:%d/switch//", false, PAY_OK },
    };
    struct channel_said said;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        char config[4096];
        struct text text = TEXT(config);
        text_add(&text, "{" IDS BY_SERIAL BY_KEY ",\"base\":\"");
        text_add_n(&text, CASES[i].base, strcspn(CASES[i].base, "%"));
        text_addf(&text, "%d%s\",\"backup\":\"http://127.0.0.1:%d/switch\"}",
                  CASES[i].closed ? closed_port() : loopback_port, strchr(CASES[i].base, '%') + 2,
                  loopback_port);
        struct own own = opened(&CHANNEL_WECHAT, "wx_native", config, SECRETS);
        assert_non_null(own.keys);
        CHECK_TEXT(CASES[i].name, err_name(own.driver->query(&own.account, PAY_ID, &said)),
                   err_name(CASES[i].want));
        shut(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wechat_query__fetches_the_certificate_that_it_lacks),
        cmocka_unit_test(test_wechat_query__takes_what_another_process_fetched),
        cmocka_unit_test(test_wechat_hear__fetches_and_bounds_what_a_stranger_can_cause),
        cmocka_unit_test(test_wechat_open__reads_the_merchants_certificate),
        cmocka_unit_test(test_wechat_certs__shows_ends),
        cmocka_unit_test(test_cert_p12_open__reads_wechats_old_ciphers),
        cmocka_unit_test(test_wechat_ask__calls_the_backup_host_when_nothing_was_sent),
    };

    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
