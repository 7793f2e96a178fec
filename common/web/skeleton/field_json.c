/* field_json.c - the table's fields out of a JSON object. */
#include <string.h>
#include "base/json_text.h"
#include "io/json/json.h"
#include "web/skeleton/field.h"
#include "web/skeleton/field_private.h"

#define EXTRAS_MAX 16
#define EXTRA_NAME_MAX 64
#define EXTRA_VALUE_MAX 512
/* Objects and arrays are what costs json-c most, a microsecond each. A member of 4 KiB, the largest
 * that is taken, has less than 1400. */
#define MEMBER_CONTAINERS_MAX 1400
#define CONTAINERS_MAX 1500

struct body {
    const struct field_table *table;
    const struct json *root;
    const char *at;
    size_t len; /* the text, for values whose own bytes are kept */
};

static void json_drop(struct json **root)
{
    if (*root)
        json_free(root);
}

static bool member_given(void *arg, size_t i)
{
    const struct body *body = arg;
    const struct json *value = json_member(body->root, body->table->at[i].name);
    size_t len = 1;

    if (!value || json_kind(value) == JSON_NULL)
        return false;
    if (json_kind(value) == JSON_STRING)
        (void)json_text(value, &len);
    return len > 0 || !field_may_be_empty(&body->table->at[i]);
}

/* The member's own bytes: a string keeps its quotes, a fraction its digits. */
static bool member_shown(void *arg, size_t i, struct text *to)
{
    const struct body *body = arg;
    size_t len = 0;
    const char *span = json_span(body->at, body->len, body->table->at[i].name, &len);

    text_add_cut(to, str_or(span, ""), len, SHOWN_MAX);
    if (len > SHOWN_MAX)
        text_addf(to, " (%zu bytes)", len);
    return true;
}

static bool extra_is_plain(const char *s, size_t len, size_t max)
{
    return !memchr(s, '\0', len) && utf8_count(s, len) <= max && !utf8_has_control(s, len);
}

static bool extra_take(void *arg, const char *name, const struct json *value)
{
    struct json_text *to = arg;
    size_t len;

    if (json_kind(value) != JSON_STRING || !extra_is_plain(name, strlen(name), EXTRA_NAME_MAX))
        return false;
    const char *text = json_text(value, &len);
    json_str_n(to, name, text, len);
    return extra_is_plain(text, len, EXTRA_VALUE_MAX);
}

/* Written anew: attempts are compared by it, and JSON libraries escape in different ways. */
static bool extras_take(const struct field *field, const struct json *value, void *to)
{
    struct text text = text_over(to, field->size);
    struct json_text out = JSON_TEXT(&text);

    if (json_kind(value) != JSON_OBJECT || json_size(value) > EXTRAS_MAX)
        return false;
    json_open(&out, NULL);
    const bool ok = json_each(value, extra_take, &out);
    json_close(&out);
    return ok && !text.full;
}

/* An object's own bytes. */
static bool take_object(const struct body *body, const struct field *field,
                        const struct json *value, void *to)
{
    size_t len = 0;
    const char *span = json_span(body->at, body->len, field->name, &len);

    if (!span || json_kind(value) != JSON_OBJECT || (field->max > 0 && (int64_t)len > field->max))
        return false;
    return text_copy_n(to, field->size, span, len);
}

static bool field_member_read(void *arg, size_t i, const struct field *field, void *to)
{
    const struct body *body = arg;
    const struct json *value = json_member(body->root, body->table->at[i].name);
    size_t len;

    if (field->kind == FIELD_EXTRAS)
        return extras_take(field, value, to);
    if (field->kind == FIELD_OBJECT)
        return take_object(body, field, value, to);
    if (field->kind == FIELD_I64) {
        const int64_t n = json_kind(value) == JSON_INT ? json_int(value) : 0;
        if (json_kind(value) != JSON_INT || !field_number_fits(field, n))
            return false;
        memcpy(to, &n, sizeof(n));
        return true;
    }
    if (json_kind(value) != JSON_STRING)
        return false;
    const char *text = json_text(value, &len);
    return field_take_text(field, text, len, to);
}

#define LOOKED_AT 64 /* members that are compared with a missing field's name */

struct lack {
    const struct field_table *table;
    const struct field *field;
    const char *instead;
    size_t left;
};

static bool is_other(void *arg, const char *name, const struct json *value)
{
    struct lack *lack = arg;

    (void)value;
    if (lack->left-- == 0)
        return false;
    if (field_index(lack->table, name) < lack->table->count ||
        field_meant(lack->table, name) != lack->field)
        return true;
    lack->instead = name;
    return false;
}

static const char *member_instead(void *arg, size_t i)
{
    const struct body *body = arg;
    struct lack lack = { body->table, &body->table->at[i], NULL, LOOKED_AT };

    json_each(body->root, is_other, &lack);
    return lack.instead;
}

struct search {
    const struct field_table *table;
    const char *unknown;
};

static bool member_is_known(void *arg, const char *name, const struct json *value)
{
    struct search *search = arg;

    (void)value;
    if (field_index(search->table, name) < search->table->count)
        return true;
    search->unknown = field_unknown(name, strlen(name));
    return false;
}

static enum pay_err refuse_unknown(const struct field_table *table, const struct json *root,
                                   struct field_fault *fault)
{
    struct search search = { table, NULL };

    if (json_each(root, member_is_known, &search))
        return PAY_OK;
    fault->name = search.unknown;
    field_say_unknown(table, fault);
    return PAY_BAD_FIELD;
}

/* More objects and arrays than in any body that is taken: which field has them? Else they are in
 * members that the table does not know. */
static enum pay_err refuse_many(const struct field_table *table, const char *at, size_t len,
                                struct field_fault *fault)
{
    if (at[strspn(at, " \t\r\n")] != '{' || !json_check(at, len)) {
        json_explain(at, len, fault->why);
        return PAY_BAD_BODY;
    }
    fault->name = field_unknown("", 0);
    for (size_t i = 0; i < table->count; i++) {
        size_t span_len = 0;
        const char *span = json_span_lenient(at, len, table->at[i].name, &span_len);
        if (span && json_containers_over(span, span_len, MEMBER_CONTAINERS_MAX)) {
            fault->name = table->at[i].name;
            break;
        }
    }
    text_addf(fault->why, "%s: more than %d objects and arrays: send fewer", fault->name,
              MEMBER_CONTAINERS_MAX);
    return PAY_BAD_FIELD;
}

enum pay_err field_read_json(const struct field_table *table, const char *at, size_t len,
                             void *input, struct field_fault *fault)
{
    __attribute__((cleanup(json_drop))) struct json *root = NULL;

    at = json_behind_mark(at, &len);
    /* before the JSON library sees them */
    if (json_containers_over(at, len, CONTAINERS_MAX))
        return refuse_many(table, at, len, fault);
    enum pay_err err = json_parse(at, len, &root);
    if (err == PAY_OK && json_kind(root) != JSON_OBJECT)
        err = PAY_BAD_BODY;
    if (err != PAY_OK) {
        json_explain(at, len, fault->why);
        return err;
    }
    struct body body = { table, root, at, len };
    const struct field_source source = {
        &body, member_given, field_member_read, member_shown, member_instead,
    };
    err = field_fill(table, &source, input, fault);
    return err == PAY_OK ? refuse_unknown(table, root, fault) : err;
}
