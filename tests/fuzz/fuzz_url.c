/* fuzz_url.c - the URL guard against curl's own parser and a naive one: where the three do not
 * agree about scheme, host and port, we refuse. And appending a path never changes who is asked. */
#include <arpa/inet.h>
#include <curl/curl.h> /* lint: allow library - the oracle */
#include <strings.h>
#include "fuzz.h"
#include "io/http/http.h"

static bool part_is(CURLU *url, CURLUPart part, const char *want)
{
    char *value = NULL;
    const CURLUcode rc = curl_url_get(url, part, &value, CURLU_DEFAULT_PORT);
    const bool same = want ? rc == CURLUE_OK && strcasecmp(value, want) == 0 : rc != CURLUE_OK;

    curl_free(value);
    return same;
}

/* curl, asked with the flags of a request that is sent. */
static void curl_agrees(const char *s, const struct http_url *ours)
{
    CURLU *url = curl_url();
    char port[16], host[HTTP_HOST_SIZE + 2];
    struct text number = TEXT(port), name = TEXT(host);

    text_add_i64(&number, ours->port);
    text_addf(&name, strchr(ours->host, ':') ? "[%s]" : "%s", ours->host);
    PROPERTY(url && curl_url_set(url, CURLUPART_URL, s, CURLU_DISALLOW_USER) == CURLUE_OK);
    PROPERTY(part_is(url, CURLUPART_SCHEME, ours->scheme) && part_is(url, CURLUPART_PORT, port));
    PROPERTY(part_is(url, CURLUPART_HOST, host) && part_is(url, CURLUPART_USER, NULL));
    PROPERTY(part_is(url, CURLUPART_PASSWORD, NULL) && part_is(url, CURLUPART_FRAGMENT, NULL));
    PROPERTY(part_is(url, CURLUPART_ZONEID, NULL));
    curl_url_cleanup(url);
}

/* As a reader with no library would: up to ://, then up to / ? or #, the port behind the last
 * colon. */
static void naive_agrees(const char *s, const struct http_url *ours)
{
    char host[HTTP_HOST_SIZE + 2];
    const char *start = strstr(s, "://");
    struct in_addr ignored;

    PROPERTY(start && strlen(ours->scheme) == (size_t)(start - s));
    PROPERTY(strncasecmp(s, ours->scheme, (size_t)(start - s)) == 0);
    start += 3;
    size_t len = strcspn(start, "/?#\\");
    PROPERTY(len > 0 && !memchr(start, '@', len));
    const char *bracket = memchr(start, ']', len), *colon = memchr(start, ':', len);
    if (bracket)
        colon = bracket[1] == ':' && bracket + 1 < start + len ? bracket + 1 : NULL;
    const char *digits = colon ? colon + 1 : NULL;
    int64_t port = strcasecmp(ours->scheme, "https") == 0 ? 443 : 80;
    for (int64_t n = 0; digits && digits < start + len; digits++) {
        PROPERTY(*digits >= '0' && *digits <= '9');
        port = n = n * 10 + (*digits - '0');
    }
    PROPERTY(port == ours->port && port >= 1 && port <= 65535);
    len = colon ? (size_t)(colon - start) : len;
    PROPERTY(text_copy_n(host, sizeof(host), start, len));
    if (host[0] == '[') {
        struct net_address one, other;
        host[strlen(host) - 1] = '\0';
        PROPERTY(net_parse(host + 1, &one) && net_parse(ours->host, &other));
        PROPERTY(memcmp(&one, &other, sizeof(one)) == 0);
    } else if (!inet_aton(host, &ignored)) { /* 0x7f.1 and the like become what they mean */
        PROPERTY(strcasecmp(host, ours->host) == 0);
    }
}

static void same_place(const char *s, const struct http_url *ours)
{
    static char longer[2200];
    struct http_url other;

    PROPERTY(http_url_append(s, "7", longer, sizeof(longer)));
    if (strlen(longer) > HTTP_URL_MAX)
        return;
    PROPERTY(http_url_ok(longer, &other) && other.port == ours->port);
    PROPERTY(strcmp(other.host, ours->host) == 0 && strcmp(other.scheme, ours->scheme) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_url ours;
    char *s = fuzz_text(data, size);

    if (http_url_ok(s, &ours)) {
        PROPERTY(strlen(s) <= HTTP_URL_MAX && *ours.host);
        curl_agrees(s, &ours);
        naive_agrees(s, &ours);
        same_place(s, &ours);
    }
    free(s);
    return 0;
}
