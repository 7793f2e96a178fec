/* mock_hear.c - a callback of the mock gateway: its members, its signature, its time. */
#include <string.h>

#include "channel/mock/mock_private.h"

int64_t mock_timestamp(const struct json *object)
{
    const struct json *value = json_member(object, "timestamp");
    const char *digits = signed_json_str(object, "timestamp");
    int64_t seconds = -1;

    if (value && json_kind(value) == JSON_INT)
        seconds = json_int(value);
    else if (digits && !str_to_i64(digits, 0, INT64_C(9999999999), &seconds))
        return -1;
    return seconds >= 0 && seconds <= INT64_C(9999999999) ? seconds : -1;
}

enum pay_err mock_time_check(const struct json *object)
{
    int64_t off = mock_timestamp(object) - clock_now_s();

    return off < -MOCK_TIME_WINDOW_S || off > MOCK_TIME_WINDOW_S ? PAY_BAD_TIME : PAY_OK;
}

/* ---- members of a callback, in the order of the contract */

static bool has_no(const struct json *object, const char *name)
{
    return ulid_is(str_or(signed_json_str(object, name), ""));
}

static bool has_short_text(const struct json *object, const char *name)
{
    const char *s = signed_json_str(object, name);
    return s && strlen(s) < CHANNEL_NO_SIZE;
}

static bool has_status(const struct json *object, const char *name)
{
    const char *s = signed_json_str(object, name);
    return str_eq(s, "SUCCESS") || str_eq(s, "FAILED") || str_eq(s, "CLOSED");
}

static bool has_price(const struct json *object, const char *name)
{
    const struct json *value = json_member(object, name);
    return value && json_kind(value) == JSON_INT && json_int(value) >= 1 &&
           json_int(value) <= MONEY_MAX;
}

static bool has_currency(const struct json *object, const char *name)
{
    return str_is(str_or(signed_json_str(object, name), ""), ALPHA_UPPER, 3, 3);
}

static bool has_success_time(const struct json *object, const char *name)
{
    const char *s = signed_json_str(object, name);
    int64_t ms;

    return !str_eq(signed_json_str(object, "status"), "SUCCESS") || (s && time_parse(s, &ms));
}

static bool has_timestamp(const struct json *object, const char *name)
{
    (void)name;
    return mock_timestamp(object) >= 0;
}

typedef bool member_check(const struct json *object, const char *name);
struct member {
    const char *name;
    member_check *ok;
    const char *want;
};

/* clang-format off */
/* The two numbers, by what the callback is about. */
#define NO(name, of) { name, has_no, of " number (26 characters of 0-9 A-Z)" }
#define CHANNEL_NO(name) { name, has_short_text, "a string of 1 to 64 bytes" }
/* clang-format on */
#define NUMBERS_SAID 2
static const struct member NUMBERS_OF[][NUMBERS_SAID] = {
    [ABOUT_ORDER] = { NO("pay_id", "an attempt's"), CHANNEL_NO("channel_order_no") },
    [ABOUT_REFUND] = { NO("refund_no", "a refund's"), CHANNEL_NO("channel_refund_no") },
    [ABOUT_TRANSFER] = { NO("transfer_no", "a transfer's"), CHANNEL_NO("channel_transfer_no") },
};
static const struct member MEMBERS[] = {
    { "status", has_status, "SUCCESS, FAILED or CLOSED" },
    { "price", has_price, "an integer of minor units, not a string" },
    { "currency", has_currency, "an ISO 4217 code like CNY" },
    { "success_time", has_success_time, "with SUCCESS a time like 2026-01-31T08:00:00+08:00" },
    { "timestamp", has_timestamp, "Unix seconds" },
    { "nonce", has_short_text, "a string of 1 to 64 bytes" },
};

/* The first member that is missing or wrong; NULL: none. */
static const struct member *bad_member(const struct json *object, enum channel_about about)
{
    for (size_t i = 0; i < NUMBERS_SAID + COUNT(MEMBERS); i++) {
        const struct member *member = i < NUMBERS_SAID ? &NUMBERS_OF[about][i]
                                                       : &MEMBERS[i - NUMBERS_SAID];
        if (!member->ok(object, member->name))
            return member;
    }
    return NULL;
}

/* The name outlives the callback's JSON. An unknown member is named as it came, if it looks like a
 * name. */
static const char *field_name(const char *bad)
{
    static char room[65];

    for (const char *c = bad; *c != '\0'; c++)
        if (!str_is_n(c, 1, ALPHA_NONCE, 1, 1))
            return "?";
    return *bad != '\0' && text_copy(room, sizeof(room), bad) ? room : "?";
}

enum pay_err mock_read_no(const struct channel_callback *callback, char no[NO_SIZE],
                          const char **field)
{
    const struct json *object = callback->json;
    const char *bad, *want = "a string, an integer or null, without & = and control characters, in"
                             " a flat object of at most 64 members";

    *field = NULL;
    *no = '\0';
    if (!object || json_kind(object) != JSON_OBJECT)
        return PAY_BAD_BODY;
    const char *name = NUMBERS_OF[callback->about][0].name;
    if (has_no(object, name) && !text_copy(no, NO_SIZE, signed_json_str(object, name)))
        return PAY_BAD_FIELD;
    const struct member *member = bad_member(object, callback->about);
    if (member) {
        *field = member->name;
        want = member->want;
    } else if (!signed_json_ok(object, &bad)) {
        *field = field_name(bad);
    }
    if (*field && callback->why)
        text_addf(callback->why, "%s: want %s", *field, want);
    return !*field ? PAY_OK : PAY_BAD_FIELD;
}

static bool said_state_parse(const char *word, enum channel_state *out)
{
    static const struct {
        const char *word;
        enum channel_state state;
    } STATES[] = {
        { "WAITING", CHANNEL_WAITING },     { "SUCCESS", CHANNEL_SUCCESS },
        { "FAILED", CHANNEL_FAILED },       { "CLOSED", CHANNEL_CLOSED },
        { "NOT_FOUND", CHANNEL_NOT_FOUND },
    };

    for (size_t i = 0; i < COUNT(STATES); i++) {
        if (!str_eq(STATES[i].word, word))
            continue;
        *out = STATES[i].state;
        return true;
    }
    return false;
}

/* The gateway's own reason, when it gives one; what is too long is left out. */
static void reason_copy(const struct json *object, struct channel_said *out)
{
    if (!text_copy(out->error_code, sizeof(out->error_code),
                   signed_json_str(object, "error_code")) ||
        !text_copy(out->error_msg, sizeof(out->error_msg), signed_json_str(object, "error_msg")))
        out->error_msg[0] = '\0';
}

enum pay_err mock_said(enum channel_about about, const struct json *object,
                       struct channel_said *out)
{
    const char *when = signed_json_str(object, "success_time");
    const struct member *numbers = NUMBERS_OF[about];

    *out = (struct channel_said){ .about = about };
    if (!said_state_parse(signed_json_str(object, "status"), &out->state) ||
        !text_copy(out->no, sizeof(out->no), signed_json_str(object, numbers[0].name)) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   signed_json_str(object, numbers[1].name)) ||
        !text_copy(out->currency, sizeof(out->currency), signed_json_str(object, "currency")))
        return PAY_BAD_FIELD;
    reason_copy(object, out);
    if (has_price(object, "price"))
        out->price = MONEY(json_int(json_member(object, "price")));
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    if (!when || !time_parse(when, &out->success_time) || out->price.minor == 0 ||
        *out->currency == '\0' || *out->channel_no == '\0')
        return PAY_BAD_FIELD;
    return PAY_OK;
}

enum pay_err mock_hear(const struct channel_account *account,
                       const struct channel_callback *callback, struct channel_said *out)
{
    static char dummy[TOKEN_SIZE];

    if (*dummy == '\0')
        token_new(dummy);
    const struct mock_keys *keys = account ? account->keys : NULL;
    const struct signed_key key = keys ? keys->gateway : (struct signed_key){ SIGNED_HMAC, dummy };
    if (!signed_json_verify(callback->json, &key) || !keys)
        return PAY_BAD_SIGN;
    enum pay_err err = mock_time_check(callback->json);
    return err != PAY_OK ? err : mock_said(callback->about, callback->json, out);
}

/* A refusal is answered in the words of Shroff's API. */
bool mock_acknowledge(enum pay_err result, struct channel_answer *out)
{
    *out = (struct channel_answer){ 200, "application/json; charset=utf-8",
                                    "{\"code\":0,\"msg\":\"SUCCESS\"}" };
    return result == PAY_OK;
}
