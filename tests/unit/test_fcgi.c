/* test_fcgi.c - io/fcgi as nginx meets it: records over a Unix socket; and as a plain CGI. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "io/fcgi/fcgi.h"

#define LONG_MS 1000

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

static char folder[64], path[96];
static pid_t worker;
static size_t connections = 1; /* that a worker keeps */

/* ---- the worker: answers with what it was given */

static void on_term(int signal_number)
{
    (void)signal_number;
    fcgi_stop();
}

static void answer(struct fcgi *f)
{
    char body[64], room[256];
    struct text t = TEXT(room);
    size_t len = 0;

    enum pay_err err = fcgi_body(f, body, sizeof(body), &len);
    const char *uri = fcgi_param(f, "REQUEST_URI");
    if (uri != NULL && strcmp(uri, "/slow") == 0)
        clock_sleep_ms(60000); /* until the signal */
    if (uri != NULL && strcmp(uri, "/long") == 0) {
        fcgi_slow();
        clock_sleep_ms(LONG_MS);
    }
    text_addf(&t, "%s|%zu|%s|%d|%s", err_name(err), len, body, fcgi_param_count(f, "HTTP_X"),
              uri != NULL ? uri : "none");
    (void)!fcgi_write(f, room, t.len);
}

static int serve(int fd)
{
    struct fcgi *f = fcgi_open(fd, connections);
    enum pay_err err;

    while ((err = fcgi_accept(f)) == PAY_OK)
        answer(f);
    fcgi_close(&f);
    return err == PAY_STOP ? 0 : 1;
}

static pid_t start_worker(int fd)
{
    struct sigaction act = { .sa_handler = on_term };
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    sigaction(SIGTERM, &act, NULL);
    exit(serve(fd));
}

static int make_worker(void **state)
{
    int fd;

    (void)state;
    log_open("test_fcgi", LOG_ERROR + 1);
    signal(SIGPIPE, SIG_IGN);
    snprintf(folder, sizeof(folder), "/tmp/shroff-fcgi-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/x.sock", folder);
    umask(0);
    if (fcgi_listen(path, &fd) != PAY_OK)
        return -1;
    worker = start_worker(fd);
    close(fd);
    return 0;
}

static int stop(pid_t pid)
{
    int status = -1;

    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    return status;
}

static int drop_worker(void **state)
{
    (void)state;
    if (worker > 0)
        stop(worker);
    unlink(path);
    return rmdir(folder);
}

/* ---- the client */

static int dial(const char *at)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", at);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void record(int fd, uint8_t type, const void *at, size_t len)
{
    uint8_t head[8] = { 1, type, 0, 1, (uint8_t)(len >> 8), (uint8_t)len, 0, 0 };

    assert_int_equal(write(fd, head, 8), 8);
    if (len > 0)
        assert_int_equal(write(fd, at, len), (ssize_t)len);
}

/* "NAME=value" pairs, each as the protocol's short form. */
static void params(int fd, const char *const pairs[])
{
    uint8_t room[512];
    size_t n = 0;

    for (size_t i = 0; pairs[i] != NULL; i++) {
        size_t name = strcspn(pairs[i], "="), value = strlen(pairs[i]) - name - 1;
        room[n++] = (uint8_t)name;
        room[n++] = (uint8_t)value;
        memcpy(room + n, pairs[i], name);
        memcpy(room + n + name, pairs[i] + name + 1, value);
        n += name + value;
    }
    record(fd, PARAMS, room, n);
    record(fd, PARAMS, NULL, 0);
}

static void begin(int fd)
{
    const uint8_t responder[8] = { 0, 1, 0 };
    record(fd, BEGIN, responder, 8);
}

/* A whole request in one piece, as nginx sends it, on a connection that is kept. */
#define KEPT(uri) \
    "\1\1\0\1\0\10\0\0" \
    "\0\1\1\0\0\0\0\0" \
    "\1\4\0\1\0\22\0\0" \
    "\13\5REQUEST_URI" uri "\1\4\0\1\0\0\0\0" \
    "\1\5\0\1\0\0\0\0"
static const char ASK_KEPT[] = KEPT("/kept"), ASK_LONG[] = KEPT("/long");

static void ask_kept(int fd, const char *request)
{
    assert_int_equal(write(fd, request, sizeof(ASK_KEPT) - 1), sizeof(ASK_KEPT) - 1);
}

/* Everything of STDOUT until the request's end, or until the worker hangs up. */
static void read_part(int fd, char *out, size_t size)
{
    uint8_t head[8];
    struct text t = text_over(out, size);

    while (recv(fd, head, 8, MSG_WAITALL) == 8) {
        char body[65536];
        size_t len = (size_t)(head[4] << 8 | head[5]), pad = head[6];
        if (len + pad > 0 && recv(fd, body, len + pad, MSG_WAITALL) != (ssize_t)(len + pad))
            break;
        if (head[1] == STDOUT)
            text_add_n(&t, body, len);
        if (head[1] == END)
            break;
    }
}

static void answered(int fd, const char *want)
{
    char out[512];

    read_part(fd, out, sizeof(out));
    assert_string_equal(out, want);
}

static void read_answer(int fd, char *out, size_t size)
{
    char more;

    read_part(fd, out, size);
    assert_true(recv(fd, &more, 1, 0) <= 0); /* the worker hangs up */
    close(fd);
}

struct body_case {
    const char *name, *length, *sent, *want;
};
static const struct body_case BODIES[] = {
    { "none", NULL, "", "PAY_OK|0||0|/a" },
    { "empty length", "CONTENT_LENGTH=", "", "PAY_OK|0||0|/a" },
    { "zero", "CONTENT_LENGTH=0", "", "PAY_OK|0||0|/a" },
    { "whole", "CONTENT_LENGTH=5", "hello", "PAY_OK|5|hello|0|/a" },
    { "just fits", "CONTENT_LENGTH=6", "hello!", "PAY_OK|6|hello!|0|/a" },
    { "too few", "CONTENT_LENGTH=100000000000", "hello", "PAY_TOO_LARGE|0||0|/a" },
    { "cut short", "CONTENT_LENGTH=6", "hello", "PAY_BAD_BODY|0|hello|0|/a" },
    { "too many", "CONTENT_LENGTH=4", "hello", "PAY_BAD_BODY|0|hell|0|/a" },
    { "negative", "CONTENT_LENGTH=-1", "hello", "PAY_BAD_BODY|0||0|/a" },
    { "words", "CONTENT_LENGTH=5x", "hello", "PAY_BAD_BODY|0||0|/a" },
    { "plus", "CONTENT_LENGTH=+5", "hello", "PAY_BAD_BODY|0||0|/a" },
    { "beyond int64", "CONTENT_LENGTH=99999999999999999999", "hello", "PAY_TOO_LARGE|0||0|/a" },
    { "one over", "CONTENT_LENGTH=64", "x", "PAY_TOO_LARGE|0||0|/a" },
};

static void test_fcgi_body__holds_to_the_length(void **state)
{
    char out[512];
    (void)state;

    for (size_t i = 0; i < COUNT(BODIES); i++) {
        const struct body_case *c = &BODIES[i];
        const char *const pairs[] = { "REQUEST_URI=/a", c->length, NULL };
        int fd = dial(path);
        begin(fd);
        params(fd, pairs);
        if (*c->sent != '\0')
            record(fd, STDIN, c->sent, strlen(c->sent));
        record(fd, STDIN, NULL, 0);
        read_answer(fd, out, sizeof(out));
        /* What stands in the room after a refusal is nobody's business. */
        if (strncmp(c->want, "PAY_BAD_BODY", 12) == 0)
            CHECK(c->name, strncmp(out, "PAY_BAD_BODY|0|", 15) == 0);
        else
            CHECK_TEXT(c->name, out, c->want);
    }
}

static void test_fcgi_param__counts_repeated_headers(void **state)
{
    const char *const pairs[] = { "HTTP_X=a", "REQUEST_URI=/h", "HTTP_X=b", "HTTP_XY=c", NULL };
    char out[512];
    (void)state;

    int fd = dial(path);
    begin(fd);
    params(fd, pairs);
    record(fd, STDIN, NULL, 0);
    read_answer(fd, out, sizeof(out));
    assert_string_equal(out, "PAY_OK|0||2|/h");
}

/* Who hangs up half-way, or talks nonsense, costs one connection and no worker. */
static void test_fcgi_accept__survives_broken_clients(void **state)
{
    const char *const pairs[] = { "REQUEST_URI=/after", NULL };
    char out[512];
    (void)state;

    close(dial(path));
    int fd = dial(path);
    begin(fd);
    close(fd);
    fd = dial(path);
    assert_int_equal(write(fd, "GET / HTTP/1.1\r\n\r\n", 18), 18);
    close(fd);
    fd = dial(path);
    begin(fd);
    params(fd, pairs);
    close(fd);
    fd = dial(path);
    begin(fd);
    params(fd, pairs);
    record(fd, STDIN, NULL, 0);
    read_answer(fd, out, sizeof(out));
    assert_string_equal(out, "PAY_OK|0||0|/after");
    assert_int_equal(waitpid(worker, NULL, WNOHANG), 0);
}

/* The worker keeps one connection. Each round its slot is used again, mostly with a descriptor of
 * the same number, and has to be watched anew. */
static void test_fcgi_accept__a_kept_connection_that_breaks_leaves_its_place(void **state)
{
    (void)state;
    for (int round = 0; round < 6; round++) {
        int fd = dial(path);
        for (int i = 0; i < 3; i++) {
            ask_kept(fd, ASK_KEPT);
            answered(fd, "PAY_OK|0||0|/kept");
        }
        if (round % 3 == 1)
            begin(fd); /* breaks in the middle of the next one */
        if (round % 3 == 2)
            assert_int_equal(write(fd, "nonsense, not FastCGI", 21), 21);
        close(fd);
    }
    assert_int_equal(waitpid(worker, NULL, WNOHANG), 0);
}

static bool hangs_up(int fd)
{
    char byte;

    return poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, LONG_MS) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

/* Requests on the other connections would wait for it. */
static void test_fcgi_slow__closes_what_else_is_kept(void **state)
{
    char other[128];
    int fd, kept[3];

    (void)state;
    snprintf(other, sizeof(other), "%s/w.sock", folder);
    assert_int_equal(fcgi_listen(other, &fd), PAY_OK);
    connections = COUNT(kept);
    pid_t pid = start_worker(fd);
    connections = 1;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(kept); i++) {
            kept[i] = dial(other);
            ask_kept(kept[i], ASK_KEPT);
            answered(kept[i], "PAY_OK|0||0|/kept");
        }
        ask_kept(kept[1], ASK_LONG);
        assert_true(hangs_up(kept[0]) && hangs_up(kept[2]));
        assert_int_equal(poll(&(struct pollfd){ kept[1], POLLIN, 0 }, 1, 0), 0);
        answered(kept[1], "PAY_OK|0||0|/long");
        ask_kept(kept[1], ASK_KEPT);
        answered(kept[1], "PAY_OK|0||0|/kept");
        for (size_t i = 0; i < COUNT(kept); i++)
            close(kept[i]);
    }
    assert_int_equal(stop(pid), 0);
    close(fd);
    unlink(other);
}

static void test_fcgi_listen__is_private_and_replaces_only_the_dead(void **state)
{
    char other[128], longer[200];
    struct stat st;
    int fd = -1;
    (void)state;

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(fcgi_listen(path, &fd), PAY_FAULT); /* alive */
    snprintf(other, sizeof(other), "%s/y.sock", folder);
    assert_int_equal(fcgi_listen(other, &fd), PAY_OK);
    close(fd); /* dead now, the file stays */
    assert_int_equal(fcgi_listen(other, &fd), PAY_OK);
    close(fd);
    unlink(other);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(fcgi_listen(other, &fd), PAY_FAULT); /* not a socket */
    unlink(other);
    memset(longer, 'a', sizeof(longer));
    longer[120] = '\0';
    assert_int_equal(fcgi_listen(longer, &fd), PAY_FAULT);
    assert_int_equal(fcgi_listen("/nonexistent/x.sock", &fd), PAY_FAULT);
    assert_false(fcgi_stdin_listens());
}

/* ---- SIGTERM */

static void test_fcgi_stop__ends_an_idle_worker_at_once(void **state)
{
    int fd;
    char other[128];
    (void)state;

    snprintf(other, sizeof(other), "%s/z.sock", folder);
    assert_int_equal(fcgi_listen(other, &fd), PAY_OK);
    pid_t pid = start_worker(fd), second = start_worker(fd);
    clock_sleep_ms(100);
    int64_t since = clock_ticks_us();
    assert_int_equal(stop(pid), 0);
    assert_int_equal(stop(second), 0);
    assert_true(clock_ticks_us() - since < 1000000);
    close(fd);
    unlink(other);
}

static void test_fcgi_stop__lets_the_request_in_hand_finish(void **state)
{
    const char *const pairs[] = { "REQUEST_URI=/slow", "CONTENT_LENGTH=2", NULL };
    char out[512];
    int status = -1;
    (void)state;

    int fd = dial(path);
    begin(fd);
    params(fd, pairs);
    record(fd, STDIN, "hi", 2);
    record(fd, STDIN, NULL, 0);
    clock_sleep_ms(200);
    kill(worker, SIGTERM);
    read_answer(fd, out, sizeof(out));
    assert_string_equal(out, "PAY_OK|2|hi|0|/slow");
    waitpid(worker, &status, 0);
    assert_int_equal(status, 0);
    worker = 0;
}

/* ---- plain CGI */

static void test_fcgi__serves_one_plain_cgi_request(void **state)
{
    int in[2], out[2], status = -1;
    char got[256];
    (void)state;

    assert_int_equal(pipe(in) | pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        setenv("REQUEST_URI", "/cgi", 1);
        setenv("CONTENT_LENGTH", "5", 1);
        setenv("HTTP_X", "1", 1);
        _exit(serve(-1));
    }
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], "he", 2), 2);
    clock_sleep_ms(20);
    assert_int_equal(write(in[1], "llo and more", 12), 12);
    ssize_t n = read(out[0], got, sizeof(got) - 1);
    assert_true(n > 0);
    got[n] = '\0';
    assert_string_equal(got, "PAY_OK|5|hello|1|/cgi");
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    close(in[1]);
    close(out[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fcgi_body__holds_to_the_length),
        cmocka_unit_test(test_fcgi_param__counts_repeated_headers),
        cmocka_unit_test(test_fcgi_accept__survives_broken_clients),
        cmocka_unit_test(test_fcgi_accept__a_kept_connection_that_breaks_leaves_its_place),
        cmocka_unit_test(test_fcgi_slow__closes_what_else_is_kept),
        cmocka_unit_test(test_fcgi_listen__is_private_and_replaces_only_the_dead),
        cmocka_unit_test(test_fcgi_stop__ends_an_idle_worker_at_once),
        cmocka_unit_test(test_fcgi__serves_one_plain_cgi_request),
        cmocka_unit_test(test_fcgi_stop__lets_the_request_in_hand_finish),
    };
    return cmocka_run_group_tests_name("fcgi", tests, make_worker, drop_worker);
}
