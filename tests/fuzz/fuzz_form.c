/* fuzz_form.c - urlencoded text: decoding against a second decoder, a name and value put in come
 * out again, a table's fields are each given once or refused. */
#include "fuzz.h"
#include <strings.h>
#include "base/clock.h"
#include "base/net.h"
#include "order/return_url.h"
#include "base/form.h"
#include "web/skeleton/field.h"

#define ROOM 70000

struct input {
    char word[9], text[41], no[27], lines[41], address[46], back[1025];
    int64_t number, when, state;
};
static const struct word STATES[] = { { 0, "OPEN", "" }, { 10, "SHUT", "" }, { .word = NULL } };
static const struct field FIELDS[] = {
    FIELD(struct input, word, FIELD_WORD, OPTIONAL, .min = 1, .max = 8, .alphabet = ALPHA_CHANNEL),
    FIELD(struct input, text, FIELD_TEXT, OPTIONAL, .min = 0, .max = 10),
    FIELD(struct input, no, FIELD_NO, OPTIONAL),
    FIELD(struct input, number, FIELD_I64, OPTIONAL, .min = -5, .max = 1000, .fallback = 77),
    FIELD(struct input, when, FIELD_TIME, OPTIONAL),
    FIELD(struct input, lines, FIELD_TEXT, OPTIONAL, .max = 10, .lines = true),
    FIELD(struct input, address, FIELD_ADDRESS, OPTIONAL),
    FIELD(struct input, back, FIELD_RETURN_URL, OPTIONAL),
    FIELD(struct input, state, FIELD_CHOICE, OPTIONAL, .words = STATES, .fallback = -1),
};
static const struct field_table TABLE = FIELD_TABLE(FIELDS);

static int digit(char c)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(DIGITS, c) : NULL;

    return at ? (int)((at - DIGITS) % 16) : -1;
}

/* What the text means; false when it means nothing. */
static bool oracle(const char *from, size_t len, struct text *to)
{
    for (size_t i = 0; i < len; i++) {
        char c = from[i] == '+' ? ' ' : from[i];
        if (c == '%') {
            if (len - i < 3 || digit(from[i + 1]) < 0 || digit(from[i + 2]) < 0)
                return false;
            c = (char)(digit(from[i + 1]) * 16 + digit(from[i + 2]));
            i += 2;
        }
        if (c == '\0')
            return false;
        text_add_char(to, c);
    }
    return !to->full;
}

static void check_decode(const char *from, size_t len, size_t size)
{
    static char room[ROOM];
    char *to = malloc(size);
    struct text want = text_over(room, size < ROOM ? size : ROOM);
    const bool good = oracle(from, len, &want);

    PROPERTY(form_decode(from, len, to, size) == good);
    PROPERTY(good ? strcmp(to, room) == 0 : *to == '\0');
    free(to);
}

#define CODED "%-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Percent-encodes a text as a query's value. */
static void encode(struct text *to, const char *s)
{
    for (; *s; s++) {
        if (strchr(CODED, *s) && *s != '%')
            text_add_char(to, *s);
        else
            text_addf(to, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

static void check_round(const char *s)
{
    static char coded[ROOM * 3], back[ROOM];
    struct text text = TEXT(coded);

    encode(&text, s);
    PROPERTY(!text.full && strspn(coded, CODED) == text.len);
    PROPERTY(form_decode(coded, text.len, back, sizeof(back)) && strcmp(back, s) == 0);
}

/* Whatever is read stands in its room, and each name once. */
static void check_pairs(const char *from, size_t len)
{
    char *room = malloc(2 * len + 2);
    struct form form;

    if (form_read(from, len, room, &form)) {
        for (size_t i = 0; i < form.count; i++) {
            const char *value = form.at[i].value;
            PROPERTY(*form.at[i].name != '\0' && form_value(&form, form.at[i].name) == value);
            PROPERTY(value + strlen(value) < room + 2 * len + 2);
        }
    }
    free(room);
}

static void taken_in_bounds(const struct input *in)
{
    int64_t ms;
    char when[TIME_TEXT_SIZE];
    struct net_address address;
    struct text time = TEXT(when);

    PROPERTY(!*in->word || str_is(in->word, ALPHA_CHANNEL, 1, 8));
    PROPERTY(utf8_is_valid(in->text, strlen(in->text)) &&
             utf8_count(in->text, strlen(in->text)) <= 10);
    PROPERTY(!utf8_has_control(in->text, strlen(in->text)));
    PROPERTY(!*in->no || str_is(in->no, ALPHA_ULID, 26, 26));
    PROPERTY((in->number >= -5 && in->number <= 1000));
    for (const char *c = in->lines; *c; c++)
        PROPERTY((unsigned char)*c >= 32 || *c == '\n' || *c == '\t');
    PROPERTY(!*in->address || net_parse(in->address, &address));
    PROPERTY(!*in->back || (strncasecmp(in->back, "http", 4) == 0 && return_url_ok(in->back)));
    PROPERTY(in->state == -1 || *word_of(STATES, in->state));
    time_add(&time, in->when);
    PROPERTY(!time.full && time_parse(when, &ms) && ms == in->when);
}

static char why_room[FIELD_WHY_MAX + 1];
static struct text why;
static struct field_fault fault;

static struct field_fault *fresh(void)
{
    why = TEXT(why_room);
    fault = (struct field_fault){ NULL, &why };
    return &fault;
}

/* A refusal names a field and says why, in words that fit and hide nothing. */
static void refused_in_words(enum pay_err err)
{
    PROPERTY(err == PAY_BAD_FIELD || err == PAY_BAD_BODY);
    if (err == PAY_BAD_FIELD)
        PROPERTY(fault.name && *fault.name && utf8_is_valid(fault.name, strlen(fault.name)) &&
                 strlen(fault.name) <= 256);
    PROPERTY(why.len > 0 && !why.full && utf8_is_valid(why.at, why.len));
    for (size_t at = 0, step; at < why.len; at += step) {
        uint32_t c = 0;
        step = utf8_next(why.at + at, why.len - at, &c);
        PROPERTY(step > 0 && !utf8_is_hidden(c));
    }
}

static void check_fields(const char *query)
{
    static char twice[2 * ROOM];
    struct input in;
    const char *equals = strchr(query, '=');
    struct text again = TEXT(twice);

    enum pay_err err = field_read_query(&TABLE, query, &in, fresh());
    if (err != PAY_OK) {
        refused_in_words(err);
        return;
    }
    taken_in_bounds(&in);
    text_add(&again, query);
    text_add(&again, "&");
    text_add(&again, query);
    if (equals && equals != query)
        PROPERTY(field_read_query(&TABLE, twice, &in, fresh()) == PAY_BAD_FIELD);
}

static void check_json(const char *at, size_t len)
{
    struct input in;

    enum pay_err err = field_read_json(&TABLE, at, len, &in, fresh());
    if (err == PAY_OK)
        taken_in_bounds(&in);
    else
        refused_in_words(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *at = fuzz_copy(data, size), *s = fuzz_text(data, size);

    if (size < ROOM - 1) {
        check_decode(at, size, size + 1);
        check_decode(at, size, size / 2 + 1);
        check_round(s);
        check_pairs(at, size);
        check_fields(s);
        check_json(at, size);
    }
    free(s);
    free(at);
    return 0;
}
