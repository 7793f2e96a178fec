/* callback_read.c - does a callback's type fit, and HTTP_* parameters back to a JSON object of
 * headers. */
#include "web/callback_read.h"
#include <string.h>
#include <strings.h>
#include "base/json_text.h"
#include "web/skeleton/content_type.h"

#define OBJECT_END_ROOM 16 /* room kept for what closes the object */

#define FORM "application/x-www-form-urlencoded"

/* Each may come without a type. Alipay adds "text/html" to that of a form, so only its beginning
 * counts. */
bool callback_type_fits(enum channel_body body, const char *type)
{
    switch (body) {
    case CHANNEL_JSON:
        return !*type || content_type_is(type, "application/json");
    case CHANNEL_FORM:
        return !*type || strncasecmp(type, FORM, strlen(FORM)) == 0;
    case CHANNEL_ANY:
        return true;
    }
    return false;
}

void callback_type_say(enum channel_body body, const char *type, struct text *why)
{
    text_add_cut(why, type, strlen(type), 60);
    text_addf(why, " is not accepted here: send %s",
              body == CHANNEL_FORM ? FORM : "application/json in UTF-8");
}

static bool is_secret(const char *name, size_t len)
{
    static const char *const SECRET[] = { "HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION",
                                          "HTTP_COOKIE", "HTTP_COOKIE2" };

    for (size_t i = 0; i < COUNT(SECRET); i++) {
        if (strlen(SECRET[i]) == len && strncmp(SECRET[i], name, len) == 0)
            return true;
    }
    return false;
}

/* "HTTP_WEBHOOK_ID" -> "webhook-id" */
static bool header_name(const char *param, size_t len, char *out, size_t size)
{
    if (!text_copy_n(out, size, param + 5, len - 5))
        return false;
    for (char *c = out; *c; c++)
        *c = *c == '_' ? '-' : (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    return true;
}

static bool is_header(const char *pair, const char *equals)
{
    return equals && str_starts(pair, "HTTP_") && equals[1] &&
           !is_secret(pair, (size_t)(equals - pair));
}

void callback_headers(const struct request *request, struct text *to)
{
    struct json_text json = JSON_TEXT(to);
    const size_t size = to->size;
    char name[128];
    const char *pair;
    bool cut = false;

    to->size -= OBJECT_END_ROOM;
    json_open(&json, NULL);
    for (size_t i = 0; (pair = fcgi_param_at(request->fcgi, i)); i++) {
        const char *equals = strchr(pair, '=');
        const struct text before = *to;
        const struct json_text json_before = json;
        if (!is_header(pair, equals) ||
            !header_name(pair, (size_t)(equals - pair), name, sizeof(name)))
            continue;
        json_str(&json, name, equals + 1);
        if (!to->full)
            continue;
        *to = before;
        json = json_before;
        cut = true;
    }
    to->size = size;
    if (cut)
        json_bool(&json, "…", true);
    json_close(&json);
}
