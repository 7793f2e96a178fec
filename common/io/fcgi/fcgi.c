/* fcgi.c - connections: taken, kept and closed, and which one has a request. Plain CGI is one
 * request from the environment and stdin. The listening socket is made in fcgi_socket.c; what a
 * request holds is read in fcgi_request.c. */
#include "io/fcgi/fcgi_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define LISTENER UINT32_MAX /* in an event's place for a slot's number */
#define WAKE (LISTENER - 1)
#define STOP_WAIT_US 1500000 /* over nginx's keepalive_timeout for programs */
#define FAILURES_MAX 100     /* accepts in a row; then the worker leaves and is replaced */

extern char **environ;

static volatile sig_atomic_t stopping;
static volatile sig_atomic_t wake_fd = -1;
static struct fcgi *served; /* by this process; NULL: none, or plain CGI */

/* The flag stops an fcgi_accept that comes later, the descriptor one that sleeps already.
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

static bool watch(const struct fcgi *fcgi, int fd, uint32_t what, uint32_t how)
{
    struct epoll_event event = { .events = EPOLLIN | how, .data.u32 = what };

    return epoll_ctl(fcgi->events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* A kept connection is watched from its first request to its end: the kernel forgets it with its
 * descriptor. Meanwhile its slot has no listener, so libfcgi cannot take another connection into it
 * when this one breaks. */
static bool connection_keep(struct fcgi *fcgi, FCGX_Request *slot)
{
    if (slot->listen_sock < 0)
        return true;
    slot->listen_sock = -1;
    return watch(fcgi, slot->ipcFd, (uint32_t)(slot - fcgi->slots), EPOLLRDHUP);
}

static void connection_drop(const struct fcgi *fcgi, FCGX_Request *slot)
{
    FCGX_Free(slot, 1);
    slot->listen_sock = fcgi->listener;
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
    if (!fcgi)
        abort();
    signal(SIGPIPE, SIG_IGN);
    fcgi->cgi = fd < 0;
    fcgi->listener = fcgi->events = -1;
    fcgi->connections = connections < 1                      ? 1
                        : connections < FCGI_CONNECTIONS_MAX ? connections
                                                             : FCGI_CONNECTIONS_MAX;
    if (!fcgi->cgi && !listen_on(fcgi, fd)) {
        log_event(LOG_ERROR, "fcgi.open", KV("text", strerror(errno)));
        fcgi->failures = FAILURES_MAX;
    }
    served = fcgi->cgi ? NULL : fcgi;
    return fcgi;
}

void fcgi_close(struct fcgi **fcgi)
{
    if (!fcgi || !*fcgi)
        return;
    fcgi_finish(*fcgi);
    served = NULL;
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

/* Detached, else libfcgi waits for the other side to close first. */
void fcgi_slow(void)
{
    for (size_t i = 0; served && i < served->connections; i++) {
        FCGX_Request *slot = &served->slots[i];
        if (slot == served->request || slot->ipcFd < 0)
            continue;
        FCGX_Detach(slot);
        connection_drop(served, slot);
    }
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
        else if (!found)
            found = &fcgi->slots[i];
    }
    return found;
}

/* EXCLUSIVE wakes one worker for a connection, not all. A worker that holds as many connections as
 * it may does not listen. */
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
static bool stop_is_over(struct fcgi *fcgi, size_t held, int *wait_ms)
{
    *wait_ms = -1;
    if (!stopping)
        return false;
    if (fcgi->leave_us == 0)
        fcgi->leave_us = clock_ticks_us() + STOP_WAIT_US;
    int64_t left_us = fcgi->leave_us - clock_ticks_us();
    *wait_ms = (int)(left_us / 1000) + 1;
    return held == 0 || left_us <= 0;
}

/* Sleeps until something may have come, and gives the slot it came on, or NULL. */
static FCGX_Request *wait_for_one(struct fcgi *fcgi, FCGX_Request *empty, int wait_ms)
{
    struct epoll_event event;
    uint64_t count;
    char byte;

    if (epoll_wait(fcgi->events, &event, 1, wait_ms) != 1)
        return NULL;
    if (event.data.u32 == WAKE) {
        (void)!read(wake_fd, &count, sizeof(count));
        return NULL;
    }
    if (event.data.u32 == LISTENER)
        return empty;
    FCGX_Request *slot = &fcgi->slots[event.data.u32];
    if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0 ||
        recv(slot->ipcFd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        return slot;
    connection_drop(fcgi, slot);
    return NULL;
}

static bool nobody_there(int rc)
{
    return rc == -EAGAIN || rc == -EINTR || rc == -ECONNABORTED;
}

/* A kept connection that breaks in the middle of a request is EBADF: its slot has no listener. */
static bool request_take(struct fcgi *fcgi, FCGX_Request *slot)
{
    const bool kept = slot->listen_sock < 0;
    const int rc = FCGX_Accept_r(slot);

    if (rc == 0) {
        fcgi->failures = 0;
        fcgi->request = slot;
        fcgi->params = slot->envp;
        return true;
    }
    slot->listen_sock = fcgi->listener;
    if (!nobody_there(rc) && !(kept && rc == -EBADF))
        fcgi->failures++;
    return false;
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
        if (stop_is_over(fcgi, held, &wait_ms))
            return PAY_STOP;
        listen_if(fcgi, empty && !stopping);
        FCGX_Request *slot = wait_for_one(fcgi, empty, wait_ms);
        if (slot && request_take(fcgi, slot))
            return PAY_OK;
    }
    log_event(LOG_ERROR, "fcgi.accept", KN("failures", fcgi->failures));
    return PAY_STOP;
}

void fcgi_finish(struct fcgi *fcgi)
{
    if (!fcgi->params)
        return;
    fcgi->params = NULL;
    if (fcgi->cgi)
        return;
    FCGX_Request *slot = fcgi->request;
    /* Else libfcgi waits for the other side to close first, lest unread bytes break the answer. */
    if (slot->in && slot->in->isClosed)
        FCGX_Detach(slot);
    else
        FCGX_Attach(slot);
    FCGX_Finish_r(slot);
    if (slot->ipcFd < 0)
        slot->listen_sock = fcgi->listener;
    else if (!connection_keep(fcgi, slot))
        connection_drop(fcgi, slot);
}
