/* test_endpoint.c - a whole program as a plain CGI: its route table checked at the start, its
 * methods, and operators' routes. The program runs in a child. */
#include "tests/unit/unit.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "web/skeleton/endpoint.h"
#include "web/skeleton/route.h"

struct thing_in {
    int64_t id;
};
static const struct field THING_FIELDS[] = {
    FIELD(struct thing_in, id, FIELD_I64, NEEDED, .min = 1, .max = 100),
};

static enum pay_err show(struct call *call, const void *input)
{
    const struct thing_in *in = input;

    json_i64(reply_data(call->reply), "id", in->id);
    return PAY_OK;
}

/* clang-format off */
#define THING_ROUTE(method_) \
    { .path = "/thing", .method = (method_), .auth = OPEN_TO_ALL, \
      .fields = FIELD_TABLE(THING_FIELDS), .input_size = sizeof(struct thing_in), .handle = show }
/* clang-format on */
#define ORDER_ROUTE \
    .path = "/admin-api/pay/order/get", .method = "GET", .fields = FIELD_TABLE(THING_FIELDS), \
    .input_size = sizeof(struct thing_in), .handle = show
static const struct route ROUTES[] = {
    THING_ROUTE("GET"),
    THING_ROUTE("POST"),
    THING_ROUTE("PUT"),
    THING_ROUTE("DELETE"),
    { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "order:view", .apps = APPS_OF_OPERATOR },
};
static const struct endpoint PROGRAM = { .name = "thing",
                                         .routes = ROUTES,
                                         .count = COUNT(ROUTES) };

struct request_case {
    const char *name, *method, *uri, *type, *body, *want[3];
};

static char folder[] = "/tmp/shroff-test-XXXXXX"; /* the program's state: it stays empty */

struct run {
    int exit_code;
    char said[8192];
};

static void be_program(const struct endpoint *program, const struct request_case *c)
{
    char length[24], name[] = "thing", *argv[] = { name, NULL };

    clearenv();
    setenv("SHROFF_LOG_LEVEL", "error", 1);
    setenv("SHROFF_STATE", folder, 1);
    setenv("SHROFF_WEB_DB_PASSWORD", "none", 1);
    if (c) {
        snprintf(length, sizeof(length), "%zu", strlen(c->body));
        setenv("REQUEST_METHOD", c->method, 1);
        setenv("REQUEST_URI", c->uri, 1);
        setenv("CONTENT_TYPE", c->type, 1);
        setenv("CONTENT_LENGTH", length, 1);
        setenv("REMOTE_ADDR", "127.0.0.1", 1);
    }
    exit(endpoint_serve(program, 1, argv));
}

/* Standard output and standard error together. */
static struct run run(const struct endpoint *program, const struct request_case *c)
{
    struct run run = { 0, "" };
    int in[2], out[2], status = 0;
    size_t len = 0;
    ssize_t got;

    assert_int_equal(pipe(in) + pipe(out), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(out[1], STDERR_FILENO);
        close(in[1]);
        be_program(program, c);
    }
    close(in[0]);
    close(out[1]);
    if (c)
        assert_int_equal(write(in[1], c->body, strlen(c->body)), (ssize_t)strlen(c->body));
    close(in[1]);
    while (len < sizeof(run.said) - 1 &&
           (got = read(out[0], run.said + len, sizeof(run.said) - 1 - len)) > 0)
        len += (size_t)got;
    run.said[len] = '\0';
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return run;
}

#define JSON "application/json"
static const struct request_case REQUESTS[] = {
    { "GET reads the query", "GET", "/thing?id=7", "", "", { "Status: 200", "{\"id\":7}" } },
    { "HEAD is a GET", "HEAD", "/thing?id=7", "", "", { "Status: 200", "Content-Length: 42" } },
    { "POST reads the body", "POST", "/thing", JSON, "{\"id\":7}", { "Status: 200", "\"id\":7" } },
    { "PUT reads the body", "PUT", "/thing", JSON, "{\"id\":7}", { "Status: 200", "\"id\":7" } },
    { "PUT wants a type", "PUT", "/thing", "text/plain", "{\"id\":7}", { "Status: 415", "41500" } },
    { "PUT asks nothing in the query",
      "PUT",
      "/thing?id=7",
      JSON,
      "{\"id\":7}",
      { "Status: 400", "40001", "\"field\":\"id\"" } },
    { "DELETE reads the query", "DELETE", "/thing?id=7", "", "", { "Status: 200", "\"id\":7" } },
    { "DELETE has no body",
      "DELETE",
      "/thing?id=7",
      JSON,
      "{\"id\":7}",
      { "Status: 400", "40000", "a DELETE has no body" } },
    { "fields are checked",
      "DELETE",
      "/thing?id=101",
      "",
      "",
      { "Status: 400", "40001", "id: \\\"101\\\" is not a whole number (1 to 100)" } },
    { "another method",
      "PATCH",
      "/thing",
      JSON,
      "{}",
      { "Status: 405", "40500", "Allow: GET, HEAD, POST, PUT, DELETE\r" } },
    { "operators have no session yet",
      "GET",
      "/admin-api/pay/order/get?id=7",
      "",
      "",
      { "Status: 401", "\"code\":40104", "WWW-Authenticate: Bearer\r" } },
    { "whatever an operator sends",
      "HEAD",
      "/admin-api/pay/order/get?id=x",
      "",
      "",
      { "Status: 401", "WWW-Authenticate: Bearer\r" } },
    { "the method comes first",
      "POST",
      "/admin-api/pay/order/get",
      JSON,
      "{}",
      { "Status: 405", "Allow: GET, HEAD\r" } },
};

static void test_endpoint_serve__methods_and_operators(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(REQUESTS); i++) {
        const struct request_case *c = &REQUESTS[i];
        const struct run got = run(&PROGRAM, c);
        if (got.exit_code != 0)
            fail_msg("%s: exit code %d: %s", c->name, got.exit_code, got.said);
        for (size_t k = 0; k < COUNT(c->want) && c->want[k]; k++) {
            if (!strstr(got.said, c->want[k]))
                fail_msg("%s: no '%s' in: %s", c->name, c->want[k], got.said);
        }
        if (strcmp(c->method, "HEAD") == 0)
            CHECK(c->name, strchr(got.said, '{') == NULL);
    }
}

struct table_case {
    const char *name, *why;
    struct route route;
};
static const struct table_case TABLES[] = {
    { "a whole one",
      NULL,
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "order:view", .apps = APPS_OF_OPERATOR } },
    { "a permission of one word",
      NULL,
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "export", .apps = APPS_NONE } },
    { "no permission",
      "must name its permission",
      { ORDER_ROUTE, .auth = BY_OPERATOR, .apps = APPS_OF_OPERATOR } },
    { "no words of a permission",
      "must name its permission",
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "order: view", .apps = APPS_NONE } },
    { "an empty permission",
      "must name its permission",
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "", .apps = APPS_NONE } },
    { "half a permission",
      "must name its permission",
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "order:", .apps = APPS_NONE } },
    { "no apps",
      "must say whose apps",
      { ORDER_ROUTE, .auth = BY_OPERATOR, .permission = "order:view" } },
    { "operators forgotten",
      "must be BY_OPERATOR",
      { ORDER_ROUTE, .permission = "order:view", .apps = APPS_OF_OPERATOR } },
    { "a permission that nothing looks at",
      "must be BY_OPERATOR",
      { ORDER_ROUTE, .auth = OPEN_TO_ALL, .permission = "order:view" } },
    { "no such method",
      "none of GET, POST, PUT and DELETE",
      { .path = "/a", .method = "PATCH", .handle = show } },
    { "no method", "none of GET, POST, PUT and DELETE", { .path = "/a", .handle = show } },
    { "no handler", "no handler", { .path = "/a", .method = "GET" } },
    { "too large an input",
      "too large",
      { .path = "/a", .method = "GET", .handle = show, .input_size = ENDPOINT_INPUT_MAX + 1 } },
};

static void test_endpoint_serve__a_wrong_route_table_does_not_start(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(TABLES); i++) {
        const struct table_case *c = &TABLES[i];
        const struct endpoint program = { .name = "thing", .routes = &c->route, .count = 1 };
        CHECK(c->name, !route_wrong(&c->route) == !c->why);
        if (!c->why)
            continue;
        const struct run got = run(&program, NULL);
        CHECK_I64(c->name, got.exit_code, 78);
        if (!strstr(got.said, c->why) || !strstr(got.said, c->route.path))
            fail_msg("%s: %s", c->name, got.said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endpoint_serve__methods_and_operators),
        cmocka_unit_test(test_endpoint_serve__a_wrong_route_table_does_not_start),
    };

    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(folder) == 0 ? failed : 1;
}
