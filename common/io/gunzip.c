/* gunzip.c - see gunzip.h. */
#include "io/gunzip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define GUNZIP_BITS (MAX_WBITS + 16) /* a gzip head and tail, not zlib's */
#define GUNZIP_PIECE 65536

struct gunzip {
    struct source source; /* first: they are one object */
    z_stream stream;
    int fd;
    bool over; /* the gzip file ended */
    unsigned char room[GUNZIP_PIECE];
};

/* False: the file cannot be read. At its end avail_in stays 0. */
static bool gunzip_fill(struct gunzip *g)
{
    ssize_t n;

    if (g->stream.avail_in > 0)
        return true;
    do
        n = read(g->fd, g->room, sizeof(g->room));
    while (n < 0 && errno == EINTR);
    g->stream.next_in = g->room;
    g->stream.avail_in = n > 0 ? (uInt)n : 0;
    return n >= 0;
}

static ptrdiff_t gunzip_fail(struct gunzip *g, const char *why)
{
    g->source.why = why;
    return -1;
}

static ptrdiff_t gunzip_end(struct gunzip *g)
{
    if (!gunzip_fill(g))
        return gunzip_fail(g, "the file cannot be read");
    return g->stream.avail_in == 0 ? 0 : gunzip_fail(g, "there is more behind the gzip file's end");
}

static ptrdiff_t gunzip_read(struct source *source, char *to, size_t size)
{
    struct gunzip *g = (struct gunzip *)source;
    const uInt most = size < GUNZIP_PIECE ? (uInt)size : GUNZIP_PIECE;

    g->stream.next_out = (Bytef *)to;
    g->stream.avail_out = most;
    while (!g->over && g->stream.avail_out == most) {
        if (!gunzip_fill(g))
            return gunzip_fail(g, "the file cannot be read");
        if (g->stream.avail_in == 0)
            return gunzip_fail(g, "the gzip file is cut short");
        const int rc = inflate(&g->stream, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END)
            return gunzip_fail(g, "it is no gzip file, or a damaged one");
        g->over = rc == Z_STREAM_END;
    }
    if (g->stream.avail_out < most)
        return (ptrdiff_t)(most - g->stream.avail_out);
    return gunzip_end(g);
}

static void gunzip_close(struct source *source)
{
    struct gunzip *g = (struct gunzip *)source;

    inflateEnd(&g->stream);
    free(g);
}

struct source *gunzip_open(int fd)
{
    struct gunzip *g = calloc(1, sizeof(*g));

    if (!g || inflateInit2(&g->stream, GUNZIP_BITS) != Z_OK)
        abort();
    g->source = (struct source){ .read = gunzip_read, .close = gunzip_close };
    g->fd = fd;
    if (lseek(fd, 0, SEEK_SET) != 0) {
        g->over = true;
        g->source.why = "the file cannot be read";
    }
    return &g->source;
}
