/* fcgi.c - requests: from libfcgi, or from the environment and stdin as a plain CGI has them.
 * The listening socket is in fcgi_socket.c. */
#include "io/fcgi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcgiapp.h>
#include "base/log.h"
#include "base/text.h"

#define FAILURES_MAX 100        /* accepts in a row; then the worker leaves and is replaced */

struct fcgi {
    bool cgi;
    bool cgi_done;
    int listener;
    int events;                 /* epoll of the listener and of wake_fd */
    int failures;
    int kept;                   /* a connection of the last request, watched for the next; -1 */
    char **params;              /* of the request in hand, NULL between requests */
    FCGX_Request request;
};

extern char **environ;

static volatile sig_atomic_t stopping;
static volatile sig_atomic_t wake_fd = -1;

/* The flag for who comes later, the descriptor for who sleeps already: nothing falls between.
 * FCGX_ShutdownPending is left alone: after it libfcgi reads and writes no more, so the request in
 * hand could not be answered. */
void fcgi_stop(void)
{
    const uint64_t one = 1;
    int saved = errno, fd = wake_fd;

    stopping = 1;
    if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
        stopping = 1;
    errno = saved;
}

static bool watch(struct fcgi *fcgi, int fd, uint32_t how)
{
    struct epoll_event event = { .events = EPOLLIN | how, .data.fd = fd };

    return epoll_ctl(fcgi->events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Not blocking, because several workers are woken for one connection and only one gets it. */
static bool listen_on(struct fcgi *fcgi, int fd)
{
    int flags = fcntl(fd, F_GETFL);
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    fcgi->listener = fd;
    fcgi->events = epoll_create1(EPOLL_CLOEXEC);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || wake < 0 || fcgi->events < 0 ||
        !watch(fcgi, wake, 0) || !watch(fcgi, fd, EPOLLEXCLUSIVE))
        return false;
    wake_fd = wake;
    return FCGX_Init() == 0 &&
           FCGX_InitRequest(&fcgi->request, fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0;
}

struct fcgi *fcgi_open(int fd)
{
    struct fcgi *fcgi = calloc(1, sizeof(*fcgi));
    if (fcgi == NULL)
        abort();
    signal(SIGPIPE, SIG_IGN);
    fcgi->cgi = fd < 0;
    fcgi->listener = fcgi->events = fcgi->kept = -1;
    if (!fcgi->cgi && !listen_on(fcgi, fd)) {
        log_event(LOG_ERROR, "fcgi.open", KV("text", strerror(errno)));
        fcgi->failures = FAILURES_MAX;
    }
    return fcgi;
}

void fcgi_close(struct fcgi **fcgi)
{
    if (fcgi == NULL || *fcgi == NULL)
        return;
    fcgi_finish(*fcgi);
    if (!(*fcgi)->cgi) {
        int wake = wake_fd;
        FCGX_Free(&(*fcgi)->request, 1);
        wake_fd = -1;
        close(wake);
        close((*fcgi)->events);
    }
    free(*fcgi);
    *fcgi = NULL;
}

static enum pay_err accept_cgi(struct fcgi *fcgi)
{
    if (fcgi->cgi_done || stopping)
        return PAY_STOP;
    fcgi->cgi_done = true;
    fcgi->params = environ;
    return PAY_OK;
}

/* Sleeps until there may be a connection. EXCLUSIVE wakes one worker, not all of them. */
static void wait_for_one(const struct fcgi *fcgi)
{
    struct epoll_event event;

    (void)!epoll_wait(fcgi->events, &event, 1, -1);
}

static void give_up(struct fcgi *fcgi)
{
    fcgi->kept = -1;
    FCGX_Free(&fcgi->request, 1);
}

/* The client kept its connection: the next request comes there, unless somebody else waits to be
 * taken; then it is given up, so that no idle connection holds a worker. The client may be sending
 * just then: who keeps connections must send again what gets no answer (nginx: only GET). */
static void wait_on_kept(struct fcgi *fcgi)
{
    struct epoll_event events[3];
    bool came = false;
    char byte;
    int n = 0;

    if (fcgi->kept < 0 && !watch(fcgi, fcgi->request.ipcFd, 0)) {
        give_up(fcgi);
        return;
    }
    fcgi->kept = fcgi->request.ipcFd;
    while (!stopping && n <= 0)
        n = epoll_wait(fcgi->events, events, COUNT(events), -1);
    for (int i = 0; i < n; i++)
        came = came || events[i].data.fd == fcgi->kept;
    if (!came || recv(fcgi->kept, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
        give_up(fcgi);
}

static bool nobody_there(int rc)
{
    return rc == -EAGAIN || rc == -EINTR || rc == -ECONNABORTED;
}

enum pay_err fcgi_accept(struct fcgi *fcgi)
{
    fcgi_finish(fcgi);
    if (fcgi->cgi)
        return accept_cgi(fcgi);
    while (!stopping && fcgi->failures < FAILURES_MAX) {
        if (fcgi->request.ipcFd >= 0)
            wait_on_kept(fcgi);
        if (fcgi->request.ipcFd < 0)
            wait_for_one(fcgi);
        if (stopping)
            break;
        int rc = FCGX_Accept_r(&fcgi->request);
        if (rc == 0) {
            fcgi->failures = 0;
            fcgi->params = fcgi->request.envp;
            return PAY_OK;
        }
        if (!nobody_there(rc))
            fcgi->failures++;
    }
    if (!stopping)
        log_event(LOG_ERROR, "fcgi.accept", KN("failures", fcgi->failures));
    return PAY_STOP;
}

void fcgi_finish(struct fcgi *fcgi)
{
    if (fcgi->params == NULL)
        return;
    fcgi->params = NULL;
    if (!fcgi->cgi)
        FCGX_Finish_r(&fcgi->request);
    if (fcgi->request.ipcFd < 0)
        fcgi->kept = -1;
}

/* ---- parameters */

static const char *value_of(const char *pair, const char *name)
{
    size_t len = strlen(name);

    return strncmp(pair, name, len) == 0 && pair[len] == '=' ? pair + len + 1 : NULL;
}

const char *fcgi_param(const struct fcgi *fcgi, const char *name)
{
    for (char **at = fcgi->params; at != NULL && *at != NULL; at++) {
        const char *value = value_of(*at, name);
        if (value != NULL)
            return value;
    }
    return NULL;
}

int fcgi_param_count(const struct fcgi *fcgi, const char *name)
{
    int count = 0;

    for (char **at = fcgi->params; at != NULL && *at != NULL; at++)
        count += value_of(*at, name) != NULL;
    return count;
}

const char *fcgi_param_at(const struct fcgi *fcgi, size_t i)
{
    for (char **at = fcgi->params; at != NULL && *at != NULL; at++, i--)
        if (i == 0)
            return *at;
    return NULL;
}

/* ---- bodies */

static size_t read_stdin(char *room, size_t len)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = read(STDIN_FILENO, room + have, len - have);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        have += n > 0 ? (size_t)n : 0;
    }
    return have;
}

/* A stream that ends early reports no error (M16), and one that goes on is no less a lie. */
static bool read_stream(FCGX_Stream *in, char *room, size_t len)
{
    size_t have = 0;

    while (have < len) {
        int n = FCGX_GetStr(room + have, (int)(len - have), in);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return FCGX_GetChar(in) < 0 && FCGX_GetError(in) == 0;
}

enum pay_err fcgi_body(struct fcgi *fcgi, char *room, size_t size, size_t *len)
{
    const char *said = fcgi_param(fcgi, "CONTENT_LENGTH");
    int64_t want = 0;

    *len = 0;
    room[0] = '\0';
    if (fcgi_param_count(fcgi, "CONTENT_LENGTH") > 1)
        return PAY_BAD_BODY;
    if (said == NULL || *said == '\0')
        return PAY_OK;
    if (!str_to_i64(said, 0, INT64_MAX, &want))
        return said[0] != '0' && strspn(said, "0123456789") == strlen(said) ? PAY_TOO_LARGE
                                                                          : PAY_BAD_BODY;
    if ((uint64_t)want >= size || want > INT32_MAX)
        return PAY_TOO_LARGE;
    bool whole = fcgi->cgi ? read_stdin(room, (size_t)want) == (size_t)want
                           : read_stream(fcgi->request.in, room, (size_t)want);
    if (!whole)
        return PAY_BAD_BODY;
    room[want] = '\0';
    *len = (size_t)want;
    return PAY_OK;
}

static bool write_stdout(const char *at, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, at, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return true;
}

bool fcgi_write(struct fcgi *fcgi, const void *at, size_t len)
{
    const char *next = at;

    if (fcgi->cgi)
        return write_stdout(next, len);
    while (len > 0) {
        int chunk = len > INT16_MAX ? INT16_MAX : (int)len;
        if (FCGX_PutStr(next, chunk, fcgi->request.out) != chunk)
            return false;
        next += chunk;
        len -= (size_t)chunk;
    }
    return true;
}
