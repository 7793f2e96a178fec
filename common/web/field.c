/* field.c - the table's order, needs and kinds; where values come from is in field_json.c and
 * field_query.c. */
#include "web/field.h"
#include <string.h>
#include "base/clock.h"
#include "base/money.h"
#include "base/net.h"
#include "base/ulid.h"
#include "io/http.h"
#include "pay/order.h"
#include "web/field_private.h"

typedef bool text_kind(const struct field *field, const char *s, size_t len, void *to);

static bool keep(const struct field *field, const char *s, size_t len, void *to)
{
    return text_copy_n(to, field->size, s, len);
}

static bool take_i64(const struct field *field, const char *s, size_t len, void *to)
{
    return str_to_i64_n(s, len, field->min, field->max, to);
}

static bool take_plain(const struct field *field, const char *s, size_t len, void *to)
{
    if (!utf8_is_valid(s, len) || utf8_has_control(s, len))
        return false;
    const int64_t count = (int64_t)utf8_count(s, len);
    return count >= field->min && count <= field->max && keep(field, s, len, to);
}

static bool take_word(const struct field *field, const char *s, size_t len, void *to)
{
    return str_is_n(s, len, field->alphabet, (size_t)field->min, (size_t)field->max) &&
           keep(field, s, len, to);
}

static bool take_no(const struct field *field, const char *s, size_t len, void *to)
{
    return len == NO_SIZE - 1 && ulid_is(s) && keep(field, s, len, to);
}

static bool take_currency(const struct field *field, const char *s, size_t len, void *to)
{
    return len == CURRENCY_SIZE - 1 && currency_is_current(s) && keep(field, s, len, to);
}

static bool take_url(const struct field *field, const char *s, size_t len, void *to)
{
    struct http_url parts;

    return keep(field, s, len, to) && http_url_ok(s, &parts);
}

static bool take_address(const struct field *field, const char *s, size_t len, void *to)
{
    struct net_address parts;

    return keep(field, s, len, to) && net_parse(s, &parts);
}

static bool take_time(const struct field *field, const char *s, size_t len, void *to)
{
    (void)field;
    return strlen(s) == len && time_parse(s, to);
}

static bool take_state(const struct field *field, const char *s, size_t len, void *to)
{
    (void)field;
    return strlen(s) == len && order_state_parse(s, to);
}

static text_kind *const KINDS[] = {
    [FIELD_I64] = take_i64, [FIELD_TEXT] = take_plain, [FIELD_WORD] = take_word,
    [FIELD_NO] = take_no, [FIELD_CURRENCY] = take_currency, [FIELD_URL] = take_url,
    [FIELD_ADDRESS] = take_address, [FIELD_TIME] = take_time, [FIELD_OBJECT] = NULL,
    [FIELD_EXTRAS] = NULL, [FIELD_STATE] = take_state, [FIELD_CHECKED] = keep,
};

/* A text with a NUL inside is nothing that any kind takes. */
bool field_take_text(const struct field *field, const char *s, size_t len, void *to)
{
    text_kind *take = KINDS[field->kind];

    return take && !memchr(s, '\0', len) && take(field, s, len, to);
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

static void set_absent(const struct field *field, void *to)
{
    const bool number =
        field->kind == FIELD_I64 || field->kind == FIELD_TIME || field->kind == FIELD_STATE;

    if (number)
        memcpy(to, &field->fallback, sizeof(field->fallback));
    else
        *(char *)to = '\0';
}

/* How many fields of the ONE_OF group were given, before the i-th and in all. */
struct group { size_t before, all; };

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

static bool need_is_met(const struct field_table *table, const struct field_source *source,
                        size_t i, bool given)
{
    switch (table->at[i].need) {
    case OPTIONAL:
        return true;
    case NEEDED:
        return given;
    case ONE_OF: {
        const struct group group = count_group(table, source, i);
        return group.all > 0 && !(given && group.before > 0);
    }
    }
    return false;
}

enum pay_err field_fill(const struct field_table *table, const struct field_source *source,
                        void *input, const char **field)
{
    for (size_t i = 0; i < table->count; i++)
        set_absent(&table->at[i], (char *)input + table->at[i].offset);
    for (size_t i = 0; i < table->count; i++) {
        const struct field *f = &table->at[i];
        const bool given = source->has(source->arg, i);
        if (need_is_met(table, source, i, given) &&
            (!given || source->read(source->arg, i, f, (char *)input + f->offset)))
            continue;
        *field = f->name;
        return PAY_BAD_FIELD;
    }
    return PAY_OK;
}
