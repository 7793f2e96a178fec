/* test_route.c - paths and methods. */
#include "tests/unit/unit.h"
#include "web/skeleton/route.h"

static const struct route ROUTES[] = {
    { .path = "/payments", .method = "GET", .allow = "GET, HEAD, POST" },
    { .path = "/payments/{}", .method = "GET" },
    { .path = "/pay", .method = "GET" },
    { .path = "/pay", .method = "POST" },
    { .path = "/notify/{}/end", .method = "POST" },
    { .path = "/played", .method = "POST", .test_only = true },
};
static const struct endpoint ENDPOINT = { .name = "e", .routes = ROUTES, .count = COUNT(ROUTES) };

struct route_case {
    const char *method, *path;
    int route;
    enum pay_err want;
    const char *more;
};
/* more: the segment, or what Allow says. route -1: none. */
static const struct route_case ROUTE_CASES[] = {
    { "GET", "/payments", 0, PAY_OK, "" },
    { "HEAD", "/payments", 0, PAY_OK, "" },
    { "POST", "/payments", 0, PAY_BAD_METHOD, "GET, HEAD, POST" },
    { "GET", "/payments/X1", 1, PAY_OK, "X1" },
    { "GET", "/payments/%2e", 1, PAY_OK, "%2e" },
    { "DELETE", "/payments/X1", 1, PAY_BAD_METHOD, "GET, HEAD" },
    { "GET", "/payments/", -1, PAY_NOT_FOUND, "" },
    { "GET", "/payments/a/b", -1, PAY_NOT_FOUND, "" },
    { "GET", "/paymentsX", -1, PAY_NOT_FOUND, "" },
    { "GET", "//payments", -1, PAY_NOT_FOUND, "" },
    { "GET", "/PAYMENTS", -1, PAY_NOT_FOUND, "" },
    { "GET", "", -1, PAY_NOT_FOUND, "" },
    { "POST", "/pay", 3, PAY_OK, "" },
    { "PUT", "/pay", 3, PAY_BAD_METHOD, "GET, HEAD, POST" },
    { "get", "/pay", 3, PAY_BAD_METHOD, "GET, HEAD, POST" },
    { "", "/pay", 3, PAY_BAD_METHOD, "GET, HEAD, POST" },
    { "POST", "/notify/7/end", 4, PAY_OK, "7" },
    { "HEAD", "/notify/7/end", 4, PAY_BAD_METHOD, "POST" },
    { "POST", "/notify//end", -1, PAY_NOT_FOUND, "" },
    { "POST", "/notify/7/8/end", -1, PAY_NOT_FOUND, "" },
    { "POST", "/played", 5, PAY_OK, "" },
};

static void test_route_find__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ROUTE_CASES); i++) {
        const struct route_case *c = &ROUTE_CASES[i];
        struct route_match match;
        CHECK_I64(c->path, route_find(&ENDPOINT, true, c->path, c->method, &match), c->want);
        if (c->route < 0)
            assert_null(match.route);
        else
            assert_ptr_equal(match.route, &ROUTES[c->route]);
        if (c->want == PAY_OK)
            CHECK_TEXT(c->path, match.segment, c->more);
        if (c->want == PAY_BAD_METHOD)
            CHECK_TEXT(c->path, match.allow, c->more);
    }
}

static void test_route_find__live_mode_plays_nothing(void **state)
{
    struct route_match match;

    (void)state;
    assert_int_equal(route_find(&ENDPOINT, false, "/played", "POST", &match), PAY_NOT_FOUND);
    assert_int_equal(route_find(&ENDPOINT, false, "/played", "GET", &match), PAY_NOT_FOUND);
}

static void test_route_find__a_segment_beyond_measure_is_no_path(void **state)
{
    char path[sizeof("/payments/") + SEGMENT_SIZE] = "/payments/";
    struct route_match match;

    (void)state;
    memset(path + strlen(path), 'a', SEGMENT_SIZE);
    assert_int_equal(route_find(&ENDPOINT, true, path, "GET", &match), PAY_NOT_FOUND);
    path[strlen("/payments/") + SEGMENT_SIZE - 1] = '\0';
    assert_int_equal(route_find(&ENDPOINT, true, path, "GET", &match), PAY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route_find__cases),
        cmocka_unit_test(test_route_find__live_mode_plays_nothing),
        cmocka_unit_test(test_route_find__a_segment_beyond_measure_is_no_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
