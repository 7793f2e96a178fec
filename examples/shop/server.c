/* server.c - prefork: N children accept from one socket, the parent replaces those that end. */
#include "server.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 256, WORKERS_MAX = 64, GRACE_SECONDS = 5 };

static volatile sig_atomic_t leaving;
static pid_t children[WORKERS_MAX + 1]; /* the last one is the job */

static void leave(int signal_number)
{
    (void)signal_number;
    leaving = 1;
}

/* SIGTERM is blocked but for this wait: it never cuts a request short, and is never missed. */
bool server_wait(int listener)
{
    struct pollfd door = { .fd = listener, .events = POLLIN };
    sigset_t open;

    sigemptyset(&open);
    while (!leaving && ppoll(&door, 1, NULL, &open) < 0 && errno == EINTR)
        continue;
    return !leaving;
}

bool server_pause(int seconds)
{
    const struct timespec time = { .tv_sec = seconds };
    sigset_t open;

    sigemptyset(&open);
    if (!leaving)
        ppoll(NULL, 0, &time, &open);
    return !leaving;
}

static pid_t hire(int listener, void (*work)(int listener))
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent)
        work(listener);
    exit(0);
}

static void tell_all(int workers, int signal_number)
{
    for (int i = 0; i < workers; i++) {
        if (children[i] > 0)
            kill(children[i], signal_number);
    }
}

/* Forgets the children that ended, and counts the others. */
static int bury(int workers)
{
    int alive = 0;
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (int i = 0; i < workers; i++)
            children[i] = children[i] == pid ? 0 : children[i];
    }
    for (int i = 0; i < workers; i++)
        alive += children[i] > 0;
    return alive;
}

static int open_socket(const char *path)
{
    mode_t before = umask(0117);
    int listener = FCGX_OpenSocket(path, BACKLOG);

    umask(before);
    /* One connection may wake two children; the slower must not wait inside accept(). */
    if (listener >= 0 && fcntl(listener, F_SETFL, O_NONBLOCK) != 0)
        return -1;
    return listener;
}

int server_run(const char *path, int workers, void (*work)(int listener), void (*job)(int listener))
{
    const struct timespec second = { .tv_sec = 1 };
    struct sigaction action = { .sa_handler = leave };
    sigset_t watched;

    sigemptyset(&watched);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGCHLD);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);

    int listener = open_socket(path);
    if (listener < 0) {
        fprintf(stderr, "shop: could not listen on %s\n", path);
        return 78;
    }
    for (int got = 0; got != SIGTERM && got != SIGINT;) {
        bury(workers + 1);
        for (int i = 0; i <= workers; i++) {
            if (children[i] <= 0)
                children[i] = hire(listener, i < workers ? work : job);
        }
        got = sigtimedwait(&watched, NULL, &second);
        if (got == SIGCHLD) /* a child that ends at once must not cause endless forks */
            nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    }
    tell_all(workers + 1, SIGTERM);
    for (int i = 0; i < GRACE_SECONDS && bury(workers + 1) > 0; i++)
        sigtimedwait(&watched, NULL, &second);
    tell_all(workers + 1, SIGKILL);
    unlink(path);
    return 0;
}
