/* fuzz_json.c - the JSON gate: what it accepts json-c accepts with the same tree, json_span finds
 * the very bytes of each member, and what our writer makes of the tree is accepted with the same
 * tree. */
#define json_bool library_bool /* our writer has a function of that name */
#include <json-c/json.h>       /* lint: allow library - the oracle */
#undef json_bool
#include "fuzz.h"
#include "base/json_text.h"
#include "io/json/json.h"

#define ROOM (1 << 18)

static void write_value(struct json_text *to, const char *name, const struct json *value);

static bool write_member(void *arg, const char *name, const struct json *value)
{
    write_value(arg, name, value);
    return true;
}

static void write_value(struct json_text *to, const char *name, const struct json *value)
{
    size_t len = 0;

    switch (json_kind(value)) {
    case JSON_NULL:
        json_raw(to, name, "null");
        break;
    case JSON_BOOL: /* nobody asks which */
        json_raw(to, name, "true");
        break;
    case JSON_INT:
        json_i64(to, name, json_int(value));
        break;
    case JSON_NUMBER: /* nothing of it is ever used but that it is one */
        json_raw(to, name, "0.5");
        break;
    case JSON_STRING: {
        const char *s = json_text(value, &len);
        PROPERTY(s[len] == '\0' && utf8_is_valid(s, len));
        json_str_n(to, name, s, len);
        break;
    }
    case JSON_OBJECT:
        json_open(to, name);
        json_each(value, write_member, to);
        json_close(to);
        break;
    case JSON_ARRAY:
        json_open_list(to, name);
        for (size_t i = 0; i < json_size(value); i++) /* only their number is used */
            json_i64(to, NULL, 0);
        json_close_list(to);
        break;
    }
}

static char *canonical(const struct json *value)
{
    char *room = malloc(ROOM);
    struct text text = text_over(room, ROOM);
    struct json_text json = JSON_TEXT(&text);

    write_value(&json, NULL, value);
    PROPERTY(!text.full);
    return room;
}

struct whole {
    const char *at;
    size_t len, members;
};

static bool span_is_member(void *arg, const char *name, const struct json *value)
{
    struct whole *whole = arg;
    size_t len = 0;
    struct json *alone = NULL;
    const char *span = json_span(whole->at, whole->len, name, &len);

    PROPERTY(span && span >= whole->at && span + len <= whole->at + whole->len);
    PROPERTY(json_parse(span, len, &alone) == PAY_OK);
    char *want = canonical(value), *got = canonical(alone);
    PROPERTY(strcmp(want, got) == 0);
    free(want);
    free(got);
    json_free(&alone);
    whole->members++;
    return true;
}

/* The library asked without us in between. */
static bool library_accepts(const char *at, size_t len)
{
    struct json_tokener *tokener = json_tokener_new_ex(32);

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *root = json_tokener_parse_ex(tokener, at, (int)len);
    if (json_tokener_get_error(tokener) == json_tokener_continue)
        root = json_tokener_parse_ex(tokener, " ", 1);
    const bool good = json_tokener_get_error(tokener) == json_tokener_success;
    json_object_put(root);
    json_tokener_free(tokener);
    return good;
}

static void check_tree(const char *at, size_t len, const struct json *root)
{
    struct whole whole = { at, len, 0 };
    struct json *again = NULL;
    char *text = canonical(root);
    size_t span_len;

    PROPERTY(json_check(text, strlen(text)));
    PROPERTY(json_parse(text, strlen(text), &again) == PAY_OK);
    char *twice = canonical(again);
    PROPERTY(strcmp(text, twice) == 0);
    if (json_kind(root) == JSON_OBJECT) {
        json_each(root, span_is_member, &whole);
        PROPERTY(whole.members == json_size(root));
    }
    if (!json_member(root, "absent member"))
        PROPERTY(!json_span(at, len, "absent member", &span_len));
    free(twice);
    free(text);
    json_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *root = NULL;
    char *at = fuzz_copy(data, size);
    const bool good = json_check(at, size);
    char room[256];
    struct text why = TEXT(room);
    size_t rest = size;
    const char *behind = json_behind_mark(at, &rest);

    PROPERTY(behind + rest == at + size && (rest == size || rest + 3 == size));
    PROPERTY(rest == size || !good); /* the gate itself takes no BOM */
    json_explain(at, size, &why);
    PROPERTY(why.len > 0 && !why.full);
    PROPERTY(good == (json_parse(at, size, &root) == PAY_OK));
    if (good) {
        PROPERTY(utf8_is_valid(at, size) && library_accepts(at, size));
        check_tree(at, size, root);
    }
    json_free(&root);
    free(at);
    return 0;
}
