/* http_url.c - addresses, read by the parser that will send to them. */
#include <ctype.h>
#include <string.h>
#include "base/text.h"
#include "io/http/http_private.h"

/* Printable ASCII without what parsers are known to disagree about. '#' would be a fragment. */
static bool plain_bytes(const char *url)
{
    size_t len = strlen(url);

    for (const char *c = url; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || strchr("\\\"<>^`{}|#", *c))
            return false;
    return len > 0 && len <= HTTP_URL_MAX;
}

/* "http://" or "https://", a slash more would make an empty host that curl skips. No '@' before the
 * path, not even an empty user's; no '%', which hides letters of a host or begins a zone. */
static bool plain_start(const char *url)
{
    size_t skip = strncasecmp(url, "http://", 7) == 0    ? 7
                  : strncasecmp(url, "https://", 8) == 0 ? 8
                                                         : 0;
    size_t authority = strcspn(url + skip, "/?");

    return skip > 0 && authority > 0 && !memchr(url + skip, '@', authority) &&
           !memchr(url + skip, '%', authority);
}

static bool part(CURLU *parsed, CURLUPart which, char *room, size_t size)
{
    char *value = NULL;

    if (curl_url_get(parsed, which, &value, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return false;
    bool ok = text_copy(room, size, value) && *room != '\0';
    curl_free(value);
    return ok;
}

/* Lower case, no brackets; a name has the letters of names only, an IPv6 address is one. */
static bool tidy_host(char *host)
{
    size_t len = strlen(host);
    struct net_address address;

    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        memmove(host, host + 1, len - 2);
        host[len - 2] = '\0';
        return net_parse(host, &address);
    }
    for (char *c = host; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
        if (!isalnum((unsigned char)*c) && !strchr("-._", *c))
            return false;
    }
    return host[0] != '.' && !strstr(host, "..");
}

static bool take_parts(CURLU *parsed, struct http_url *out)
{
    char port[8];

    return part(parsed, CURLUPART_SCHEME, out->scheme, sizeof(out->scheme)) &&
           part(parsed, CURLUPART_HOST, out->host, sizeof(out->host)) && tidy_host(out->host) &&
           part(parsed, CURLUPART_PORT, port, sizeof(port)) &&
           str_to_i64(port, 1, 65535, &out->port);
}

bool http_url_ok(const char *url, struct http_url *out)
{
    if (!url || !plain_bytes(url) || !plain_start(url))
        return false;
    CURLU *parsed = curl_url();
    if (!parsed)
        return false;
    bool ok = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
              take_parts(parsed, out);
    curl_url_cleanup(parsed);
    return ok;
}

static bool is_six(const struct http_url *url)
{
    return strchr(url->host, ':');
}

static void url_host_add(const struct http_url *url, struct text *to)
{
    text_add(to, is_six(url) ? "[" : "");
    text_add(to, url->host);
    text_add(to, is_six(url) ? "]" : "");
}

void http_url_add_origin(const struct http_url *url, struct text *to)
{
    text_add(to, url->scheme);
    text_add(to, "://");
    url_host_add(url, to);
    text_add_char(to, ':');
    text_add_i64(to, url->port);
}

/* Only what begins like an address can be one; names stay as they are. */
bool http_url_tidy(const char *url, char *out, size_t size)
{
    struct text to = text_over(out, size);
    struct http_url parsed;
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    if ((!isdigit((unsigned char)*host) && *host != '[') || !http_url_ok(url, &parsed))
        return text_copy(out, size, url);
    text_add_n(&to, url, (size_t)(host - url));
    url_host_add(&parsed, &to);
    text_add(&to, host + strcspn(host, *host == '[' ? "]" : ":/?") + (*host == '['));
    return !to.full;
}

bool http_url_append(const char *url, const char *segment, char *out, size_t size)
{
    struct text to = text_over(out, size);
    size_t path = strcspn(url, "?");

    text_add_n(&to, url, path);
    if (path > 0 && url[path - 1] != '/')
        text_add_char(&to, '/');
    text_add(&to, segment);
    text_add(&to, url + path);
    return !to.full;
}
