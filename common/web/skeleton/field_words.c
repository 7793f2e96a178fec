/* field_words.c - what a field must be, and which one an unknown name was meant to be, in words. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include "web/skeleton/field_private.h"

/* ---- what is wanted */

static const char *const CHARACTERS[] = {
    [ALPHA_MERCHANT_NO] = "A-Z a-z 0-9 _ - * | .",
    [ALPHA_NONCE] = "A-Z a-z 0-9 _ -",
    [ALPHA_CHANNEL] = "a-z 0-9 _",
    [ALPHA_HEX] = "0-9 a-f",
    [ALPHA_DIGITS] = "0-9",
    [ALPHA_BASE64] = "A-Z a-z 0-9 + / =",
    [ALPHA_ULID] = "0-9 A-Z without I L O U",
    [ALPHA_UPPER] = "A-Z",
};

static void want_i64(const struct field *f, struct text *to)
{
    text_addf(to, "a whole number%s%s (%" PRId64 " to %" PRId64 "%s)", f->unit ? " of " : "",
              str_or(f->unit, ""), f->min, f->max, f->not_zero ? ", not 0" : "");
}

static void want_text(const struct field *f, struct text *to)
{
    text_add(to, "text of ");
    if (f->min > 0)
        text_addf(to, "%" PRId64 " to ", f->min);
    text_addf(to, "%s%" PRId64 " characters without control characters%s",
              f->min > 0 ? "" : "at most ", f->max, f->lines ? " but newline and tab" : "");
}

static void want_word(const struct field *f, struct text *to)
{
    text_addf(to, "%" PRId64 " to %" PRId64 " of %s", f->min, f->max, CHARACTERS[f->alphabet]);
}

static void want_object(const struct field *f, struct text *to)
{
    text_addf(to, "a JSON object of at most %" PRId64 " bytes", f->max);
}

static void want_choice(const struct field *f, struct text *to)
{
    text_add(to, "one of");
    for (const struct word *row = f->words; row->word; row++)
        text_addf(to, " %s", row->word);
}

static const struct {
    void (*add)(const struct field *f, struct text *to);
    const char *words; /* when there is nothing to add */
} WANTS[] = {
    [FIELD_I64] = { want_i64, NULL },
    [FIELD_TEXT] = { want_text, NULL },
    [FIELD_WORD] = { want_word, NULL },
    [FIELD_NO] = { NULL, "a number that Shroff gave out (26 characters of 0-9 A-Z)" },
    [FIELD_CURRENCY] = { NULL, "a current ISO 4217 code like CNY" },
    [FIELD_URL] = { NULL,
                    "an absolute http or https URL of at most 1024 bytes, of ASCII (what is "
                    "not is written %E4 or xn--), without user, blank, fragment or \"<>\\^`{|}, "
                    "with a port of 1 to 65535" },
    [FIELD_RETURN_URL] = { NULL, "an absolute http or https URL of at most 1024 bytes, of ASCII "
                                 "(what is not is written %E4 or xn--), without user, blank or "
                                 "\"<>\\^`{|} but {ORDER_NO}, with a port of 1 to 65535" },
    [FIELD_ADDRESS] = { NULL, "an IPv4 or IPv6 address" },
    [FIELD_TIME] = { NULL, "a time like 2026-01-31T08:00:00+08:00 (in a query + is %2B)" },
    [FIELD_OBJECT] = { want_object, NULL },
    [FIELD_EXTRAS] = { NULL, "an object of at most 16 strings of at most 512 characters" },
    [FIELD_CHOICE] = { want_choice, NULL },
    [FIELD_CHECKED] = { NULL, "text" },
};

void field_want(const struct field *field, struct text *to)
{
    if (WANTS[field->kind].add)
        WANTS[field->kind].add(field, to);
    text_add(to, WANTS[field->kind].words);
}

/* ---- which name was meant */

/* clang-format off */
/* What other payment services call it, without case and underscores. */
static const struct { const char *theirs, *ours; } ELSEWHERE[] = {
    { "amount", "price" },              { "total", "price" },
    { "totalamount", "price" },         { "totalfee", "price" },
    { "money", "price" },               { "orderid", "merchant_order_id" },
    { "orderno", "merchant_order_id" }, { "outtradeno", "merchant_order_id" },
    { "merchantorderno", "merchant_order_id" }, { "reference", "merchant_order_id" },
    { "id", "order_no" },               { "title", "subject" },
    { "description", "subject" },       { "desc", "subject" },
    { "name", "subject" },              { "detail", "body" },
    { "details", "body" },              { "callbackurl", "notify_url" },
    { "callback", "notify_url" },       { "webhook", "notify_url" },
    { "webhookurl", "notify_url" },     { "successurl", "return_url" },
    { "redirecturl", "return_url" },    { "backurl", "return_url" },
    { "timeout", "expire_in" },         { "ttl", "expire_in" },
    { "expiretime", "expire_in" },      { "timeexpire", "expire_in" },
    { "clientip", "user_ip" },          { "ip", "user_ip" },
    { "paymentmethod", "channel" },     { "paytype", "channel" },
    { "channelcode", "channel" },       { "attach", "metadata" },
    { "extra", "channel_extras" },      { "extras", "channel_extras" },
    { "openid", "channel_extras" },     { "refundamount", "refund_price" },
    { "outrefundno", "merchant_refund_id" }, { "state", "status" },
    { "start", "from" },                { "begin", "from" },
    { "end", "to" },                    { "pagesize", "limit" },
    { "size", "limit" },                { "count", "limit" },
    { "cursor", "after" },              { "next", "after" },
};
/* clang-format on */

#define NAME_MAX_LEN 40

/* Lower case, letters and digits alone; false when it is too long to be a slip. */
static bool fold(const char *name, char out[NAME_MAX_LEN + 1])
{
    size_t n = 0;

    for (; *name && n < NAME_MAX_LEN; name++) {
        if (isalnum((unsigned char)*name))
            out[n++] = (char)tolower((unsigned char)*name);
    }
    out[n] = '\0';
    return !*name && n > 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many characters must be put in, taken out or changed (Levenshtein), by rows. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LEN + 1];
    const size_t width = strlen(b);

    for (size_t k = 0; k <= width; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= width; k++) {
            const size_t changed = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            row[k] = least(changed, least(row[k], row[k - 1]) + 1);
        }
    }
    return row[width];
}

const struct field *field_meant(const struct field_table *table, const char *name)
{
    char given[NAME_MAX_LEN + 1], known[NAME_MAX_LEN + 1];
    const struct field *best = NULL;

    if (!fold(name, given))
        return NULL;
    size_t near = strlen(given) < 5 ? 2 : 3; /* fewer slips than this */
    for (size_t i = 0; i < table->count; i++) {
        const size_t slips = fold(table->at[i].name, known) ? distance(given, known) : near;
        if (slips < near) {
            near = slips;
            best = &table->at[i];
        }
    }
    for (size_t i = 0; i < COUNT(ELSEWHERE) && !best; i++) {
        const size_t at = field_index(table, ELSEWHERE[i].ours);
        if (str_eq(ELSEWHERE[i].theirs, given) && at < table->count)
            best = &table->at[at];
    }
    return best;
}

void field_say_unknown(const struct field_table *table, struct field_fault *fault)
{
    struct text *why = fault->why;
    const struct field *best = field_meant(table, fault->name);

    text_add_cut(why, fault->name, strlen(fault->name), SHOWN_MAX);
    text_add(why, ": unknown");
    if (best)
        text_addf(why, ", did you mean %s?", best->name);
    else if (table->count == 0)
        text_add(why, ", nothing is asked for here");
    for (size_t i = 0; i < table->count && !best; i++)
        text_addf(why, "%s%s", i == 0 ? ", known are " : ", ", table->at[i].name);
}
