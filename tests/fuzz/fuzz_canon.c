/* fuzz_canon.c - the two canonical texts are injective: each can be taken apart again into exactly
 * what went in, so no two inputs share a text. */
#include "fuzz.h"
#include "io/json/json.h"
#include "wire/signed_json.h"
#include "web/skeleton/auth.h"

#define ROOM (1 << 18)

/* ---- a request's five lines. What the web server and auth_parse let through holds no line end. */

static char *line_of(struct fuzz_input *in)
{
    char *line = fuzz_field(in, '\n');

    line[strcspn(line, "\r")] = '\0';
    return line;
}

static bool take_line(const char **at, const char *want)
{
    const size_t len = strcspn(*at, "\n");

    if (strlen(want) != len || strncmp(*at, want, len) != 0 || (*at)[len] != '\n')
        return false;
    *at += len + 1;
    return true;
}

static void request_text(struct fuzz_input in)
{
    static struct request request;
    struct credentials said;
    char *method = line_of(&in), *uri = line_of(&in), *time = line_of(&in), *nonce = line_of(&in);
    char *body = fuzz_copy(in.at, in.len), *room = malloc(ROOM);
    struct text text = text_over(room, ROOM);

    if (text_copy(said.timestamp, sizeof(said.timestamp), time) &&
        text_copy(said.nonce, sizeof(said.nonce), nonce)) {
        request.method = method;
        request.uri = uri;
        request.body = body;
        request.body_len = in.len;
        auth_signed_text(&request, &said, &text);
        const char *at = text.at;
        PROPERTY(!text.full && take_line(&at, method) && take_line(&at, uri) &&
                 take_line(&at, time) && take_line(&at, nonce));
        PROPERTY((size_t)(text.at + text.len - at) == in.len + 1);
        PROPERTY(memcmp(at, body, in.len) == 0 && at[in.len] == '\n');
    }
    free(method);
    free(uri);
    free(time);
    free(nonce);
    free(body);
    free(room);
}

/* ---- a flat object: the text names each member that counts once, in order, with its value */

struct taken {
    const struct json *object;
    size_t counted;
};

static bool counts(const char *name, const struct json *value)
{
    size_t len = 0;

    if (strcmp(name, "sign") == 0 || strcmp(name, "sign_type") == 0 ||
        json_kind(value) == JSON_NULL)
        return false;
    if (json_kind(value) == JSON_STRING)
        (void)json_text(value, &len);
    return json_kind(value) == JSON_INT || len > 0;
}

static bool count_member(void *arg, const char *name, const struct json *value)
{
    ((struct taken *)arg)->counted += counts(name, value);
    return true;
}

static bool value_is(const struct json *value, const char *text)
{
    char digits[32];
    struct text number = TEXT(digits);
    size_t len = 0;

    if (!value)
        return false;
    if (json_kind(value) == JSON_INT)
        text_add_i64(&number, json_int(value));
    const char *s = json_kind(value) == JSON_INT ? digits : json_text(value, &len);
    return s && strcmp(s, text) == 0;
}

static void take_apart(char *text, const struct json *object)
{
    struct taken taken = { object, 0 };
    const char *before = NULL;
    size_t pairs = 0;

    json_each(object, count_member, &taken);
    for (char *at = text; taken.counted > 0 && at; pairs++) {
        char *end = strchr(at, '&'), *equals = strchr(at, '=');
        PROPERTY(equals && (!end || equals < end));
        *equals = '\0';
        if (end)
            *end = '\0';
        PROPERTY(!strchr(equals + 1, '=') && (!before || strcmp(before, at) < 0));
        PROPERTY(value_is(json_member(object, at), equals + 1));
        before = at;
        at = end ? end + 1 : NULL;
    }
    PROPERTY(pairs == taken.counted && (pairs > 0 || !*text));
}

static void object_text(const uint8_t *data, size_t size)
{
    struct json *object = NULL;
    char *at = fuzz_copy(data, size), *room = malloc(ROOM);
    struct text text = text_over(room, ROOM);
    const char *bad;

    if (json_parse(at, size, &object) == PAY_OK) {
        const bool good = signed_json_ok(object, &bad);
        PROPERTY(signed_json_text(object, &text) == good);
        if (good)
            take_apart(room, object);
    }
    json_free(&object);
    free(room);
    free(at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && (*data == '{' || *data == ' '))
        object_text(data, size);
    else
        request_text((struct fuzz_input){ data, size });
    return 0;
}
