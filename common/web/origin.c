#include "web/origin.h"

#include <string.h>

#include "base/text.h"

bool origin_is_ours(const struct request *request, const struct config *config)
{
    const char *base = config->base_url;
    const char *host = request_header(request, "host");
    const char *origin = request_header(request, "origin");
    const char *ours = strstr(base, "://");

    if (!ours || !host || !str_eq_nocase(host, ours + 3))
        return false;
    return !origin || str_eq_nocase(origin, base);
}
