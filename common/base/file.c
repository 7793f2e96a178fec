/* file.c - file_read of config.h. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/config.h"

static enum pay_err read_all(int fd, char *room, size_t size, size_t *len)
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

enum pay_err file_read(const char *path, char *room, size_t size)
{
    size_t len = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return PAY_NO_ROW;
    enum pay_err err = read_all(fd, room, size, &len);
    close(fd);
    if (err != PAY_OK)
        len = 0;
    if (len > 0 && room[len - 1] == '\n')
        len--;
    if (size > 0)
        room[len] = '\0';
    return err;
}
