/* fcgi.c - requests: from libfcgi, or from the environment and stdin as a plain CGI has them.
 * The listening socket is in fcgi_socket.c. */
#include "io/fcgi/fcgi.h"

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
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define LISTENER UINT32_MAX    /* in an event's place for a slot's number */
#define WAKE (LISTENER - 1)
#define LEAVE_US 1500000        /* over nginx's keepalive_timeout for programs */
#define FAILURES_MAX 100        /* accepts in a row; then the worker leaves and is replaced */

struct fcgi {
    bool cgi;
    bool cgi_done;
    int listener;
    int events;                 /* epoll of the listener and of wake_fd */
    int failures;
    size_t connections;         /* how many it may hold: slots in use */
    bool listening;             /* the listener is among the events */
    int64_t leave_us;           /* when a stop no longer waits for clients to close theirs */
    char **params;              /* of the request in hand, NULL between requests */
    FCGX_Request *request;      /* its slot */
    FCGX_Request slots[FCGI_CONNECTIONS_MAX];
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

static bool watch(struct fcgi *fcgi, int fd, uint32_t what, uint32_t how)
{
    struct epoll_event event = { .events = EPOLLIN | how, .data.u32 = what };

    return epoll_ctl(fcgi->events, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST;
}

/* Not blocking, because several workers are woken for one connection and only one gets it. */
static bool listen_on(struct fcgi *fcgi, int fd)
{
    int flags = fcntl(fd, F_GETFL);
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    fcgi->listener = fd;
    fcgi->events = epoll_create1(EPOLL_CLOEXEC);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || wake < 0 || fcgi->events < 0 ||
        !watch(fcgi, wake, WAKE, 0) || FCGX_Init() != 0)
        return false;
    wake_fd = wake;
    for (size_t i = 0; i < FCGI_CONNECTIONS_MAX; i++)
        if (FCGX_InitRequest(&fcgi->slots[i], fd, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
            return false;
    return true;
}

struct fcgi *fcgi_open(int fd, size_t connections)
{
    struct fcgi *fcgi = calloc(1, sizeof(*fcgi));
    if (fcgi == NULL)
        abort();
    signal(SIGPIPE, SIG_IGN);
    fcgi->cgi = fd < 0;
    fcgi->listener = fcgi->events = -1;
    fcgi->connections = connections < 1 ? 1
                      : connections < FCGI_CONNECTIONS_MAX ? connections : FCGI_CONNECTIONS_MAX;
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
        for (size_t i = 0; i < FCGI_CONNECTIONS_MAX; i++)
            FCGX_Free(&(*fcgi)->slots[i], 1);
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

/* A slot for a new connection, NULL when it holds as many as it may; how many it holds. */
static FCGX_Request *free_slot(struct fcgi *fcgi, size_t *held)
{
    FCGX_Request *found = NULL;

    *held = 0;
    for (size_t i = 0; i < fcgi->connections; i++) {
        if (fcgi->slots[i].ipcFd >= 0)
            ++*held;
        else if (found == NULL)
            found = &fcgi->slots[i];
    }
    return found;
}

/* EXCLUSIVE wakes one worker for a connection, not all. Who holds all he may takes no more. */
static void listen_if(struct fcgi *fcgi, bool wanted)
{
    if (wanted == fcgi->listening)
        return;
    if (wanted)
        fcgi->listening = watch(fcgi, fcgi->listener, LISTENER, EPOLLEXCLUSIVE);
    else
        fcgi->listening = epoll_ctl(fcgi->events, EPOLL_CTL_DEL, fcgi->listener, NULL) != 0;
}

/* The client closes what it kept, never we: it may be sending just then. A stop waits for that. */
static bool over(struct fcgi *fcgi, size_t held, int *wait_ms)
{
    *wait_ms = -1;
    if (!stopping)
        return false;
    if (fcgi->leave_us == 0)
        fcgi->leave_us = clock_ticks_us() + LEAVE_US;
    int64_t left_us = fcgi->leave_us - clock_ticks_us();
    *wait_ms = (int)(left_us / 1000) + 1;
    return held == 0 || left_us <= 0;
}

/* Sleeps until something may have come, and gives the slot it came on, or NULL. */
static FCGX_Request *wait_for_one(struct fcgi *fcgi, FCGX_Request *empty, int wait_ms)
{
    struct epoll_event event;
    uint64_t told;
    char byte;

    if (epoll_wait(fcgi->events, &event, 1, wait_ms) != 1)
        return NULL;
    if (event.data.u32 == WAKE) {
        (void)!read(wake_fd, &told, sizeof(told));
        return NULL;
    }
    if (event.data.u32 == LISTENER)
        return empty;
    FCGX_Request *slot = &fcgi->slots[event.data.u32];
    if (recv(slot->ipcFd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        return slot;
    FCGX_Free(slot, 1);
    return NULL;
}

static bool nobody_there(int rc)
{
    return rc == -EAGAIN || rc == -EINTR || rc == -ECONNABORTED;
}

enum pay_err fcgi_accept(struct fcgi *fcgi)
{
    size_t held;
    int wait_ms;

    fcgi_finish(fcgi);
    if (fcgi->cgi)
        return accept_cgi(fcgi);
    while (fcgi->failures < FAILURES_MAX) {
        FCGX_Request *empty = free_slot(fcgi, &held);
        if (over(fcgi, held, &wait_ms))
            return PAY_STOP;
        listen_if(fcgi, empty != NULL && !stopping);
        FCGX_Request *slot = wait_for_one(fcgi, empty, wait_ms);
        if (slot == NULL)
            continue;
        int rc = FCGX_Accept_r(slot);
        if (rc == 0) {
            fcgi->failures = 0;
            fcgi->request = slot;
            fcgi->params = slot->envp;
            return PAY_OK;
        }
        if (!nobody_there(rc))
            fcgi->failures++;
    }
    log_event(LOG_ERROR, "fcgi.accept", KN("failures", fcgi->failures));
    return PAY_STOP;
}

void fcgi_finish(struct fcgi *fcgi)
{
    if (fcgi->params == NULL)
        return;
    fcgi->params = NULL;
    if (fcgi->cgi)
        return;
    FCGX_Request *slot = fcgi->request;
    /* Else libfcgi waits for the other side to close first, lest unread bytes break the answer. */
    if (slot->in != NULL && slot->in->isClosed)
        FCGX_Detach(slot);
    else
        FCGX_Attach(slot);
    FCGX_Finish_r(slot);
    if (slot->ipcFd >= 0 && !watch(fcgi, slot->ipcFd, (uint32_t)(slot - fcgi->slots), 0))
        FCGX_Free(slot, 1);
}

/* ---- parameters */

static const char *value_of(const char *pair, const char *name, size_t len)
{
    return pair[0] == name[0] && strncmp(pair, name, len) == 0 && pair[len] == '=' ? pair + len + 1
                                                                                  : NULL;
}

const char *fcgi_param(const struct fcgi *fcgi, const char *name)
{
    const size_t len = strlen(name);

    for (char **at = fcgi->params; at != NULL && *at != NULL; at++) {
        const char *value = value_of(*at, name, len);
        if (value != NULL)
            return value;
    }
    return NULL;
}

int fcgi_param_count(const struct fcgi *fcgi, const char *name)
{
    const size_t len = strlen(name);
    int count = 0;

    for (char **at = fcgi->params; at != NULL && *at != NULL; at++)
        count += value_of(*at, name, len) != NULL;
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
                           : read_stream(fcgi->request->in, room, (size_t)want);
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
        if (FCGX_PutStr(next, chunk, fcgi->request->out) != chunk)
            return false;
        next += chunk;
        len -= (size_t)chunk;
    }
    return true;
}
