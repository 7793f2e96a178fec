/* test_origin.c - Host and Origin against SHROFF_BASE_URL: a scheme's own port is no port. */
#include "tests/unit/unit.h"
#include "base/text.h"
#include "web/skeleton/origin.h"
#include "web/skeleton/request_read.h"

extern char **environ;

struct origin_case {
    const char *name, *base, *host, *origin;
    bool want;
};
static const struct origin_case CASES[] = {
    { "no Origin", "http://a.test", "a.test", NULL, true },
    { "as a browser sends it", "http://a.test:80", "a.test", "http://a.test", true },
    { "port in Host alone", "http://a.test", "a.test:80", "http://a.test", true },
    { "port in Origin alone", "http://a.test", "a.test", "http://a.test:80", true },
    { "https, port in the base", "https://a.test:443", "a.test", "https://a.test", true },
    { "https, port in both", "https://a.test", "a.test:443", "https://a.test:443", true },
    { "IPv6", "http://[::1]:80", "[::1]", "http://[::1]", true },
    { "IPv6, port in Host", "http://[::1]", "[::1]:80", "http://[::1]", true },
    { "letters of another case", "http://A.test", "a.TEST", "HTTP://a.Test", true },
    { "another port", "http://a.test:8080", "a.test:8080", "http://a.test:8080", true },
    { "its port left out", "http://a.test:8080", "a.test", "http://a.test:8080", false },
    { "the other scheme's port", "http://a.test", "a.test:443", NULL, false },
    { "the other scheme's port, https", "https://a.test", "a.test:80", NULL, false },
    { "the other scheme", "http://a.test", "a.test", "https://a.test", false },
    { "the other scheme, its port", "http://a.test", "a.test", "https://a.test:80", false },
    { "an end that looks like a port", "http://a.test", "a.test", "http://a.test:8080", false },
    { "a longer name", "http://a.test", "a.test.evil:80", NULL, false },
    { "a path", "http://a.test", "a.test", "http://a.test/", false },
    { "a path in Host", "http://a.test", "a.test/x", NULL, false },
    { "two ports", "http://a.test", "a.test:80:80", NULL, false },
    { "a port alone", "http://a.test", ":80", NULL, false },
    { "null", "http://a.test", "a.test", "null", false },
    { "nothing", "http://a.test", "a.test", "", false },
    { "no Host", "http://a.test", NULL, NULL, false },
};

static void test_origin_is_ours__default_ports_are_none(void **state)
{
    static struct request request;
    static struct config config;
    static const struct net_list NOBODY;
    char **before = environ;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct origin_case *c = &CASES[i];
        char host[64], origin[64];
        const char *params[5] = { "REQUEST_METHOD=POST", "REQUEST_URI=/mockpay" };
        int n = 2;
        snprintf(host, sizeof(host), "HTTP_HOST=%s", c->host ? c->host : "");
        snprintf(origin, sizeof(origin), "HTTP_ORIGIN=%s", c->origin ? c->origin : "");
        if (c->host)
            params[n++] = host;
        if (c->origin)
            params[n++] = origin;
        assert_true(text_copy(config.base_url, sizeof(config.base_url), c->base));
        struct fcgi *fcgi = fcgi_open(-1, 1);
        environ = (char **)(uintptr_t)params;
        assert_int_equal(fcgi_accept(fcgi), PAY_OK);
        assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
        const bool got = origin_is_ours(&request, &config);
        fcgi_close(&fcgi);
        environ = before;
        if (got != c->want)
            fail_msg("%s: %d", c->name, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origin_is_ours__default_ports_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
