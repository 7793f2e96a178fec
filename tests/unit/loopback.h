/* loopback.h - a server on the loopback for unit tests: a process that serves one connection after
 * the other. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int loopback_port;
static pid_t loopback_pid;

static int loopback_open(void (*serve)(int fd))
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN);
    if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return -1;
    loopback_port = ntohs(at.sin_port);
    loopback_pid = fork();
    while (loopback_pid == 0) {
        int one = accept(fd, NULL, NULL);
        serve(one);
        close(one);
    }
    close(fd);
    return 0;
}

static int loopback_close(void **state)
{
    (void)state;
    kill(loopback_pid, SIGKILL);
    waitpid(loopback_pid, NULL, 0);
    return 0;
}

/* A whole answer; head has its status line and headers, without Content-Length. */
static inline void loopback_answer(int fd, const char *head, const char *body)
{
    char room[2048];
    int n = snprintf(room, sizeof(room), "%sContent-Length: %zu\r\nConnection: close\r\n\r\n", head,
                     strlen(body));

    if (write(fd, room, (size_t)n) < 0 || write(fd, body, strlen(body)) < 0)
        _exit(0);
}

#endif
