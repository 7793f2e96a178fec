/* fcgi_socket.c - the Unix socket an executable listens on. Only a local nginx of our group may
 * reach it: libfcgi's parser has been broken from a socket before (CVE-2025-23016). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"
#include "io/fcgi/fcgi.h"

#define BACKLOG 4096 /* some seconds of work: a burst waits and is not answered 50301 */

bool fcgi_stdin_listens(void)
{
    int listens = 0;
    socklen_t size = sizeof(listens);

    return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

static enum pay_err listen_refused(const char *path, const char *why)
{
    log_event(LOG_ERROR, "fcgi.listen", KV("path", path), KV("text", why));
    return PAY_FAULT;
}

/* A full backlog (EAGAIN) is as alive as an accept. */
static bool is_served(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return true;
    bool alive = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
                 errno == EAGAIN || errno == EINPROGRESS;
    close(fd);
    return alive;
}

static enum pay_err make_way(const char *path, const struct sockaddr_un *address)
{
    struct stat there;

    if (lstat(path, &there) != 0)
        return errno == ENOENT ? PAY_OK : listen_refused(path, strerror(errno));
    if (!S_ISSOCK(there.st_mode))
        return listen_refused(path, "something that is not a socket stands there");
    if (is_served(address))
        return listen_refused(path, "another program listens there");
    return unlink(path) == 0 ? PAY_OK : listen_refused(path, strerror(errno));
}

enum pay_err fcgi_listen(const char *path, int *fd)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
        return listen_refused(path, "the path of a socket may have 107 bytes at most");
    enum pay_err err = make_way(path, &address);
    if (err != PAY_OK)
        return err;
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        return listen_refused(path, strerror(errno));
    mode_t before = umask(0117); /* 0660 from its first moment */
    int rc = bind(made, (const struct sockaddr *)&address, sizeof(address));
    umask(before);
    if (rc != 0 || chmod(path, 0660) != 0 || listen(made, BACKLOG) != 0) {
        err = listen_refused(path, strerror(errno));
        close(made);
        return err;
    }
    *fd = made;
    return PAY_OK;
}
