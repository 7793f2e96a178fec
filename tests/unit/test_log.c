/* test_log.c - lines are JSON whatever is logged, bounded, and never hold the program up. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/json/json.h"

static int real_stderr, pipe_read, pipe_write;

/* stderr becomes a pipe for the length of one test. */
static int setup(void **state)
{
    int ends[2];
    (void)state;

    real_stderr = dup(STDERR_FILENO);
    if (pipe(ends) != 0)
        return -1;
    pipe_read = ends[0];
    pipe_write = ends[1];
    dup2(pipe_write, STDERR_FILENO);
    close(pipe_write);
    log_open("tester", LOG_INFO);
    log_request(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(pipe_read);
    return 0;
}

/* The one line in the pipe, its newline checked and cut; parsed. */
static struct json *read_line(char *room, size_t size)
{
    struct json *root;
    ssize_t len = read(pipe_read, room, size - 1);

    assert_true(len > 0 && room[len - 1] == '\n');
    assert_null(memchr(room, '\n', (size_t)len - 1));
    room[len - 1] = '\0';
    assert_int_equal(json_parse(room, (size_t)len - 1, &root), PAY_OK);
    return root;
}

static void assert_member(const struct json *line, const char *name, const char *want)
{
    size_t len;
    const char *got = json_text(json_member(line, name), &len);

    CHECK(name, got != NULL);
    CHECK_TEXT(name, got, want);
}

static void test_log_event__pairs_in_one_line(void **state)
{
    char room[8192];
    (void)state;

    log_request("req-1");
    log_event(LOG_WARN, "callback.done", KV("order_no", "P1"), KV("empty", ""), KN("ms", -12));
    struct json *line = read_line(room, sizeof(room));
    assert_member(line, "level", "warn");
    assert_member(line, "event", "callback.done");
    assert_member(line, "program", "tester");
    assert_member(line, "request_id", "req-1");
    assert_member(line, "order_no", "P1");
    assert_null(json_member(line, "empty"));
    assert_true(json_int(json_member(line, "ms")) == -12);
    assert_true(json_int(json_member(line, "pid")) == getpid());
    json_free(&line);
}

static void test_log_event__escapes_what_came_from_outside(void **state)
{
    static const char EVIL[] = "a\nb\x1B[31m\"\\\xFF\xC0\xAF\x7F{\"event\":\"forged\"}\xE2\x80\xAE"
                               "\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C";
    char room[8192];
    (void)state;

    log_event(LOG_ERROR, "x", KV("text", EVIL));
    struct json *line = read_line(room, sizeof(room));
    assert_member(line, "text",
                  "a\nb\x1B[31m\"\\\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\x7F"
                  "{\"event\":\"forged\"}\xE2\x80\xAE"
                  "\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C");
    assert_non_null(strstr(room, "\\u202e\\u200e\\u200f\\u061c"));
    for (const char *at = room; *at; at++)
        assert_true((unsigned char)*at >= 0x20 && *at != 0x7F);
    json_free(&line);
}

static void test_log_event__below_the_level_is_silent(void **state)
{
    char room[8192];
    (void)state;

    log_open("tester", LOG_WARN);
    log_event(LOG_INFO, "silent", KN("n", 1));
    log_event(LOG_WARN, "heard", KN("n", 1));
    struct json *line = read_line(room, sizeof(room));
    assert_member(line, "event", "heard");
    json_free(&line);
}

static void test_log_event__long_values_are_cut_lines_stay_whole(void **state)
{
    char room[8192], value[6001], wide[3001];
    (void)state;

    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (size_t i = 0; i + 3 < sizeof(wide); i += 3)
        memcpy(wide + i, "\xE4\xB8\xAD", 4);
    log_event(LOG_INFO, "long", KV("a", value), KV("wide", wide), KV("c", value), KV("d", value),
              KV("e", value), KN("last", 5));
    struct json *line = read_line(room, sizeof(room));
    size_t len;
    assert_true(strlen(room) < LOG_LINE_MAX);
    json_text(json_member(line, "a"), &len);
    assert_int_equal(len, 1024);
    json_text(json_member(line, "wide"), &len);
    assert_int_equal(len, 1023);
    assert_null(json_member(line, "e"));
    assert_true(json_int(json_member(line, "last")) == 5);
    assert_int_equal(json_kind(json_member(line, "cut")), JSON_BOOL);
    json_free(&line);
}

/* A full pipe: the call comes back soon; the next line that gets through tells how many did not. */
static void test_log_event__a_stuck_reader_costs_lines_not_time(void **state)
{
    static char fill[65536], room[131072];
    (void)state;

    assert_int_equal(fcntl(STDERR_FILENO, F_SETPIPE_SZ, 65536), 65536);
    memset(fill, '\n', sizeof(fill));
    assert_int_equal(write(STDERR_FILENO, fill, sizeof(fill)), sizeof(fill));
    const int64_t start = clock_ticks_us();
    log_event(LOG_INFO, "lost", KN("n", 1));
    log_event(LOG_INFO, "lost", KN("n", 2));
    assert_true(clock_ticks_us() - start < 500000);
    assert_int_equal(read(pipe_read, room, sizeof(fill)), sizeof(fill));
    log_event(LOG_INFO, "heard", KN("n", 3));
    struct json *line = read_line(room, sizeof(room));
    assert_true(json_int(json_member(line, "lines_lost")) == 2);
    json_free(&line);
    log_event(LOG_INFO, "heard", KN("n", 4));
    line = read_line(room, sizeof(room));
    assert_null(json_member(line, "lines_lost"));
    json_free(&line);
}

static void test_log_event__a_gone_reader_ends_no_process(void **state)
{
    (void)state;
    close(pipe_read);
    signal(SIGPIPE, SIG_DFL);
    log_event(LOG_INFO, "nobody", KN("n", 1));
    pipe_read = dup(real_stderr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log_event__pairs_in_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log_event__escapes_what_came_from_outside, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_log_event__below_the_level_is_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log_event__long_values_are_cut_lines_stay_whole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_log_event__a_stuck_reader_costs_lines_not_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_log_event__a_gone_reader_ends_no_process, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
