/* route.c - paths are compared byte for byte: another spelling of a path is no path. */
#include "web/skeleton/route.h"
#include <string.h>

/* "{}" takes one segment that is not empty. */
static bool path_fits(const char *pattern, const char *path, char segment[SEGMENT_SIZE])
{
    const char *hole = strstr(pattern, "{}");
    const size_t before = hole ? (size_t)(hole - pattern) : strlen(pattern);

    segment[0] = '\0';
    if (!hole)
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, before) != 0)
        return false;
    const size_t len = strcspn(path + before, "/");
    return len > 0 && strcmp(path + before + len, hole + 2) == 0 &&
           text_copy_n(segment, SEGMENT_SIZE, path + before, len);
}

static bool method_fits(const struct route *route, const char *method)
{
    return str_eq(route->method, method) ||
           (str_eq(route->method, "GET") && str_eq(method, "HEAD")) ||
           (route->any_origin && str_eq(method, "OPTIONS"));
}

static void add_allow(struct text *allow, const struct route *route)
{
    if (allow->len > 0 && route->allow)         /* names them all already */
        return;
    text_add(allow, allow->len > 0 ? ", " : "");
    text_add(allow, route->allow ? route->allow : route->method);
    if (!route->allow && str_eq(route->method, "GET"))
        text_add(allow, ", HEAD");
    text_add(allow, route->any_origin ? ", OPTIONS" : "");
}

enum pay_err route_find(const struct endpoint *endpoint, bool test_mode, const char *path,
                        const char *method, struct route_match *out)
{
    struct text allow = TEXT(out->allow);

    out->route = NULL;
    for (size_t i = 0; i < endpoint->count; i++) {
        const struct route *route = &endpoint->routes[i];
        if ((route->test_only && !test_mode) || !path_fits(route->path, path, out->segment))
            continue;
        out->route = route;
        if (method_fits(route, method))
            return PAY_OK;
        add_allow(&allow, route);
    }
    return out->route ? PAY_BAD_METHOD : PAY_NOT_FOUND;
}
