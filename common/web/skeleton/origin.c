/* origin.c - in: the headers of a request; out: do they name a page of ours? */
#include "web/skeleton/origin.h"

#include <string.h>

#include "base/net.h"
#include "base/text.h"

/* A site: scheme, and host with its port when it is not the scheme's own, "http://shop.test:80"
 * being "http" and "shop.test". Browsers leave it out of Host and Origin, proxies may not. */
struct site {
    bool tls;
    const char *host;
    size_t len;
};

static void host_read(const char *host, bool tls, struct site *out)
{
    const char *port = tls ? ":443" : ":80";
    const size_t len = strcspn(host, "/"), port_len = strlen(port);
    const bool own = len > port_len && strncmp(host + len - port_len, port, port_len) == 0;

    *out = (struct site){ tls, host, own ? len - port_len : len };
}

static bool site_read(const char *url, struct site *out)
{
    static const struct {
        const char *text;
        bool tls;
    } SCHEMES[] = { { "http://", false }, { "https://", true } };

    for (size_t i = 0; i < COUNT(SCHEMES); i++) {
        const size_t len = strlen(SCHEMES[i].text);
        if (strncasecmp(url, SCHEMES[i].text, len) == 0) {
            host_read(url + len, SCHEMES[i].tls, out);
            return true;
        }
    }
    return false;
}

static bool same_site(const struct site *a, const struct site *b)
{
    return a->tls == b->tls && a->len == b->len && strncasecmp(a->host, b->host, a->len) == 0;
}

bool origin_is_ours(const struct request *request, const struct config *config)
{
    const char *host = request_header(request, "host");
    const char *origin = request_header(request, "origin");
    struct site ours, asked, from;

    if (!host || strchr(host, '/') || !site_read(config->base_url, &ours))
        return false;
    host_read(host, ours.tls, &asked);
    if (!same_site(&asked, &ours))
        return false;
    return !origin ||
           (site_read(origin, &from) && !strchr(from.host, '/') && same_site(&from, &ours));
}

/* A host with or without its port: 127.0.0.1:8000, [::1]:8000, localhost. */
static bool is_local_name(const char *host)
{
    char name[64];
    struct net_address address;
    const bool six = *host == '[';
    const size_t len = strcspn(host + six, six ? "]" : ":");

    return text_copy_n(name, sizeof(name), host + six, len) &&
           (strcasecmp(name, "localhost") == 0 || net_parse(name, &address));
}

bool origin_is_local(const struct request *request)
{
    const char *host = request_header(request, "host");
    const char *origin = request_header(request, "origin");
    struct site from;

    if (!host || !is_local_name(host))
        return false;
    return !origin || (site_read(origin, &from) && strcasecmp(from.host, host) == 0);
}
