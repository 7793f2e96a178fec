/* test_request.c - a request as a plain CGI hands it over, in this process's own environment. */
#include "tests/unit/unit.h"
#include <stdlib.h>
#include <unistd.h>
#include "web/callback_read.h"
#include "web/skeleton/request_read.h"

extern char **environ;
static const struct net_list NOBODY;

/* The environment is the request: replaced whole, so that a name may stand in it twice. */
static struct fcgi *begin(const char **params)
{
    struct fcgi *fcgi = fcgi_open(-1, 1);

    environ = (char **)(uintptr_t)params;
    assert_int_equal(fcgi_accept(fcgi), PAY_OK);
    return fcgi;
}

static void end(struct fcgi *fcgi, char **before)
{
    fcgi_close(&fcgi);
    environ = before;
}

static void test_request_read__what_it_says(void **state)
{
    const char *params[] = { "REQUEST_METHOD=HEAD",
                             "REQUEST_URI=/a/b?c=%20&d",
                             "REMOTE_ADDR=192.0.2.7",
                             "REQUEST_ID=abc-1",
                             "CONTENT_TYPE=text/plain",
                             "HTTP_WEBHOOK_ID=w1",
                             NULL };
    char **before = environ;
    struct fcgi *fcgi = begin(params);
    static struct request request;

    (void)state;
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    assert_true(request.head);
    assert_string_equal(request.uri, "/a/b?c=%20&d");
    assert_string_equal(request.path, "/a/b");
    assert_string_equal(request.query, "c=%20&d");
    assert_string_equal(request.client, "192.0.2.7");
    assert_string_equal(request.id, "abc-1");
    assert_string_equal(request_header(&request, "webhook-id"), "w1");
    assert_null(request_header(&request, "webhook-signature"));
    end(fcgi, before);
}

static void test_request_read__without_request_uri(void **state)
{
    const char *params[] = { "REQUEST_METHOD=GET", "SCRIPT_NAME=/payments", "PATH_INFO=/X1",
                             "QUERY_STRING=a=1",   "REQUEST_ID=bad id",     NULL };
    char **before = environ;
    struct fcgi *fcgi = begin(params);
    static struct request request;

    (void)state;
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    assert_string_equal(request.uri, "/payments/X1?a=1");
    assert_string_equal(request.path, "/payments/X1");
    assert_int_equal(strlen(request.id), 32);
    end(fcgi, before);
}

struct repeat_case {
    const char *first, *second;
    enum pay_err want;
};
static const struct repeat_case REPEATS[] = {
    { "CONTENT_LENGTH=1", "CONTENT_LENGTH=1", PAY_BAD_BODY },
    { "CONTENT_TYPE=a", "CONTENT_TYPE=b", PAY_BAD_BODY },
    { "HTTP_CONTENT_TYPE=a", "HTTP_CONTENT_TYPE=b", PAY_BAD_BODY },
    { "HTTP_HOST=a", "HTTP_HOST=b", PAY_BAD_BODY },
    { "HTTP_ORIGIN=a", "HTTP_ORIGIN=a", PAY_BAD_BODY },
    { "CONTENT_TYPE=a", "HTTP_CONTENT_TYPE=a", PAY_OK },
    { "HTTP_ACCEPT=a", "HTTP_ACCEPT=b", PAY_OK },
    { "HTTP_AUTHORIZATION=a", "HTTP_AUTHORIZATION=b", PAY_OK }, /* told as 40100, later */
};

static void test_request_read__headers_that_stand_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(REPEATS); i++) {
        const char *params[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/", REPEATS[i].first,
                                 REPEATS[i].second, NULL };
        char **before = environ;
        struct fcgi *fcgi = begin(params);
        static struct request request;
        CHECK_I64(REPEATS[i].first, request_read(fcgi, &NOBODY, &request), REPEATS[i].want);
        end(fcgi, before);
    }
}

static void test_request_read__the_client_behind_proxies(void **state)
{
    const char *params[] = { "REQUEST_METHOD=GET",
                             "REQUEST_URI=/",
                             "REMOTE_ADDR=10.0.0.1",
                             "HTTP_X_FORWARDED_FOR=6.6.6.6",
                             "HTTP_X_FORWARDED_FOR=192.0.2.7, 10.0.0.2",
                             NULL };
    char **before = environ;
    struct fcgi *fcgi = begin(params);
    static struct request request;
    struct net_list trusted;

    (void)state;
    assert_true(net_list_parse("10.0.0.0/8", &trusted));
    assert_int_equal(request_read(fcgi, &trusted, &request), PAY_OK);
    assert_string_equal(request.client, "192.0.2.7");
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    assert_string_equal(request.client, "10.0.0.1");
    end(fcgi, before);
}

static void test_request_read__an_address_beyond_measure(void **state)
{
    static char uri[sizeof("REQUEST_URI=") + REQUEST_URI_MAX + 1] = "REQUEST_URI=/";
    const char *params[] = { "REQUEST_METHOD=GET", uri, NULL };
    char **before = environ;
    static struct request request;

    (void)state;
    memset(uri + strlen("REQUEST_URI=/"), 'a', REQUEST_URI_MAX);
    struct fcgi *fcgi = begin(params);
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_URI_TOO_LONG);
    uri[sizeof("REQUEST_URI=") - 1 + REQUEST_URI_MAX] = '\0';
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    assert_int_equal(strlen(request.path), REQUEST_URI_MAX);
    end(fcgi, before);
}

static void test_callback_type_say__names_the_type_that_fits(void **state)
{
    char room[128];
    struct text why = TEXT(room);

    (void)state;
    callback_type_say(CHANNEL_FORM, "application/json", &why);
    assert_string_equal(room, "application/json is not accepted here: send"
                              " application/x-www-form-urlencoded");
    text_reset(&why);
    callback_type_say(CHANNEL_JSON, "text/plain", &why);
    assert_string_equal(room, "text/plain is not accepted here: send application/json in UTF-8");
}

static void test_callback_type_fits__by_kind_of_body(void **state)
{
    static const struct {
        const char *type;
        bool json, form;
    } CASES[] = {
        { "", true, true },
        { "application/json", true, false },
        { "Application/JSON; charset=utf-8", true, false },
        { "application/json; charset=gbk", false, false },
        { "application/x-www-form-urlencoded", false, true },
        { "application/x-www-form-urlencoded;charset=utf-8", false, true },
        /* what Alipay sends, and what parsers refuse */
        { "application/x-www-form-urlencoded; text/html; charset=UTF-8", false, true },
        { "APPLICATION/X-WWW-FORM-URLENCODED; charset=GBK", false, true },
        { "text/xml", false, false },
        { "application/x-www-form", false, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        CHECK(CASES[i].type, callback_type_fits(CHANNEL_JSON, CASES[i].type) == CASES[i].json);
        CHECK(CASES[i].type, callback_type_fits(CHANNEL_FORM, CASES[i].type) == CASES[i].form);
        CHECK(CASES[i].type, callback_type_fits(CHANNEL_ANY, CASES[i].type));
    }
}

static void test_callback_headers__no_credentials(void **state)
{
    const char *params[] = {
        "REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_X_A=1",           "HTTP_AUTHORIZATION=secret",
        "HTTP_COOKIE=secret",  "HTTP_PROXY=",   "HTTP_USER_AGENT=a\"b", NULL
    };
    char **before = environ, room[128], little[40];
    struct fcgi *fcgi = begin(params);
    static struct request request;
    struct text text = TEXT(room), few = TEXT(little);

    (void)state;
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    callback_headers(&request, &text);
    assert_string_equal(room, "{\"x-a\":\"1\",\"user-agent\":\"a\\\"b\"}");
    callback_headers(&request, &few);
    assert_string_equal(little, "{\"x-a\":\"1\",\"…\":true}");
    end(fcgi, before);
}

static void test_request_announced__as_far_as_it_is_a_number(void **state)
{
    static const struct {
        const char *param;
        int64_t want;
    } CASES[] = {
        { "CONTENT_LENGTH=71680", 71680 }, { "CONTENT_LENGTH=0", 0 },
        { "CONTENT_LENGTH=", 0 },          { "CONTENT_LENGTH=99999999999999999999", INT64_MAX },
        { "CONTENT_LENGTH=-1", 0 },        { "CONTENT_LENGTH=1x", 0 },
        { "HTTP_CONTENT_LENGTH=5", 0 },
    };
    char **before = environ;
    static struct request request;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *params[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a", CASES[i].param, NULL };
        struct fcgi *fcgi = begin(params);
        assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
        CHECK_I64(CASES[i].param, request_announced(&request), CASES[i].want);
        end(fcgi, before);
    }
}

/* Standard input is not touched: it would be waited for. */
static void test_request_read_body__over_the_limit_is_not_read(void **state)
{
    const char *params[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a", "CONTENT_LENGTH=8193", NULL };
    char **before = environ;
    struct fcgi *fcgi = begin(params);
    static struct request request;

    (void)state;
    assert_int_equal(request_read(fcgi, &NOBODY, &request), PAY_OK);
    assert_int_equal(request_read_body(&request, 8192), PAY_TOO_LARGE);
    assert_int_equal(request.body_len, 0);
    end(fcgi, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_read__what_it_says),
        cmocka_unit_test(test_request_read__without_request_uri),
        cmocka_unit_test(test_request_read__headers_that_stand_once),
        cmocka_unit_test(test_request_read__the_client_behind_proxies),
        cmocka_unit_test(test_request_read__an_address_beyond_measure),
        cmocka_unit_test(test_callback_type_say__names_the_type_that_fits),
        cmocka_unit_test(test_callback_type_fits__by_kind_of_body),
        cmocka_unit_test(test_callback_headers__no_credentials),
        cmocka_unit_test(test_request_announced__as_far_as_it_is_a_number),
        cmocka_unit_test(test_request_read_body__over_the_limit_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
