/* charset.c - see charset.h. */
#include "io/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHARSET_PIECE 32768

struct charset {
    struct source source; /* first: they are one object */
    struct source *from;
    iconv_t way;
    char room[CHARSET_PIECE];
    size_t len; /* bytes in room that are not converted yet */
    bool over;
};

static ptrdiff_t charset_fail(struct charset *c, const char *why)
{
    c->source.why = why;
    return -1;
}

/* 1: there is more, 0: the end, -1. */
static ptrdiff_t charset_fill(struct charset *c)
{
    const ptrdiff_t n =
        c->over ? 0 : c->from->read(c->from, c->room + c->len, sizeof(c->room) - c->len);

    if (n < 0)
        return charset_fail(c, c->from->why);
    c->over = n == 0;
    c->len += (size_t)n;
    return n > 0;
}

static ptrdiff_t charset_read(struct source *source, char *to, size_t size)
{
    struct charset *c = (struct charset *)source;
    char *out = to;
    size_t left = size;

    if (c->way == (iconv_t)-1)
        return charset_fail(c, "this system cannot read GB18030");
    while (left == size) {
        char *in = c->room;
        size_t rest = c->len;
        const bool stopped = c->len > 0 && iconv(c->way, &in, &rest, &out, &left) == (size_t)-1;
        if (stopped && errno == EILSEQ)
            return charset_fail(c, "the text is not in GBK");
        memmove(c->room, in, rest);
        c->len = rest;
        if (left < size)
            break;
        const ptrdiff_t more = charset_fill(c);
        if (more < 0)
            return -1;
        if (more == 0)
            return c->len == 0 ? 0 : charset_fail(c, "the text ends within a character of GBK");
    }
    return (ptrdiff_t)(size - left);
}

static void charset_close(struct source *source)
{
    struct charset *c = (struct charset *)source;

    source_close(&c->from);
    if (c->way != (iconv_t)-1)
        iconv_close(c->way);
    free(c);
}

struct source *charset_from_gbk(struct source *from)
{
    struct charset *c = calloc(1, sizeof(*c));

    if (!c)
        abort();
    c->source = (struct source){ .read = charset_read, .close = charset_close };
    c->from = from;
    c->way = iconv_open("UTF-8", "GB18030");
    return &c->source;
}
