#include "web/origin.h"

#include <string.h>

bool origin_is_ours(const struct call *call)
{
    const char *base = call->config->base_url;
    const char *host = request_header(call->request, "host");
    const char *origin = request_header(call->request, "origin");
    const char *ours = strstr(base, "://");

    if (!ours || !host || !str_eq_nocase(host, ours + 3))
        return false;
    return !origin || str_eq_nocase(origin, base);
}
