/* json_lenient.c - see json_lenient.h. */
#include "io/json/json_lenient.h"
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

#define DEPTH 512

/* NULL for null, and for what is no JSON from the first byte to the last. */
static struct json_object *parse(const char *at, size_t len)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
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

/* Between its quotes. */
static bool is_name(const char *at, size_t len, const char *name)
{
    char quoted[64];
    struct text text = TEXT(quoted);
    struct json_said said;

    if (!memchr(at, '\\', len))
        return len == strlen(name) && memcmp(at, name, len) == 0;
    text_add_char(&text, '"');
    text_add_n(&text, at, len);
    text_add_char(&text, '"');
    return !text.full && json_lenient_read(text.at, text.len, NULL, &said) &&
           str_eq(said.text, name);
}

static size_t string_end(const char *at, size_t len, size_t i)
{
    const char quote = at[i];

    for (i++; i < len && at[i] != quote; i++)
        i += at[i] == '\\';
    return i < len ? i : len;
}

/* Of several members with one name json-c keeps the last, without a word. */
static int members_named(const char *at, size_t len, const char *name)
{
    int found = 0, depth = 0;
    char before = '\0';

    for (size_t i = 0; i < len; i++) {
        const char c = at[i];
        const bool key = depth == 1 && (before == '{' || before == ',');
        if (c == '"' || (key && c == '\'')) {
            const size_t end = string_end(at, len, i);
            found += key && end > i && is_name(at + i + 1, end - i - 1, name);
            i = end;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            before = c;
    }
    return found;
}

bool json_lenient_read(const char *at, size_t len, const char *name, struct json_said *out)
{
    struct json_object *root = parse(at, len), *value = root;
    bool said = root;

    if (said && name)
        said = json_object_is_type(root, json_type_object) && members_named(at, len, name) == 1 &&
               json_object_object_get_ex(root, name, &value);
    said = said && fill_said(value, out);
    json_object_put(root);
    return said;
}
