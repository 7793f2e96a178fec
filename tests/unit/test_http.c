/* test_http.c - the URL rules, and io/http against an ill-behaved server on the loopback. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "io/http/http.h"

static int port;
static pid_t server;
static struct net_list loopback, nobody;

/* ---- the server: what it does is named by the path */

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(0);
}

static void do_ok(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nSUCCESS");
}
static void do_redirect(int fd)
{
    say(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
}
static void do_short(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nSUCCESS");
}
static void do_raw(int fd)
{
    say(fd, "SUCCESS\r\n");
}
static void do_silent(int fd)
{
    (void)fd;
}
static void do_later(int fd)
{
    say(fd, "HTTP/1.1 503 No\r\nRETRY-after:  120 \r\nContent-Length: 0\r\n\r\n");
}
static void do_slow(int fd)
{
    clock_sleep_ms(1500);
    do_ok(fd);
}
static void do_drip(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 100; i++) {
        say(fd, "x");
        clock_sleep_ms(50);
    }
}
static void do_endless(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100000; i++)
        say(fd, "10\r\nAAAAAAAAAAAAAAAA\r\n");
}
static void do_flood(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100000; i++)
        say(fd, "X-Flood: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n");
}
/* One line that never ends: curl stops at 100 KB and says it has no memory. */
static void do_line(int fd)
{
    say(fd, "HTTP/1.1 200 OK\r\nX: ");
    for (int i = 0; i < 4000; i++)
        say(fd, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");
}
static void do_continues(int fd)
{
    for (int i = 0; i < 100000; i++)
        say(fd, "HTTP/1.1 100 Continue\r\n\r\n");
}

struct behaviour {
    const char *path;
    void (*act)(int fd);
    bool keeps;
};
static const struct behaviour BEHAVIOURS[] = {
    { "/ok", do_ok, true },
    { "/redirect", do_redirect, false },
    { "/short", do_short, false },
    { "/raw", do_raw, false },
    { "/silent", do_silent, false },
    { "/later", do_later, false },
    { "/slow", do_slow, false },
    { "/drip", do_drip, false },
    { "/endless", do_endless, false },
    { "/flood", do_flood, false },
    { "/line", do_line, false },
    { "/continues", do_continues, false },
};

/* Answers with what it got, so that the test sees the request's bytes. */
static void echo(int fd, const char *request, size_t len)
{
    char head[128];

    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
    say(fd, head);
    if (write(fd, request, len) < 0)
        _exit(0);
}

static void serve_one(int fd)
{
    char room[8192];
    bool again = true;

    while (again) {
        ssize_t n = read(fd, room, sizeof(room) - 1);
        if (n <= 0)
            return;
        room[n] = '\0';
        const char *path = strchr(room, ' ');
        again = false;
        size_t i = 0;
        for (; path != NULL && i < COUNT(BEHAVIOURS); i++) {
            size_t len = strlen(BEHAVIOURS[i].path);
            if (strncmp(path + 1, BEHAVIOURS[i].path, len) == 0)
                break;
        }
        if (i == COUNT(BEHAVIOURS)) {
            clock_sleep_ms(20); /* a body may come behind its head */
            ssize_t more = recv(fd, room + n, sizeof(room) - (size_t)n, MSG_DONTWAIT);
            echo(fd, room, (size_t)n + (size_t)(more > 0 ? more : 0));
        } else {
            BEHAVIOURS[i].act(fd);
            again = BEHAVIOURS[i].keeps;
        }
    }
}

static void serve(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fork() == 0) {
            serve_one(fd);
            _exit(0);
        }
        close(fd);
    }
}

static int server_open(void **state)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* must not be honoured */
    signal(SIGPIPE, SIG_IGN);
    if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
        !net_list_parse("127.0.0.0/8, ::1/128", &loopback))
        return -1;
    port = ntohs(at.sin_port);
    server = fork();
    if (server == 0)
        serve(fd);
    close(fd);
    return 0;
}

static int server_close(void **state)
{
    (void)state;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return 0;
}

static const char *at(const char *path)
{
    static char url[256];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
    return url;
}

static struct http_answer get(const char *url, const struct net_list *allow, int timeout_ms)
{
    struct http_answer answer;

    http_send(
        &(struct http_request){
            .method = "GET", .url = url, .timeout_ms = timeout_ms, .allow = allow, .keep = 2048 },
        &answer);
    return answer;
}

/* ---- URLs */

struct url_case {
    const char *url, *scheme, *host;
    int64_t port;
};
static const struct url_case GOOD_URLS[] = {
    { "http://example.com", "http", "example.com", 80 },
    { "https://example.com", "https", "example.com", 443 },
    { "HTTPS://Example.COM:8443/a?b=c%20d", "https", "example.com", 8443 },
    { "http://127.0.0.1:1/x", "http", "127.0.0.1", 1 },
    { "http://[::1]:65535/", "http", "::1", 65535 },
    { "http://2130706433/", "http", "127.0.0.1", 80 },
    { "http://a_b.example/@path", "http", "a_b.example", 80 },
};
static const char *const BAD_URLS[] = {
    "",
    "example.com",
    "//example.com",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://x/",
    "http:/example.com",
    "http:///example.com",
    "http://",
    "http://?x",
    "http:// example.com",
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://@example.com/",
    "http://example.com/#x",
    "http://example.com/a b",
    "http://example.com/\r\nX: y",
    "http://example.com/\x7f",
    "http://ex\xc3\xa4mple.com/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:x/",
    "http://127.0.0.1%2f@example.com/",
    "http://127.0.0.1%2f/",
    "http://%6cocalhost/",
    "http://example.com\\@evil/",
    "http://[::1/",
    "http://[::1%25eth0]/",
    "http://a..b/",
    "http://.a/",
    "http://a!b/",
    "http://a,b/",
    "javascript:alert(1)",
    " http://example.com",
};

static void test_http_url_ok__agrees_with_the_sender(void **state)
{
    struct http_url out;
    (void)state;

    for (size_t i = 0; i < COUNT(GOOD_URLS); i++) {
        const struct url_case *c = &GOOD_URLS[i];
        CHECK(c->url, http_url_ok(c->url, &out));
        CHECK_TEXT(c->url, out.scheme, c->scheme);
        CHECK_TEXT(c->url, out.host, c->host);
        CHECK_I64(c->url, out.port, c->port);
    }
    for (size_t i = 0; i < COUNT(BAD_URLS); i++)
        CHECK(BAD_URLS[i], !http_url_ok(BAD_URLS[i], &out));
    assert_false(http_url_ok(NULL, &out));
}

static void test_http_url_ok__takes_1100_bytes_and_no_more(void **state)
{
    char url[1200] = "http://example.com/";
    struct http_url out;
    (void)state;

    memset(url + 19, 'a', 1100 - 19);
    assert_true(http_url_ok(url, &out));
    url[1100] = 'a';
    assert_false(http_url_ok(url, &out));
}

struct append_case {
    const char *url, *want;
};
static const struct append_case APPENDS[] = {
    { "https://a.example/notify", "https://a.example/notify/7" },
    { "https://a.example/notify/", "https://a.example/notify/7" },
    { "https://a.example", "https://a.example/7" },
    { "https://a.example?x=/1", "https://a.example/7?x=/1" },
    { "https://a.example/n?x=1&y=?", "https://a.example/n/7?x=1&y=?" },
};

static void test_http_url_append__goes_to_the_end_of_the_path(void **state)
{
    char out[64], small[20];
    (void)state;

    for (size_t i = 0; i < COUNT(APPENDS); i++) {
        CHECK(APPENDS[i].url, http_url_append(APPENDS[i].url, "7", out, sizeof(out)));
        CHECK_TEXT(APPENDS[i].url, out, APPENDS[i].want);
    }
    assert_false(http_url_append("https://a.example/notify", "7", small, sizeof(small)));
}

static const struct {
    const char *url, *tidy, *origin;
} TIDIES[] = {
    { "http://2130706433/", "http://127.0.0.1/", "http://127.0.0.1:80" },
    { "http://0x7f.1:8080/n?a=1", "http://127.0.0.1:8080/n?a=1", "http://127.0.0.1:8080" },
    { "https://0177.0.0.1", "https://127.0.0.1", "https://127.0.0.1:443" },
    { "http://10.0.0.7/a/../b", "http://10.0.0.7/a/../b", "http://10.0.0.7:80" },
    { "http://[0:0:0:0:0:0:0:1]:99/", "http://[::1]:99/", "http://[::1]:99" },
    { "https://2go.example/N", "https://2go.example/N", "https://2go.example:443" },
    { "https://Shop.example/N", "https://Shop.example/N", "https://shop.example:443" },
};

static void test_http_url_tidy__spells_an_address_as_it_is_called(void **state)
{
    char out[64], small[20];
    struct http_url to;
    (void)state;

    for (size_t i = 0; i < COUNT(TIDIES); i++) {
        char room[64];
        struct text origin = TEXT(room);
        CHECK(TIDIES[i].url, http_url_tidy(TIDIES[i].url, out, sizeof(out)));
        CHECK_TEXT(TIDIES[i].url, out, TIDIES[i].tidy);
        CHECK(TIDIES[i].url, http_url_ok(TIDIES[i].url, &to));
        http_url_add_origin(&to, &origin);
        CHECK_TEXT(TIDIES[i].url, room, TIDIES[i].origin);
    }
    CHECK("none", http_url_tidy("", out, sizeof(out)) && *out == '\0');
    assert_false(http_url_tidy("http://2130706433/notify", small, sizeof(small)));
}

struct blocked_case {
    const char *url;
    bool strictly, loopback;
};
/* clang-format off */
static const struct blocked_case BLOCKED[] = {
    { "http://127.0.0.1/n", true, false },      { "http://127.1:8080/n", true, false },
    { "http://2130706433/n", true, false },     { "http://127.0.0.1./n", true, false },
    { "http://[::ffff:127.0.0.1]/n", true, false }, { "http://[::1]/n", true, false },
    { "http://localhost/n", true, false },      { "https://LOCALHOST./n", true, false },
    { "http://shop.localhost/n", true, false }, { "http://10.0.0.1/", true, true },
    { "http://0.0.0.0:9999/", true, true },     { "http://0/", true, true },
    { "http://[::]/", true, true },             { "http://169.254.169.254/", true, true },
    { "http://[fe80::1]/", true, true },        { "http://[64:ff9b::7f00:1]/", true, true },
    { "ftp://93.184.216.34/", true, true },     { "http://93.184.216.34/n", false, false },
    { "http://[2606:2800:220:1::1]/", false, false }, { "https://shop.example/n", false, false },
    { "http://notlocalhost/n", false, false },  { "", false, false },
};
/* clang-format on */

static void test_http_url_blocked__judges_what_the_url_says(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(BLOCKED); i++) {
        CHECK(BLOCKED[i].url, http_url_blocked(BLOCKED[i].url, &nobody) == BLOCKED[i].strictly);
        CHECK(BLOCKED[i].url, http_url_blocked(BLOCKED[i].url, &loopback) == BLOCKED[i].loopback);
    }
    assert_false(http_url_blocked(NULL, &nobody));
}

/* ---- one request */

struct send_case {
    const char *path;
    enum http_end end;
    int status;
    const char *body;
};
/* clang-format off */
static const struct send_case SENDS[] = {
    { "/ok",        HTTP_DONE,      200, "SUCCESS" },
    { "/redirect",  HTTP_DONE,      302, "" },
    { "/short",     HTTP_BROKEN,    200, "SUCCESS" },      /* rc 18 is a failure */
    { "/raw",       HTTP_BROKEN,    0,   "" },             /* HTTP/0.9 */
    { "/silent",    HTTP_BROKEN,    0,   "" },
    { "/slow",      HTTP_TIMEOUT,   0,   "" },
    { "/endless",   HTTP_TOO_LARGE, 200, NULL },
    { "/flood",     HTTP_TOO_LARGE, 200, "" },
    { "/line",      HTTP_TOO_LARGE, 200, "" },
    { "/continues", HTTP_TOO_LARGE, 100, "" },
    { "/later",     HTTP_DONE,      503, "" },
};
/* clang-format on */

static void test_http_send__names_every_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(SENDS); i++) {
        const struct send_case *c = &SENDS[i];
        struct http_answer a = get(at(c->path), &loopback, 700);
        CHECK_TEXT(c->path, http_end_word(a.end), http_end_word(c->end));
        CHECK_I64(c->path, a.status, c->status);
        if (c->body != NULL)
            CHECK_TEXT(c->path, a.body, c->body);
        CHECK(c->path, a.body_total <= HTTP_BODY_READ + 20000 && a.body_len <= 2048);
        CHECK_TEXT(c->path, a.retry_after, c->status == 503 ? "120" : "");
        CHECK_TEXT(c->path, a.peer, "127.0.0.1");
        CHECK(c->path, a.duration_us > 0 && a.duration_us < 2000000);
        http_answer_free(&a);
    }
}

static void test_http_send__cuts_a_slow_drip(void **state)
{
    (void)state;
    struct http_answer a = get(at("/drip"), &loopback, 400);
    assert_int_equal(a.end, HTTP_TIMEOUT);
    assert_in_range(a.duration_us, 350000, 900000);
    http_answer_free(&a);
}

/* All name the loopback or what only this machine or network can reach. */
static const char *const INSIDE[] = {
    "http://127.0.0.1:%d/ok",
    "http://localhost:%d/ok",
    "http://2130706433:%d/ok",
    "http://0x7f.1:%d/ok",
    "http://0177.0.0.1:%d/ok",
    "http://127.1:%d/ok",
    "http://0.0.0.0:%d/ok",
    "http://[::1]:%d/ok",
    "http://[::]:%d/ok",
    "http://[::ffff:127.0.0.1]:%d/ok",
    "http://[64:ff9b::7f00:1]:%d/ok",
    "http://169.254.169.254:%d/ok",
    "http://10.0.0.1:%d/ok",
    "http://[fd00:ec2::254]:%d/ok",
    "http://100.64.0.1:%d/ok",
    "http://192.168.1.1:%d/ok",
};

static void test_http_send__dials_no_inside_address(void **state)
{
    char url[128];
    (void)state;

    for (size_t i = 0; i < COUNT(INSIDE); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(url, sizeof(url), INSIDE[i], port);
#pragma GCC diagnostic pop
        struct http_answer a = get(url, &nobody, 500);
        CHECK_TEXT(url, http_end_word(a.end), "BLOCKED_ADDR");
        CHECK(url, a.status == 0 && a.body_total == 0);
        http_answer_free(&a);
    }
}

static void test_http_send__metadata_is_never_allowed(void **state)
{
    struct net_list all;
    (void)state;

    assert_true(net_list_parse("0.0.0.0/0, ::/0", &all));
    struct http_answer a = get("http://169.254.169.254/latest/", &all, 500);
    assert_int_equal(a.end, HTTP_BLOCKED_ADDR);
    http_answer_free(&a);
}

/* The kept connection of an allowed request does not serve one that is not. */
static void test_http_send__asks_again_on_a_kept_connection(void **state)
{
    (void)state;
    struct http_answer a = get(at("/ok"), &loopback, 500);
    assert_int_equal(a.end, HTTP_DONE);
    http_answer_free(&a);
    a = get(at("/ok"), &nobody, 500);
    assert_int_equal(a.end, HTTP_BLOCKED_ADDR);
    assert_int_equal(a.body_total, 0);
    http_answer_free(&a);
    a = get(at("/ok"), NULL, 500);
    assert_int_equal(a.end, HTTP_DONE);
    http_answer_free(&a);
}

static void test_http_send__sends_just_the_request(void **state)
{
    struct http_answer a;
    (void)state;

    http_send(&(struct http_request){ .method = "POST",
                                      .url = at("/echo?x=1"),
                                      .timeout_ms = 1000,
                                      .keep = 4096,
                                      .headers = { "Content-Type: application/json",
                                                   "webhook-id: 01ABC" },
                                      .body = "{\"a\":\"\0\"}",
                                      .body_len = 9 },
              &a);
    assert_int_equal(a.end, HTTP_DONE);
    assert_non_null(strstr(a.body, "POST /echo?x=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(a.body, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(a.body, "\r\nwebhook-id: 01ABC\r\n"));
    assert_non_null(strstr(a.body, "\r\nContent-Length: 9\r\n"));
    assert_null(strstr(a.body, "Expect:"));
    assert_non_null(strstr(a.body, "\r\nAccept-Encoding: identity\r\n"));
    assert_null(strstr(a.body, "Cookie:"));
    assert_memory_equal(a.body + a.body_len - 9, "{\"a\":\"\0\"}", 9);
    http_answer_free(&a);
    a = get(at("/echo"), NULL, 1000); /* nothing of the POST is left */
    assert_non_null(strstr(a.body, "GET /echo HTTP/1.1\r\n"));
    assert_null(strstr(a.body, "webhook-id"));
    assert_null(strstr(a.body, "Content-Length"));
    http_answer_free(&a);
}

static void test_http_send__says_what_never_left(void **state)
{
    struct http_answer a;
    (void)state;

    http_send(
        &(struct http_request){
            .method = "GET", .url = at("/ok"), .timeout_ms = 500, .headers = { "X: a\r\nY: b" } },
        &a);
    assert_int_equal(a.end, HTTP_BAD_URL);
    http_answer_free(&a);
    a = get("ftp://127.0.0.1/", NULL, 500);
    assert_int_equal(a.end, HTTP_BAD_URL);
    http_answer_free(&a);
    a = get("http://127.0.0.1:1/", &loopback, 500);
    assert_int_equal(a.end, HTTP_CONNECT);
    http_answer_free(&a);
    a = get("http://no-such-host.invalid/", NULL, 2000);
    assert_true(a.end == HTTP_DNS || a.end == HTTP_TIMEOUT);
    http_answer_free(&a);
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/ok", port);
    a = get(url, &loopback, 1000);
    assert_int_equal(a.end, HTTP_TLS);
    http_answer_free(&a);
}

/* ---- the pool */

struct tally {
    struct http_pool *pool;
    int done, good, refill;
};

static void add_one(struct tally *t, const char *url, http_done *done)
{
    enum pay_err err = http_pool_add(t->pool,
                                     &(struct http_request){ .method = "POST",
                                                             .url = url,
                                                             .body = "{}",
                                                             .body_len = 2,
                                                             .timeout_ms = 2000,
                                                             .allow = &loopback,
                                                             .keep = 100 },
                                     done, t);
    assert_int_equal(err, PAY_OK);
}

static void count_one(void *arg, const struct http_answer *answer)
{
    struct tally *t = arg;

    t->done++;
    t->good += answer->end == HTTP_DONE && strcmp(answer->body, "SUCCESS") == 0;
    if (t->refill-- > 0)
        add_one(t, at("/ok"), count_one);
}

static void test_http_pool__refills_from_within_done(void **state)
{
    struct tally t = { .pool = http_pool_open(4, 4), .refill = 200 };
    int64_t since = clock_ticks_us();
    (void)state;

    for (int i = 0; i < 3; i++) /* one slot stays free for the refill */
        add_one(&t, at("/ok"), count_one);
    while (http_pool_run(t.pool, 100, -1) > 0)
        ;
    assert_int_equal(t.done, 203);
    assert_int_equal(t.good, 203);
    assert_true(clock_ticks_us() - since < 3000000);
    http_pool_close(&t.pool);
    assert_null(t.pool);
}

static void test_http_pool__one_host_gets_its_share_only(void **state)
{
    struct tally t = { .pool = http_pool_open(4, 2) };
    struct http_request more = { .method = "GET", .url = "x", .timeout_ms = 500 };
    (void)state;

    add_one(&t, at("/slow"), count_one);
    add_one(&t, at("/slow?2"), count_one);
    more.url = at("/ok");
    assert_int_equal(http_pool_add(t.pool, &more, count_one, &t), PAY_FULL);
    add_one(&t, "not an url", count_one); /* told by the next run */
    add_one(&t, "http://127.0.0.1:1/", count_one);
    assert_int_equal(t.done, 0);
    int64_t since = clock_ticks_us();
    while (http_pool_run(t.pool, 50, -1) > 0)
        ;
    assert_int_equal(t.done, 4);
    assert_int_equal(t.good, 2);
    assert_in_range(clock_ticks_us() - since, 1400000, 1990000); /* side by side */
    http_pool_close(&t.pool);
}

static void test_http_pool__waits_by_sleeping_when_idle_and_closes_at_once(void **state)
{
    struct tally t = { .pool = http_pool_open(2, 2) };
    int64_t since = clock_ticks_us();
    (void)state;

    assert_int_equal(http_pool_run(t.pool, 100, -1), 0);
    assert_in_range(clock_ticks_us() - since, 90000, 400000);
    add_one(&t, at("/slow"), count_one);
    assert_int_equal(http_pool_run(t.pool, 50, -1), 1);
    since = clock_ticks_us();
    http_pool_close(&t.pool);
    assert_true(clock_ticks_us() - since < 300000);
    assert_int_equal(t.done, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_url_ok__agrees_with_the_sender),
        cmocka_unit_test(test_http_url_ok__takes_1100_bytes_and_no_more),
        cmocka_unit_test(test_http_url_append__goes_to_the_end_of_the_path),
        cmocka_unit_test(test_http_url_tidy__spells_an_address_as_it_is_called),
        cmocka_unit_test(test_http_url_blocked__judges_what_the_url_says),
        cmocka_unit_test(test_http_send__names_every_end),
        cmocka_unit_test(test_http_send__cuts_a_slow_drip),
        cmocka_unit_test(test_http_send__dials_no_inside_address),
        cmocka_unit_test(test_http_send__metadata_is_never_allowed),
        cmocka_unit_test(test_http_send__asks_again_on_a_kept_connection),
        cmocka_unit_test(test_http_send__sends_just_the_request),
        cmocka_unit_test(test_http_send__says_what_never_left),
        cmocka_unit_test(test_http_pool__refills_from_within_done),
        cmocka_unit_test(test_http_pool__one_host_gets_its_share_only),
        cmocka_unit_test(test_http_pool__waits_by_sleeping_when_idle_and_closes_at_once),
    };
    return cmocka_run_group_tests_name("http", tests, server_open, server_close);
}
