/* server.c - prefork: the parent waits for signals and forks; nothing else it does can fail. */
#include "web/skeleton/server.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "io/fcgi/fcgi.h"

#define SHORT_LIFE_US INT64_C(300000) /* a worker that ends sooner failed to start */
#define FORK_PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define LAST_WAIT_US INT64_C(20000000) /* for requests in hand at the end */

struct child {
    pid_t pid;
    int64_t started_us;
};

struct server {
    struct child children[WORKERS_MAX];
    int64_t count;
    server_work *work;
    void *arg;
    int64_t pause_ms, next_fork_us; /* while workers die young */
    int code;
    sigset_t mask, before;
};

static volatile sig_atomic_t told_to_end;
static size_t place;

static void on_term(int signal_number)
{
    told_to_end = signal_number;
    fcgi_stop();
}

bool server_ends(void)
{
    return told_to_end != 0;
}

size_t server_place(void)
{
    return place;
}

/* A worker ends at SIGTERM, and when its parent is gone. Ctrl-C reaches it through the parent. */
static _Noreturn void be_worker(const struct server *server, pid_t parent)
{
    struct sigaction term = { .sa_handler = on_term };

    sigaction(SIGTERM, &term, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, &server->before, NULL);
    if (getppid() != parent)
        exit(0);
    exit(server->work(server->arg));
}

static void start_one(struct server *server, struct child *child)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();

    if (pid == 0) {
        place = (size_t)(child - server->children);
        be_worker(server, parent);
    }
    if (pid < 0) {
        log_event(LOG_ERROR, "worker.fork", KV("text", strerror(errno)));
        server->next_fork_us = clock_ticks_us() + PAUSE_MAX_MS * 1000;
        return;
    }
    *child = (struct child){ pid, clock_ticks_us() };
}

static void start_missing(struct server *server)
{
    for (int64_t i = 0; i < server->count && clock_ticks_us() >= server->next_fork_us; i++) {
        if (server->children[i].pid == 0)
            start_one(server, &server->children[i]);
    }
}

/* A worker that ran for a while is replaced at once, and so is one that was killed or that served
 * its share of requests. One that fails soon after its start is replaced after a growing pause. */
static void note_end(struct server *server, const struct child *child, int status)
{
    const int64_t now = clock_ticks_us();
    const bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;

    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG)
        server->code = EXIT_CONFIG;
    if (!well)
        log_event(LOG_ERROR, "worker.died", KN("worker", child->pid),
                  KN("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
                  KN("exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (well || killed || now - child->started_us >= SHORT_LIFE_US) {
        server->pause_ms = 0;
        return;
    }
    server->pause_ms = server->pause_ms == 0 ? FORK_PAUSE_MIN_MS : server->pause_ms * 2;
    if (server->pause_ms > PAUSE_MAX_MS)
        server->pause_ms = PAUSE_MAX_MS;
    server->next_fork_us = now + server->pause_ms * 1000;
}

static int64_t reap(struct server *server)
{
    int64_t alive = 0;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int64_t i = 0; i < server->count; i++) {
            if (server->children[i].pid != pid)
                continue;
            note_end(server, &server->children[i], status);
            server->children[i].pid = 0;
        }
    }
    for (int64_t i = 0; i < server->count; i++)
        alive += server->children[i].pid != 0;
    return alive;
}

static void signal_all(const struct server *server, int signal_number)
{
    for (int64_t i = 0; i < server->count; i++) {
        if (server->children[i].pid != 0)
            kill(server->children[i].pid, signal_number);
    }
}

/* Waits for a signal; only 20 ms when there is other work soon. 0: none came. */
static int next_signal(const struct server *server, bool soon)
{
    const struct timespec wait = { .tv_sec = soon ? 0 : 60, .tv_nsec = soon ? 20000000 : 0 };
    const int got = sigtimedwait(&server->mask, NULL, &wait);

    return got > 0 ? got : 0;
}

static void end_all(struct server *server)
{
    const int64_t limit = clock_ticks_us() + LAST_WAIT_US;

    signal_all(server, SIGTERM);
    while (reap(server) > 0) {
        if (clock_ticks_us() > limit)
            signal_all(server, SIGKILL);
        next_signal(server, true);
    }
}

static void block_signals(struct server *server)
{
    static const int OURS[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD };

    sigemptyset(&server->mask);
    for (size_t i = 0; i < COUNT(OURS); i++)
        sigaddset(&server->mask, OURS[i]);
    sigprocmask(SIG_BLOCK, &server->mask, &server->before);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* if ignored, children's ends are lost */
}

int server_run(int64_t workers, server_work *work, void *arg)
{
    static struct server server;
    bool stop = false;

    server = (struct server){ .count = workers < WORKERS_MAX ? workers : WORKERS_MAX,
                              .work = work,
                              .arg = arg };
    block_signals(&server);
    log_event(LOG_INFO, "server.start", KN("workers", server.count));
    while (!stop && server.code == 0) {
        start_missing(&server);
        if (clock_ticks_us() >= server.next_fork_us)
            server.next_fork_us = 0;
        const int got = next_signal(&server, server.next_fork_us > 0);
        stop = got != 0 && got != SIGCHLD;
        reap(&server);
    }
    end_all(&server);
    log_event(LOG_INFO, "server.stop", KN("exit", server.code));
    return server.code;
}
