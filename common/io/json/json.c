/* json.c - json-c behind the gate. JSON null is a NULL pointer there, so it gets a value of its own
 * here; numbers that json-c clamps to int64 get another kind than those that fit. */
#include "io/json/json.h"
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "io/json/json_string.h"

struct json {
    char unused;
}; /* never looked into: the address is json-c's */
static struct json null_value;

static struct json *wrap(struct json_object *object)
{
    return object ? (struct json *)(void *)object : &null_value;
}

/* NULL for null and for absent. */
static struct json_object *unwrap(const struct json *value)
{
    union {
        const struct json *in;
        struct json_object *out;
    } same = { .in = value };

    return value == &null_value ? NULL : same.out;
}

static bool is(const struct json *value, enum json_type type)
{
    return value && json_object_is_type(unwrap(value), type);
}

enum pay_err json_parse(const char *at, size_t len, struct json **out)
{
    *out = NULL;
    if (len > INT_MAX || !json_check(at, len))
        return PAY_BAD_BODY;
    struct json_tokener *tokener = json_tokener_new_ex(2 * JSON_DEPTH);
    if (!tokener)
        abort();
    char *plain = json_without_pairs(at, &len);
    struct json_object *root = json_tokener_parse_ex(tokener, plain ? plain : at, (int)len);
    free(plain);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a bare number may go on */
        root = json_tokener_parse_ex(tokener, " ", 1);
    const enum json_tokener_error error = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    if (error != json_tokener_success) {
        log_event(LOG_ERROR, "json.refused", KV("why", json_tokener_error_desc(error)));
        json_object_put(root);
        return PAY_BAD_BODY;
    }
    *out = wrap(root);
    return PAY_OK;
}

void json_free(struct json **root)
{
    if (*root)
        json_object_put(unwrap(*root));
    *root = NULL;
}

/* json-c keeps up to UINT64_MAX and clamps below INT64_MIN; INT64_MIN itself counts as clamped. */
static enum json_kind kind_of_int(struct json_object *value)
{
    const int64_t n = json_object_get_int64(value);

    if (n == INT64_MIN || (n == INT64_MAX && json_object_get_uint64(value) != (uint64_t)INT64_MAX))
        return JSON_NUMBER;
    return JSON_INT;
}

enum json_kind json_kind(const struct json *value)
{
    struct json_object *object = value ? unwrap(value) : NULL;

    switch (json_object_get_type(object)) {
    case json_type_boolean:
        return JSON_BOOL;
    case json_type_double:
        return JSON_NUMBER;
    case json_type_int:
        return kind_of_int(object);
    case json_type_string:
        return JSON_STRING;
    case json_type_object:
        return JSON_OBJECT;
    case json_type_array:
        return JSON_ARRAY;
    case json_type_null:
        return JSON_NULL;
    }
    return JSON_NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
    struct json_object *found;

    if (!is(object, json_type_object) || !json_object_object_get_ex(unwrap(object), name, &found))
        return NULL;
    return wrap(found);
}

const char *json_text(const struct json *value, size_t *len)
{
    const bool text = is(value, json_type_string);

    *len = text ? (size_t)json_object_get_string_len(unwrap(value)) : 0;
    return text ? json_object_get_string(unwrap(value)) : NULL;
}

int64_t json_int(const struct json *value)
{
    return is(value, json_type_int) ? json_object_get_int64(unwrap(value)) : 0;
}

const struct json *json_element(const struct json *array, size_t i)
{
    return is(array, json_type_array) && i < json_size(array)
               ? wrap(json_object_array_get_idx(unwrap(array), i))
               : NULL;
}

size_t json_size(const struct json *value)
{
    if (is(value, json_type_array))
        return json_object_array_length(unwrap(value));
    return is(value, json_type_object) ? (size_t)json_object_object_length(unwrap(value)) : 0;
}

bool json_each(const struct json *object,
               bool (*each)(void *arg, const char *name, const struct json *value), void *arg)
{
    if (!is(object, json_type_object))
        return true;
    struct json_object_iterator at = json_object_iter_begin(unwrap(object));
    const struct json_object_iterator end = json_object_iter_end(unwrap(object));
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        if (!each(arg, json_object_iter_peek_name(&at), wrap(json_object_iter_peek_value(&at))))
            return false;
    }
    return true;
}
