/* fcgi_request.c - what a request holds: parameters and a body; and where its answer goes. */
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "base/text.h"
#include "io/fcgi/fcgi_private.h"

/* ---- parameters */

static const char *param_value(const char *pair, const char *name, size_t len)
{
    return pair[0] == name[0] && strncmp(pair, name, len) == 0 && pair[len] == '=' ? pair + len + 1
                                                                                   : NULL;
}

const char *fcgi_param(const struct fcgi *fcgi, const char *name)
{
    const size_t len = strlen(name);

    for (char **at = fcgi->params; at && *at; at++) {
        const char *value = param_value(*at, name, len);
        if (value)
            return value;
    }
    return NULL;
}

int fcgi_param_count(const struct fcgi *fcgi, const char *name)
{
    const size_t len = strlen(name);
    int count = 0;

    for (char **at = fcgi->params; at && *at; at++)
        count += param_value(*at, name, len) ? 1 : 0;
    return count;
}

const char *fcgi_param_at(const struct fcgi *fcgi, size_t i)
{
    for (char **at = fcgi->params; at && *at; at++, i--)
        if (i == 0)
            return *at;
    return NULL;
}

/* ---- bodies */

static bool read_stdin(char *room, size_t len)
{
    size_t have = 0;

    return len == 0 || (fd_read(STDIN_FILENO, room, len, &have) == PAY_FULL && have == len);
}

/* A stream that ends early reports no error, and one that goes on is no less a lie. */
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
    if (!said || *said == '\0')
        return PAY_OK;
    if (!str_to_i64(said, 0, INT64_MAX, &want))
        return said[0] != '0' && strspn(said, "0123456789") == strlen(said) ? PAY_TOO_LARGE
                                                                            : PAY_BAD_BODY;
    if ((uint64_t)want >= size || want > INT32_MAX)
        return PAY_TOO_LARGE;
    bool whole = fcgi->cgi ? read_stdin(room, (size_t)want)
                           : read_stream(fcgi->request->in, room, (size_t)want);
    if (!whole)
        return PAY_BAD_BODY;
    room[want] = '\0';
    *len = (size_t)want;
    return PAY_OK;
}

bool fcgi_write(struct fcgi *fcgi, const void *at, size_t len)
{
    const char *next = at;

    if (fcgi->cgi)
        return fd_write(STDOUT_FILENO, next, len);
    while (len > 0) {
        int chunk = len > INT16_MAX ? INT16_MAX : (int)len;
        if (FCGX_PutStr(next, chunk, fcgi->request->out) != chunk)
            return false;
        next += chunk;
        len -= (size_t)chunk;
    }
    return true;
}
