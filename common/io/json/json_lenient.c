/* json_lenient.c - see json_lenient.h. */
#include "io/json/json_lenient.h"
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "io/json/json.h"

/* NULL for null, and for what is no JSON from the first byte to the last. */
static struct json_object *parse(const char *at, size_t len)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *root = NULL;

    if (!tokener)
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    if (len > 0 && len <= INT_MAX && !memchr(at, '\0', len))
        root = json_tokener_parse_ex(tokener, at, (int)len);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a bare number may go on */
        root = json_tokener_parse_ex(tokener, " ", 1);
    if (json_tokener_get_error(tokener) != json_tokener_success) {
        json_object_put(root);
        root = NULL;
    }
    json_tokener_free(tokener);
    return root;
}

static bool fill_said(struct json_object *value, struct json_said *out)
{
    struct text text = TEXT(out->text);

    out->string = json_object_is_type(value, json_type_string);
    if (out->string) {
        const char *s = json_object_get_string(value);
        size_t len = (size_t)json_object_get_string_len(value);
        text_add_n(&text, s, len);
        return !text.full && strlen(s) == len;
    }
    if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
        return false;
    text_add(&text, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
    return !text.full;
}

static bool value_read(const char *at, size_t len, struct json_said *out)
{
    struct json_object *value = parse(at, len);
    const bool said = value && fill_said(value, out);

    json_object_put(value);
    return said;
}

/* json-c gets one string or number alone: it keeps all that it reads, and of 64 KiB of small
 * members that lasts a hundred times as long as to look over them. */
bool json_lenient_read(const char *at, size_t len, const char *name, struct json_said *out)
{
    if (name)
        at = json_span_lenient(at, len, name, &len);
    return at && len > 0 && *at != '{' && *at != '[' && value_read(at, len, out);
}
