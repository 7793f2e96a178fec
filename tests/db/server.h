/* server.h - a MariaDB of the test's own in a temp folder, and a proxy that cuts COMMITs. */
#ifndef TESTS_DB_SERVER_H
#define TESTS_DB_SERVER_H

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/clock.h"
#include "io/db/db_server.h"

struct server {
    char folder[64], socket[96], proxy_socket[96];
    pid_t pid, proxy;
    int *cut;
};
static inline struct db *open_at(const char *socket_path, const struct db_account *account)
{
    struct db_server where = { "" };

    snprintf(where.socket, sizeof(where.socket), "%s", socket_path);
    return db_open(&where, account);
}

enum cut { CUT_NOTHING, CUT_BEFORE_COMMIT_ARRIVES, CUT_AFTER_COMMIT_ARRIVED };

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static pid_t spawn(const char *folder, char *const argv[])
{
    char log[128];
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    snprintf(log, sizeof(log), "%s/log", folder);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    /* A server that starts deletes every #sql file of its temp folder: not other servers'. */
    setenv("TMPDIR", folder, 1);
    execvp(argv[0], argv);
    _exit(127);
}

static bool server_answers(const struct server *s)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
    bool ok = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
    close(fd);
    return ok;
}

static inline bool server_start(struct server *s)
{
    char data[128], sock[128], user[32], log[128];

    snprintf(data, sizeof(data), "--datadir=%s/data", s->folder);
    snprintf(sock, sizeof(sock), "--socket=%s", s->socket);
    snprintf(user, sizeof(user), "--user=%s", geteuid() == 0 ? "root" : "");
    snprintf(log, sizeof(log), "--log-error=%s/error.log", s->folder);
    char *argv[] = { (char[]){ "mariadbd" },
                     (char[]){ "--no-defaults" },
                     data,
                     sock,
                     log,
                     (char[]){ "--skip-networking" },
                     (char[]){ "--innodb-buffer-pool-size=32M" },
                     (char[]){ "--innodb-flush-log-at-trx-commit=1" },
                     geteuid() == 0 ? user : NULL,
                     NULL };
    s->pid = spawn(s->folder, argv);
    for (int i = 0; i < 300; i++) {
        if (server_answers(s))
            return true;
        clock_sleep_ms(100);
    }
    return false;
}

/* Returns when all of the server's threads have stopped; SIGCONT lets it go on. */
static inline void server_freeze(const struct server *s)
{
    kill(s->pid, SIGSTOP);
    waitpid(s->pid, NULL, WUNTRACED);
}

static void server_kill(struct server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

static bool server_make(struct server *s)
{
    char data[128];

    snprintf(s->folder, sizeof(s->folder), "/tmp/shroff-db-XXXXXX");
    if (mkdtemp(s->folder) == NULL)
        return false;
    snprintf(s->socket, sizeof(s->socket), "%s/s.sock", s->folder);
    snprintf(s->proxy_socket, sizeof(s->proxy_socket), "%s/p.sock", s->folder);
    snprintf(data, sizeof(data), "--datadir=%s/data", s->folder);
    char *argv[] = { (char[]){ "mariadb-install-db" },
                     (char[]){ "--no-defaults" },
                     data,
                     (char[]){ "--auth-root-authentication-method=normal" },
                     (char[]){ "--skip-test-db" },
                     (char[]){ "--force" },
                     geteuid() == 0 ? (char[]){ "--user=root" } : NULL,
                     NULL };
    int status;
    waitpid(spawn(s->folder, argv), &status, 0);
    return status == 0 && server_start(s);
}

static void server_drop(struct server *s)
{
    if (s->proxy > 0) {
        kill(s->proxy, SIGKILL);
        waitpid(s->proxy, NULL, 0);
    }
    if (s->pid > 0)
        server_kill(s);
    nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the proxy: one connection at a time */

/* A COMMIT, or the execution of a procedure that holds one: the first after its preparation. */
static bool commits(const char *packet, size_t n)
{
    static bool call_prepared;

    if (memmem(packet, n, "\26CALL order_open", 16) != NULL ||
        memmem(packet, n, "\26CALL order_pay", 15) != NULL)
        call_prepared = true;
    if (call_prepared && n > 4 && packet[4] == 23) { /* COM_STMT_EXECUTE */
        call_prepared = false;
        return true;
    }
    return memmem(packet, n, "\3COMMIT", 7) != NULL;
}

static bool passed_on(int from, int to, const int *cut, bool *end)
{
    char room[65536];
    ssize_t n = read(from, room, sizeof(room));

    if (n <= 0)
        return false;
    bool commit = cut != NULL && *cut != CUT_NOTHING && commits(room, (size_t)n);
    if (commit && *cut == CUT_BEFORE_COMMIT_ARRIVES)
        return false;
    if (write(to, room, (size_t)n) != n)
        return false;
    *end = commit;
    return true;
}

static void carry(int client, int server, const int *cut)
{
    struct pollfd fds[] = {
        { .fd = client, .events = POLLIN },
        { .fd = server, .events = POLLIN },
    };
    bool end = false;

    while (!end && poll(fds, 2, -1) > 0) {
        if (fds[0].revents != 0 && !passed_on(client, server, cut, &end))
            return;
        if (fds[1].revents != 0 && !end && !passed_on(server, client, NULL, &end))
            return;
    }
    clock_sleep_ms(300); /* the COMMIT is done; its answer is never carried back */
}

static void proxy_loop(const struct server *s, int listener)
{
    for (;;) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };
        int client = accept(listener, NULL, NULL), server = socket(AF_UNIX, SOCK_STREAM, 0);

        snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
        if (connect(server, (struct sockaddr *)&to, sizeof(to)) == 0)
            carry(client, server, s->cut);
        close(client);
        close(server);
    }
}

static inline void proxy_start(struct server *s)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    s->cut = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s", s->proxy_socket);
    if (bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(listener, 8) != 0)
        abort();
    s->proxy = fork();
    if (s->proxy == 0) {
        signal(SIGPIPE, SIG_IGN);
        proxy_loop(s, listener);
    }
    close(listener);
}

#endif
