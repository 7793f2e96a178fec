/* field.c - the table's order, needs and kinds; where values come from is in field_json.c and
 * field_query.c. */
#include "web/skeleton/field.h"
#include <string.h>
#include "base/clock.h"
#include "base/money.h"
#include "base/net.h"
#include "base/ulid.h"
#include "io/http/http.h"
#include "order/return_url.h"
#include "web/skeleton/field_private.h"

typedef bool text_kind(const struct field *field, const char *s, size_t len, void *to);

static bool text_keep(const struct field *field, const char *s, size_t len, void *to)
{
    return text_copy_n(to, field->size, s, len);
}

bool field_number_fits(const struct field *field, int64_t n)
{
    return n >= field->min && n <= field->max && !(field->not_zero && n == 0);
}

static bool take_i64(const struct field *field, const char *s, size_t len, void *to)
{
    int64_t n;

    if (!str_to_i64_n(s, len, field->min, field->max, &n) || !field_number_fits(field, n))
        return false;
    memcpy(to, &n, sizeof(n));
    return true;
}

static bool has_control(const struct field *field, const char *s, size_t len)
{
    for (const char *end = s + len; field->lines && s < end; s++) {
        const size_t line = strcspn(s, "\n\t");
        if (utf8_has_control(s, line))
            return true;
        s += line;
    }
    return !field->lines && utf8_has_control(s, len);
}

static bool take_plain(const struct field *field, const char *s, size_t len, void *to)
{
    if (!utf8_is_valid(s, len) || has_control(field, s, len))
        return false;
    const int64_t count = (int64_t)utf8_count(s, len);
    return count >= field->min && count <= field->max && text_keep(field, s, len, to);
}

static bool take_word(const struct field *field, const char *s, size_t len, void *to)
{
    return str_is_n(s, len, field->alphabet, (size_t)field->min, (size_t)field->max) &&
           text_keep(field, s, len, to);
}

static bool take_no(const struct field *field, const char *s, size_t len, void *to)
{
    return len == NO_SIZE - 1 && ulid_is(s) && text_keep(field, s, len, to);
}

static bool take_currency(const struct field *field, const char *s, size_t len, void *to)
{
    return len == CURRENCY_SIZE - 1 && currency_is_current(s) && text_keep(field, s, len, to);
}

static bool take_url(const struct field *field, const char *s, size_t len, void *to)
{
    struct http_url parts;

    return text_keep(field, s, len, to) && http_url_ok(s, &parts);
}

static bool take_return_url(const struct field *field, const char *s, size_t len, void *to)
{
    return text_keep(field, s, len, to) && return_url_ok(s);
}

/* A merchant may forward X-Forwarded-For as it came: a list of addresses, with ports. */
static bool take_address(const struct field *field, const char *s, size_t len, void *to)
{
    char address[NET_TEXT_SIZE];

    (void)len;
    s += strspn(s, ", \t");
    return net_element(s, strcspn(s, ","), address) &&
           text_keep(field, address, strlen(address), to);
}

/* In a query a raw '+' is a blank: before an offset it can be nothing else. */
static bool take_time(const struct field *field, const char *s, size_t len, void *to)
{
    static const size_t OFFSET = sizeof("+08:00") - 1;
    char room[64];

    (void)field;
    if (!text_copy_n(room, sizeof(room), s, len))
        return false;
    if (len > OFFSET && room[len - OFFSET] == ' ')
        room[len - OFFSET] = '+';
    return time_parse(room, to);
}

static bool take_choice(const struct field *field, const char *s, size_t len, void *to)
{
    return strlen(s) == len && word_parse(field->words, s, to);
}

static text_kind *const KINDS[] = {
    [FIELD_I64] = take_i64,
    [FIELD_TEXT] = take_plain,
    [FIELD_WORD] = take_word,
    [FIELD_NO] = take_no,
    [FIELD_CURRENCY] = take_currency,
    [FIELD_URL] = take_url,
    [FIELD_RETURN_URL] = take_return_url,
    [FIELD_ADDRESS] = take_address,
    [FIELD_TIME] = take_time,
    [FIELD_OBJECT] = NULL,
    [FIELD_EXTRAS] = NULL,
    [FIELD_CHOICE] = take_choice,
    [FIELD_CHECKED] = text_keep,
};

/* No kind accepts a text with a NUL in it. */
bool field_take_text(const struct field *field, const char *s, size_t len, void *to)
{
    text_kind *take = KINDS[field->kind];

    return take && !memchr(s, '\0', len) && take(field, s, len, to);
}

bool field_may_be_empty(const struct field *field)
{
    return field->need != NEEDED && field->kind != FIELD_I64 && KINDS[field->kind];
}

size_t field_index(const struct field_table *table, const char *name)
{
    size_t i = 0;

    while (i < table->count && !str_eq(table->at[i].name, name))
        i++;
    return i;
}

const char *field_unknown(const char *name, size_t len)
{
    static char room[64 * 4 + 1];
    const bool fair = len > 0 && len < sizeof(room) && !memchr(name, '\0', len) &&
                      utf8_is_valid(name, len) && utf8_count(name, len) <= 64 &&
                      !utf8_has_control(name, len);

    return fair && text_copy_n(room, sizeof(room), name, len) ? room : "?";
}

const char *field_table_wrong(const struct field_table *table)
{
    if (table->count > FIELDS_MAX)
        return "it has too many fields";
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->at[i];
        if (field->kind == FIELD_CHOICE && !field->words)
            return "a field that is a choice needs its words";
    }
    return NULL;
}

static void set_absent(const struct field *field, void *to)
{
    if (FIELD_IS_NUMBER(field->kind))
        memcpy(to, &field->fallback, sizeof(field->fallback));
    else
        *(char *)to = '\0';
}

/* How many fields of the ONE_OF group were given, before the i-th and in all. */
struct group {
    size_t before, all;
};

static struct group count_group(const struct field_table *table, const struct field_source *source,
                                size_t i)
{
    struct group group = { 0, 0 };

    for (size_t k = 0; k < table->count; k++) {
        if (table->at[k].need == ONE_OF && source->has(source->arg, k)) {
            group.before += k < i;
            group.all++;
        }
    }
    return group;
}

static void add_group(const struct field_table *table, struct text *to)
{
    const char *between = "";

    for (size_t k = 0; k < table->count; k++) {
        if (table->at[k].need != ONE_OF)
            continue;
        text_addf(to, "%s%s", between, table->at[k].name);
        between = ", ";
    }
}

/* NULL when the field's need is met, else what is wrong: given too often, or not at all. */
static const char *unmet(const struct field_table *table, const struct field_source *source,
                         size_t i, bool given)
{
    const enum field_need need = table->at[i].need;

    if (need == ONE_OF) {
        const struct group group = count_group(table, source, i);
        return group.all == 0              ? "give one of "
               : given && group.before > 0 ? "give only one of "
                                           : NULL;
    }
    return need == NEEDED && !given ? "missing, want " : NULL;
}

/* price: 12.5 is not a whole number of minor units (1 to 1000000000000)
 * channel_extras may have a payer's auth_code, which would enter the merchant's logs. */
static void say_value(const struct field *field, const struct field_source *source, size_t i,
                      struct text *why)
{
    bool whole = true;

    if (field->secret || field->kind == FIELD_EXTRAS)
        text_add(why, "its value");
    else
        whole = source->show(source->arg, i, why);
    if (!whole)
        return;
    text_add(why, " is not ");
    field_want(field, why);
}

static bool read_field(const struct field_table *table, const struct field_source *source, size_t i,
                       void *input, struct text *why)
{
    const struct field *f = &table->at[i];
    const bool given = source->has(source->arg, i);
    const char *wrong = unmet(table, source, i, given);

    if (!wrong && (!given || source->read(source->arg, i, f, (char *)input + f->offset)))
        return true;
    text_addf(why, "%s: %s", f->name, str_or(wrong, ""));
    if (!wrong)
        say_value(f, source, i, why);
    else if (f->need == ONE_OF)
        add_group(table, why);
    else
        field_want(f, why);
    const char *instead = given ? NULL : source->instead(source->arg, i);
    if (instead) {
        text_add(why, ", not ");
        text_add_cut(why, instead, strlen(instead), SHOWN_MAX);
    }
    return false;
}

enum pay_err field_fill(const struct field_table *table, const struct field_source *source,
                        void *input, struct field_fault *fault)
{
    for (size_t i = 0; i < table->count; i++)
        set_absent(&table->at[i], (char *)input + table->at[i].offset);
    for (size_t i = 0; i < table->count; i++) {
        if (read_field(table, source, i, input, fault->why))
            continue;
        fault->name = table->at[i].name;
        return PAY_BAD_FIELD;
    }
    return PAY_OK;
}
