/* request.c - a request as it came: checked in length, its headers once each, its client found. */
#include "web/skeleton/request_read.h"
#include <string.h>
#include "base/text.h"
#include "base/ulid.h"

/* Headers that must come once: of two copies nginx hands over both, one program would believe the
 * first and another the last. A repeated Authorization is not here, since its answer is 40100. */
static const char *const SINGLE[] = {
    "CONTENT_TYPE",           "CONTENT_LENGTH", "HTTP_CONTENT_TYPE",
    "HTTP_CONTENT_LENGTH",    "HTTP_HOST",      "HTTP_ORIGIN",
    "HTTP_TRANSFER_ENCODING", "REQUEST_METHOD", "REQUEST_URI",
};

static char body_room[REQUEST_BODY_MAX + 1]; /* one request at a time in a process */

static bool repeats(const struct fcgi *fcgi)
{
    unsigned seen = 0;
    const char *pair;

    for (size_t i = 0; (pair = fcgi_param_at(fcgi, i)); i++) {
        const char *end = strchr(pair, '=');
        if (!end || !strchr("CHR", *pair))
            continue;
        for (size_t k = 0; k < COUNT(SINGLE); k++) {
            const size_t len = strlen(SINGLE[k]);
            if ((size_t)(end - pair) != len || memcmp(pair, SINGLE[k], len) != 0)
                continue;
            if (seen & 1U << k)
                return true;
            seen |= 1U << k;
        }
    }
    return false;
}

static const char *param(const struct fcgi *fcgi, const char *name)
{
    return str_or(fcgi_param(fcgi, name), "");
}

/* REQUEST_URI is no part of the CGI standard: without it the address is put together again. */
static const char *uri_of(const struct fcgi *fcgi)
{
    static char room[REQUEST_URI_MAX + 2];
    const char *uri = fcgi_param(fcgi, "REQUEST_URI"), *query = param(fcgi, "QUERY_STRING");
    struct text made = TEXT(room);

    if (uri)
        return uri;
    text_add(&made, param(fcgi, "SCRIPT_NAME"));
    text_add(&made, param(fcgi, "PATH_INFO"));
    text_add(&made, *query ? "?" : "");
    text_add(&made, query);
    return made.full ? NULL : room;
}

/* A proxy may add a line of its own instead of lengthening the one that it found (HAProxy does), so
 * all lines are one list. A list that is too long is ignored: then the peer's address counts. */
static const char *forwarded_for(const struct fcgi *fcgi)
{
    static const char NAME[] = "HTTP_X_FORWARDED_FOR=";
    static char room[4096];
    struct text list = TEXT(room);
    const char *pair;

    if (fcgi_param_count(fcgi, "HTTP_X_FORWARDED_FOR") < 2)
        return fcgi_param(fcgi, "HTTP_X_FORWARDED_FOR");
    for (size_t i = 0; (pair = fcgi_param_at(fcgi, i)); i++) {
        if (!str_starts(pair, NAME))
            continue;
        text_add(&list, list.len > 0 ? ", " : "");
        text_add(&list, pair + sizeof(NAME) - 1);
    }
    return list.full ? NULL : room;
}

static void set_id(struct request *request)
{
    const char *given = param(request->fcgi, "REQUEST_ID");

    if (!str_is(given, ALPHA_NONCE, 1, sizeof(request->id) - 1) ||
        !text_copy(request->id, sizeof(request->id), given))
        token_new(request->id);
}

enum pay_err request_read(struct fcgi *fcgi, const struct net_list *trusted, struct request *out)
{
    const char *uri = uri_of(fcgi), *question = uri ? strchr(uri, '?') : NULL;

    out->fcgi = fcgi;
    out->method = param(fcgi, "REQUEST_METHOD");
    out->head = str_eq(out->method, "HEAD");
    out->unread = "";
    out->uri = "";
    out->query = "";
    out->path[0] = '\0';
    out->content_type = param(fcgi, "CONTENT_TYPE");
    body_room[0] = '\0';
    out->body = body_room;
    out->body_len = 0;
    set_id(out);
    net_client(param(fcgi, "REMOTE_ADDR"), forwarded_for(fcgi), trusted, out->client);
    if (!uri || strlen(uri) > REQUEST_URI_MAX)
        return PAY_URI_TOO_LONG;
    out->uri = uri;
    out->query = question ? question + 1 : "";
    if (!text_copy_n(out->path, sizeof(out->path), uri,
                     question ? (size_t)(question - uri) : strlen(uri)))
        return PAY_URI_TOO_LONG;
    if (fcgi_param(fcgi, "NGINX_REFUSED")) {
        out->unread = "this is not a request that can be read";
        return fcgi_param_count(fcgi, "HTTP_AUTHORIZATION") > 1 ? PAY_UNSIGNED : PAY_BAD_BODY;
    }
    if (!repeats(fcgi))
        return PAY_OK;
    out->unread = "a header that must come once (Host, Origin, Content-Type, Content-Length, "
                  "Transfer-Encoding) is repeated";
    return PAY_BAD_BODY;
}

enum pay_err request_read_body(struct request *request, size_t most)
{
    return fcgi_body(request->fcgi, body_room, most + 1, &request->body_len);
}

int64_t request_announced(const struct request *request)
{
    const char *said = param(request->fcgi, "CONTENT_LENGTH");
    int64_t length = 0;

    if (*said && !str_to_i64(said, 0, INT64_MAX, &length))
        return strspn(said, "0123456789") == strlen(said) ? INT64_MAX : 0;
    return length;
}

static char param_char(char c)
{
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

const char *request_header(const struct request *request, const char *name)
{
    char room[80];
    struct text param_name = TEXT(room);

    text_add(&param_name, "HTTP_");
    for (; *name; name++)
        text_add_char(&param_name, param_char(*name));
    return param_name.full ? NULL : fcgi_param(request->fcgi, room);
}

bool request_was_forwarded(const struct request *request)
{
    static const char *const MARKS[] = {
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-real-ip",
        "forwarded",
        "via",
        "cf-connecting-ip",
        "true-client-ip",
    };

    for (size_t i = 0; i < COUNT(MARKS); i++) {
        if (request_header(request, MARKS[i]))
            return true;
    }
    return false;
}
