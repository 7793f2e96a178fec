/* fcgi_ask.c - asks a FastCGI program for an address it does not have: any answer is a sign of
 * life, and nothing is changed. A connection proves nothing: the kernel and systemd take it. */
#include "io/fcgi/fcgi_ask.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/text.h"

#define RECORD_HEAD 8
enum { FCGI_BEGIN = 1, FCGI_PARAMS = 4, FCGI_STDIN = 5, FCGI_STDOUT = 6 };

static void record_add(struct text *to, int type, const char *content, size_t len)
{
    const char head[RECORD_HEAD] = { 1, (char)type, 0, 1, (char)(len >> 8), (char)(len & 255) };

    text_add_n(to, head, sizeof(head));
    text_add_n(to, content, len);
}

static void request(struct text *to)
{
    static const char *const PARAMS[][2] = {
        { "REQUEST_METHOD", "GET" },       { "REQUEST_URI", "/doctor" },
        { "SCRIPT_NAME", "/doctor" },      { "QUERY_STRING", "" },
        { "SERVER_PROTOCOL", "HTTP/1.1" }, { "REMOTE_ADDR", "127.0.0.1" },
        { "HTTP_HOST", "localhost" },
    };
    static const char RESPONDER[8] = { 0, 1 };
    char room[512];
    struct text params = TEXT(room);

    for (size_t i = 0; i < COUNT(PARAMS); i++) {
        text_add_char(&params, (char)strlen(PARAMS[i][0]));
        text_add_char(&params, (char)strlen(PARAMS[i][1]));
        text_add(&params, PARAMS[i][0]);
        text_add(&params, PARAMS[i][1]);
    }
    record_add(to, FCGI_BEGIN, RESPONDER, sizeof(RESPONDER));
    record_add(to, FCGI_PARAMS, params.at, params.len);
    record_add(to, FCGI_PARAMS, "", 0);
    record_add(to, FCGI_STDIN, "", 0);
}

static const char *exchange(int fd, int timeout_ms)
{
    char room[1024], head[RECORD_HEAD];
    struct text all = TEXT(room);
    struct pollfd wait = { .fd = fd, .events = POLLIN };

    request(&all);
    if (send(fd, all.at, all.len, MSG_NOSIGNAL) != (ssize_t)all.len)
        return strerror(errno);
    if (poll(&wait, 1, timeout_ms) != 1)
        return "it takes connections and does not answer: stopped, hanging, or all its workers are"
               " busy";
    return recv(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) && head[1] == FCGI_STDOUT
               ? NULL
               : "it hung up instead of an answer";
}

const char *fcgi_ask(const char *path, int timeout_ms)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const char *why = NULL;

    if (fd < 0)
        return strerror(errno);
    if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
        why = "the socket's path is too long";
    else if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        why = errno == ENOENT         ? "its socket is not there"
              : errno == ECONNREFUSED ? "no process listens on its socket: it has ended"
              : errno == EAGAIN       ? "its queue is full: stopped, hanging, or overloaded"
                                      : strerror(errno);
    else
        why = exchange(fd, timeout_ms);
    close(fd);
    return why;
}
