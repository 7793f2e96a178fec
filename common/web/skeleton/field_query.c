/* field_query.c - the table's fields out of a query string or an urlencoded form. */
#include <string.h>
#include "base/form.h"
#include "web/skeleton/field.h"
#include "web/skeleton/field_private.h"
#include "web/skeleton/request.h"

struct given {
    const char *at;
    size_t len;
    int times;
};
struct pairs {
    const struct field_table *table;
    struct given values[FIELDS_MAX];
    const char *unknown;
};

static void pair_note(const struct field_table *table, const char *at, size_t len,
                      struct pairs *pairs)
{
    char name[64 * 4 + 1];
    const char *equals = memchr(at, '=', len);
    const size_t name_len = equals ? (size_t)(equals - at) : len;
    const bool decoded = form_decode(at, name_len, name, sizeof(name));
    const size_t i = decoded ? field_index(table, name) : table->count;

    if (i < table->count) {
        struct given *given = &pairs->values[i];
        *given = (struct given){ at + len, 0, given->times + 1 };
        if (equals)
            *given = (struct given){ equals + 1, len - name_len - 1, given->times };
    } else if (!pairs->unknown) {
        pairs->unknown = field_unknown(name, decoded ? strlen(name) : 0);
    }
}

static bool param_given(void *arg, size_t i)
{
    return ((const struct pairs *)arg)->values[i].times > 0;
}

static bool param_shown(void *arg, size_t i, struct text *to)
{
    static char room[REQUEST_BODY_MAX + 1];
    const struct given *given = &((const struct pairs *)arg)->values[i];
    const bool decoded = form_decode(given->at, given->len, room, sizeof(room));

    if (given->times > 1)
        text_addf(to, "given %d times", given->times);
    else if (!decoded)
        text_add(to, "not percent-encoded as it should be");
    if (given->times > 1 || !decoded)
        return false;
    text_add_char(to, '"');
    text_add_cut(to, room, strlen(room), SHOWN_MAX);
    text_add_char(to, '"');
    return true;
}

static const char *param_instead(void *arg, size_t i)
{
    const struct pairs *pairs = arg;
    const struct field *meant = pairs->unknown ? field_meant(pairs->table, pairs->unknown) : NULL;

    return meant == &pairs->table->at[i] ? pairs->unknown : NULL;
}

static bool read_value(void *arg, size_t i, const struct field *field, void *to)
{
    static char room[REQUEST_BODY_MAX + 1];
    const struct given *given = &((const struct pairs *)arg)->values[i];

    if (given->times != 1)
        return false;
    if (!form_decode(given->at, given->len, room, sizeof(room)))
        return field->kind == FIELD_CHECKED;
    return field_take_text(field, room, strlen(room), to);
}

enum pay_err field_read_query(const struct field_table *table, const char *query, void *input,
                              struct field_fault *fault)
{
    struct pairs pairs = { .table = table };

    for (const char *at = query; *at; at += *at == '&') {
        const size_t len = strcspn(at, "&");
        if (len > 0)
            pair_note(table, at, len, &pairs);
        at += len;
    }
    const struct field_source source = {
        &pairs, param_given, read_value, param_shown, param_instead,
    };
    enum pay_err err = field_fill(table, &source, input, fault);
    if (err != PAY_OK || !pairs.unknown || table->loose)
        return err;
    fault->name = pairs.unknown;
    field_say_unknown(table, fault);
    return PAY_BAD_FIELD;
}
