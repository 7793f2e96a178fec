/* test_call.c - channel_call against a server on the loopback: what an answer means, the headers
 * that are kept, a body to a file, the deadline, the gate. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include "base/clock.h"
#include "base/log.h"
#include "channel/call.h"
#include "channel/gate.h"
#include "tests/unit/loopback.h"

#define BILL_BYTES 200000 /* over what is read into memory */

static struct config env = { .test_mode = true };
static const struct channel_account ACCOUNT = { .id = 7,
                                                .app_id = 3,
                                                .code = "coin_app",
                                                .env = &env };

/* ---- the server: /404 answers 404; the others do what they are called */

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(0);
}

static void say_bill(int fd)
{
    static char body[BILL_BYTES + 1];

    for (size_t i = 0; i < BILL_BYTES; i++)
        body[i] = (char)('a' + i % 26);
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n");
    say(fd, body);
    say(fd, "\r\n0\r\n\r\n");
}

static void serve_one(int fd)
{
    char room[2048], head[128];
    ssize_t n = read(fd, room, sizeof(room) - 1);

    if (n <= 0)
        return;
    room[n] = '\0';
    const char *path = strchr(room, '/') + 1;
    if (str_starts(path, "kept"))
        say(fd, "HTTP/1.1 100 Continue\r\nCoin-Serial: of another answer\r\n\r\n"
                "HTTP/1.1 200 OK\r\nCOIN-signature:  abc== \r\nCoin-Twice: a\r\nCoin-Twice: b\r\n"
                "Coin-Long: 0123456789012345\r\nContent-Length: 2\r\n\r\nok");
    else if (str_starts(path, "bill"))
        say_bill(fd);
    else if (str_starts(path, "coded"))
        say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok");
    else if (str_starts(path, "slow"))
        clock_sleep_ms(1300);
    else if (!str_starts(path, "broken")) {
        snprintf(head, sizeof(head), "HTTP/1.1 %.3s X\r\nContent-Length: 4\r\n\r\nsays", path);
        say(fd, head);
    }
}

static int server_open(void **state)
{
    (void)state;
    log_open("test_call", LOG_ERROR + 1);
    return loopback_open(serve_one);
}

static enum pay_err called(const char *path, struct http_request request,
                           struct http_answer *answer)
{
    char url[128];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", loopback_port, path);
    request.method = "GET";
    request.url = url;
    request.keep = 100;
    return channel_call(&ACCOUNT, "query", &request, answer);
}

static void test_channel_call__a_no_is_not_an_unknown_result(void **state)
{
    static const struct {
        const char *path;
        enum pay_err want;
    } CASES[] = {
        { "200", PAY_OK },         { "204", PAY_OK },      { "400", PAY_REFUSED },
        { "401", PAY_REFUSED },    { "403", PAY_REFUSED }, { "404", PAY_REFUSED },
        { "408", PAY_UNKNOWN },    { "425", PAY_UNKNOWN }, { "429", PAY_UNKNOWN },
        { "500", PAY_UNKNOWN },    { "502", PAY_UNKNOWN }, { "302", PAY_UNKNOWN },
        { "broken", PAY_UNKNOWN },
    };
    struct http_answer answer;

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        enum pay_err err = called(CASES[i].path, (struct http_request){ 0 }, &answer);
        CHECK_TEXT(CASES[i].path, err_name(err), err_name(CASES[i].want));
        if (err == PAY_REFUSED)
            CHECK_TEXT(CASES[i].path, answer.body, "says");
        http_answer_free(&answer);
    }
}

static void test_channel_call__ends_at_its_deadline(void **state)
{
    const int64_t begun = clock_ticks_us();
    struct http_answer answer;

    (void)state;
    assert_int_equal(called("slow", (struct http_request){ .timeout_ms = 200 }, &answer),
                     PAY_UNKNOWN);
    assert_int_equal(answer.end, HTTP_TIMEOUT);
    assert_string_equal(answer.reason, "no answer in 0.2 s");
    assert_true(clock_ticks_us() - begun < 1500000);
    http_answer_free(&answer);
}

static void test_channel_call__sends_nothing_it_must_not(void **state)
{
    struct http_request request = { .method = "GET", .keep = 100 };
    static const char *const URLS[] = { "ftp://127.0.0.1/", "", "https://", "file:///etc/passwd" };
    struct http_answer answer;

    (void)state;
    for (size_t i = 0; i < COUNT(URLS); i++) {
        request.url = URLS[i];
        CHECK(URLS[i], channel_call(&ACCOUNT, "query", &request, &answer) == PAY_FULL);
        http_answer_free(&answer);
    }
    /* http is for test mode alone */
    env.test_mode = false;
    assert_int_equal(called("200", (struct http_request){ 0 }, &answer), PAY_FULL);
    env.test_mode = true;
    http_answer_free(&answer);
}

static void test_channel_call__keeps_headers(void **state)
{
    char signature[64] = "x", twice[64] = "x", longer[16] = "x", absent[64] = "x", serial[64] = "x";
    struct http_kept kept[] = {
        { "Coin-Signature", signature, sizeof(signature), false },
        { "Coin-Twice", twice, sizeof(twice), false },
        { "Coin-Long", longer, sizeof(longer), false },
        { "Coin-Sign", absent, sizeof(absent), false },
        { "Coin-Serial", serial, sizeof(serial), false },
    };
    struct http_answer answer;

    (void)state;
    const struct http_request request = { .kept = kept, .kept_count = COUNT(kept) };
    assert_int_equal(called("kept", request, &answer), PAY_OK);
    assert_string_equal(signature, "abc==");
    assert_string_equal(twice, "");
    assert_string_equal(longer, "");
    assert_string_equal(absent, "");
    assert_string_equal(serial, "");
    assert_string_equal(answer.body, "ok");
    http_answer_free(&answer);
}

static void test_channel_call__writes_a_body_to_a_file(void **state)
{
    char name[] = "/tmp/test_call.XXXXXX";
    const int fd = mkstemp(name);
    struct http_request request = { .to_file = &fd, .file_max = BILL_BYTES };
    struct http_answer answer;

    (void)state;
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(called("bill", request, &answer), PAY_OK);
    assert_int_equal(lseek(fd, 0, SEEK_END), BILL_BYTES);
    assert_int_equal(answer.body_total, BILL_BYTES);
    assert_string_equal(answer.body, "");
    http_answer_free(&answer);
    request.file_max = BILL_BYTES - 1;
    assert_int_equal(called("bill", request, &answer), PAY_UNKNOWN);
    assert_int_equal(answer.end, HTTP_TOO_LARGE);
    http_answer_free(&answer);
    /* what is no bill stays in memory; what is coded although it must not be is not taken */
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(called("404", request, &answer), PAY_REFUSED);
    assert_string_equal(answer.body, "says");
    http_answer_free(&answer);
    assert_int_equal(called("coded", request, &answer), PAY_UNKNOWN);
    http_answer_free(&answer);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

/* A request whose earlier calls took nearly all of its time. */
static void test_channel_call__all_of_a_request_share_its_time(void **state)
{
    struct http_answer answer;

    (void)state;
    channel_time_begin();
    channel_time_keep(CHANNEL_CALL_MAX_MS - 500);
    const int64_t begun = clock_ticks_us();
    assert_int_equal(called("slow", (struct http_request){ 0 }, &answer), PAY_UNKNOWN);
    assert_int_equal(answer.end, HTTP_TIMEOUT);
    assert_true(clock_ticks_us() - begun < 1200000);
    http_answer_free(&answer);
    assert_int_equal(called("200", (struct http_request){ 0 }, &answer), PAY_FULL);
    http_answer_free(&answer);
    channel_time_keep(0);
    assert_int_equal(called("200", (struct http_request){ 0 }, &answer), PAY_OK);
    http_answer_free(&answer);
}

/* The last one: from here on the channel is shut. */
static void test_channel_call__goes_through_the_gate(void **state)
{
    struct http_answer answer;

    (void)state;
    gate_open(4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(called("slow", (struct http_request){ .timeout_ms = 1100 }, &answer),
                         PAY_UNKNOWN);
        http_answer_free(&answer);
    }
    assert_int_equal(called("200", (struct http_request){ 0 }, &answer), PAY_FULL);
    assert_null(answer.body);
    http_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_call__a_no_is_not_an_unknown_result),
        cmocka_unit_test(test_channel_call__ends_at_its_deadline),
        cmocka_unit_test(test_channel_call__sends_nothing_it_must_not),
        cmocka_unit_test(test_channel_call__keeps_headers),
        cmocka_unit_test(test_channel_call__writes_a_body_to_a_file),
        cmocka_unit_test(test_channel_call__all_of_a_request_share_its_time),
        cmocka_unit_test(test_channel_call__goes_through_the_gate),
    };
    return cmocka_run_group_tests(tests, server_open, loopback_close);
}
