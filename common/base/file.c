/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"

enum pay_err fd_read(int fd, char *room, size_t size, size_t *len)
{
    *len = 0;
    while (*len < size) {
        ssize_t got = read(fd, room + *len, size - *len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return PAY_NO_ROW;
        if (got == 0)
            return PAY_OK;
        *len += (size_t)got;
    }
    return PAY_FULL;
}

bool fd_write(int fd, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && errno != EINTR)
            return false;
        at += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

enum pay_err file_bytes(const char *path, char *room, size_t size, size_t *len)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    *len = 0;
    if (fd < 0)
        return PAY_NO_ROW;
    enum pay_err err = fd_read(fd, room, size, len);
    const int saved_errno = errno;
    close(fd);
    errno = saved_errno;
    if (err != PAY_OK)
        *len = 0;
    if (size > 0)
        room[*len] = '\0';
    return err;
}

int file_unnamed(void)
{
    return open(str_or(getenv("TMPDIR"), "/tmp"), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

size_t line_end_cut(char *text, size_t len)
{
    if (len > 0 && text[len - 1] == '\n')
        len -= len > 1 && text[len - 2] == '\r' ? 2 : 1;
    text[len] = '\0';
    return len;
}

enum pay_err file_read(const char *path, char *room, size_t size)
{
    size_t len;

    enum pay_err err = file_bytes(path, room, size, &len);
    if (size > 0)
        (void)line_end_cut(room, len);
    return err;
}

static bool is_printable_ascii(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return !*text;
}

const char *secret_problem(const char *text)
{
    const size_t len = strlen(text);
    const char first = *text, last = len > 0 ? text[len - 1] : '\0';

    if (len == 0)
        return "it is empty";
    if (str_starts(text, "\xEF\xBB\xBF"))
        return "it begins with a byte-order mark: save it without one";
    if (strpbrk(text, "\r\n"))
        return "it holds a line end or a carriage return: want one line";
    if (!is_printable_ascii(text))
        return "it holds a character that is not printable ASCII";
    if (first == ' ' || last == ' ')
        return "a blank stands at its beginning or end: take it away";
    if (len > 1 && first == last && strchr("\"'`", first))
        return "quotes stand around it: write it without them";
    return NULL;
}
