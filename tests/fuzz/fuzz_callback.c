/* fuzz_callback.c - the mock channel's callback: nothing but a right signature over these very
 * members is believed, and what is believed is bounded. */
#include "fuzz.h"
#include "base/clock.h"
#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "channel/mock/mock.h"
#include "wire/signed_json.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static struct channel_account account;
static enum channel_about about; /* what its address is for */
static const struct channel_driver *const mock = &CHANNEL_MOCK;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char CONFIG[] = "{\"sign_type\":\"HMAC-SHA256\"}",
                      HIDDEN[] = "{\"secret\":\"" SECRET "\"}";

    struct json *config, *secrets;
    void *keys;
    const char *why;

    (void)argc, (void)argv;
    if (json_parse(CONFIG, sizeof(CONFIG) - 1, &config) != PAY_OK ||
        json_parse(HIDDEN, sizeof(HIDDEN) - 1, &secrets) != PAY_OK)
        return 1;
    const struct channel_parsed row = { "mock", config, secrets, NULL };
    if (channel_open(mock, &row, &keys, &why) != PAY_OK)
        return 1;
    json_free(&config);
    json_free(&secrets);
    account.keys = keys;
    return 0;
}

static enum pay_err parse(const struct channel_account *who, const char *at, size_t len,
                          struct channel_said *out)
{
    struct json *object = NULL;

    if (json_parse(at, len, &object) != PAY_OK || json_kind(object) != JSON_OBJECT) {
        json_free(&object);
        return PAY_BAD_BODY;
    }
    const struct channel_callback callback = {
        .about = about, .body = at, .body_len = len, .json = object
    };
    enum pay_err err = mock->hear(who, &callback, out);
    json_free(&object);
    return err;
}

/* The members anew without sign and sign_type and, when asked, with a timestamp of now. */
struct rewrite {
    struct json_text to;
    bool now;
};

static bool copy_member(void *arg, const char *name, const struct json *value)
{
    struct rewrite *r = arg;
    size_t len = 0;

    if (strcmp(name, "sign") == 0 || strcmp(name, "sign_type") == 0)
        return true;
    if (r->now && strcmp(name, "timestamp") == 0)
        json_i64(&r->to, name, clock_now_s());
    else if (json_kind(value) == JSON_INT)
        json_i64(&r->to, name, json_int(value));
    else if (json_kind(value) == JSON_NULL)
        json_raw(&r->to, name, "null");
    else
        json_str_n(&r->to, name, json_text(value, &len), len);
    return true;
}

static void result_bounded(const struct channel_said *out)
{
    PROPERTY(out->about == about && ulid_is(out->no) &&
             memchr(out->channel_no, '\0', CHANNEL_NO_SIZE));
    PROPERTY(out->state == CHANNEL_SUCCESS || out->state == CHANNEL_FAILED ||
             out->state == CHANNEL_CLOSED);
    PROPERTY(out->price.minor >= 1 && out->price.minor <= MONEY_MAX);
    PROPERTY(str_is(out->currency, ALPHA_UPPER, 3, 3));
    PROPERTY(out->state != CHANNEL_SUCCESS || (out->success_time >= 0 && *out->channel_no));
}

/* Signed by us it is taken; with one hex digit of the signature or the key changed it is not. */
static void signed_is_taken(const struct json *object, bool now)
{
    static char room[1 << 17];
    struct text text = TEXT(room);
    struct rewrite rewrite = { JSON_TEXT(&text), now };
    const struct signed_key key = { SIGNED_HMAC, SECRET }, other = { SIGNED_HMAC, SECRET "x" };
    struct channel_said out;

    json_open(&rewrite.to, NULL);
    json_each(object, copy_member, &rewrite.to);
    json_close(&rewrite.to);
    struct text stranger = text;
    char *unsigned_text = fuzz_text(text.at, text.len);
    if (text.full || !signed_json_sign(&text, &key)) {
        free(unsigned_text);
        return;
    }
    enum pay_err err = parse(&account, text.at, text.len, &out);
    PROPERTY(err == PAY_OK || (err == PAY_BAD_TIME && !now));
    if (err == PAY_OK)
        result_bounded(&out);
    PROPERTY(parse(NULL, text.at, text.len, &out) == PAY_BAD_SIGN);
    char *digit = text.at + text.len - 3; /* …0"} */
    *digit = *digit == '0' ? '1' : '0';
    PROPERTY(parse(&account, text.at, text.len, &out) == PAY_BAD_SIGN);
    memcpy(room, unsigned_text, strlen(unsigned_text) + 1);
    PROPERTY(parse(&account, room, stranger.len, &out) == PAY_BAD_SIGN);
    PROPERTY(signed_json_sign(&stranger, &other));
    PROPERTY(parse(&account, stranger.at, stranger.len, &out) == PAY_BAD_SIGN);
    free(unsigned_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char pay_id[NO_SIZE], *at = fuzz_copy(data, size);
    const char *field = "not set";
    struct channel_said out;
    struct json *object = NULL;

    if (json_parse(at, size, &object) == PAY_OK && json_kind(object) == JSON_OBJECT) {
        about = json_member(object, "refund_no") ? ABOUT_REFUND : ABOUT_ORDER;
        const struct channel_callback callback = {
            .about = about, .body = at, .body_len = size, .json = object
        };
        enum pay_err err = mock->read_no(&callback, pay_id, &field);
        PROPERTY(err == PAY_OK || (err == PAY_BAD_FIELD && field && *field));
        /* Nobody guesses a HMAC: whatever came is refused before anything of it is read. */
        PROPERTY(mock->hear(&account, &callback, &out) == PAY_BAD_SIGN);
        if (err == PAY_OK) {
            PROPERTY(ulid_is(pay_id));
            signed_is_taken(object, size % 2 == 0);
        }
    }
    json_free(&object);
    free(at);
    return 0;
}
