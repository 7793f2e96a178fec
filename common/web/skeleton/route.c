/* route.c - paths are compared byte for byte: another spelling of a path is no path. */
#include "web/skeleton/route.h"
#include <string.h>

/* "{}" takes one segment that is not empty; a "*" at the end takes all that follows. */
static bool path_fits(const char *pattern, const char *path, char segment[SEGMENT_SIZE])
{
    const char *hole = strstr(pattern, "{}");
    const size_t before = hole ? (size_t)(hole - pattern) : strlen(pattern);

    segment[0] = '\0';
    if (!hole)
        return before > 0 && pattern[before - 1] == '*' ? strncmp(pattern, path, before - 1) == 0
                                                        : strcmp(pattern, path) == 0;
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
    if (allow->len > 0 && route->allow) /* names them all already */
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

struct method {
    const char *name;
    bool takes_body;
};

/* NULL: none of ours. */
static const struct method *method_of(const struct route *route)
{
    static const struct method METHODS[] = {
        { "GET", false },
        { "POST", true },
        { "PUT", true },
        { "DELETE", false },
    };

    for (size_t i = 0; i < COUNT(METHODS); i++) {
        if (str_eq(METHODS[i].name, route->method))
            return &METHODS[i];
    }
    return NULL;
}

bool route_takes_body(const struct route *route)
{
    const struct method *method = route ? method_of(route) : NULL;

    return method && method->takes_body;
}

/* "order:view", a thing and what is done to it; or one word. */
static bool is_permission(const char *s)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";
    const size_t thing = strspn(s, LETTERS), verb = s[thing] ? strspn(s + thing + 1, LETTERS) : 0;

    return thing > 0 && (!s[thing] || (s[thing] == ':' && verb > 0 && !s[thing + 1 + verb]));
}

/* What an operator's route must say of itself; other routes must not say it, since nothing would
 * look at it. */
static const char *rights_wrong(const struct route *route)
{
    if (route->auth != BY_OPERATOR)
        return route->permission || route->apps != APPS_UNSAID
                   ? "it names a permission or apps, so its auth must be BY_OPERATOR"
                   : NULL;
    if (!route->permission || !is_permission(route->permission))
        return "an operator's route must name its permission, like order:view";
    return route->apps == APPS_UNSAID ? "an operator's route must say whose apps it is about"
                                      : NULL;
}

const char *route_wrong(const struct route *route)
{
    if (!method_of(route))
        return "the method is none of GET, POST, PUT and DELETE";
    if (!route->handle)
        return "it has no handler";
    if (route->input_size > ENDPOINT_INPUT_MAX)
        return "its fields fill too large a struct";
    const char *wrong = field_table_wrong(&route->fields);
    return wrong ? wrong : rights_wrong(route);
}
