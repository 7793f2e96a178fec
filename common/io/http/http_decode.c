/* http_decode.c - an answer that came compressed, though identity was asked for. Not by curl: its
 * decoders of brotli and zstd take megabytes each, and it refuses codings it does not know. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include "io/http/http_private.h"

#define GZIP_OR_ZLIB (15 + 32)
#define RAW_DEFLATE (-15)

bool http_is_compressed(const char *value, size_t len)
{
    static const char *const CODINGS[] = { "gzip", "x-gzip", "deflate" };

    for (size_t i = 0; i < COUNT(CODINGS); i++)
        if (len == strlen(CODINGS[i]) && strncasecmp(value, CODINGS[i], len) == 0)
            return true;
    return false;
}

/* The length of what is in it, over HTTP_BODY_READ when there is more; -1: it is not so coded. */
static long inflate_into(const struct http_answer *a, char *room, int window)
{
    union {
        const char *in;
        Bytef *out;
    } same = { .in = a->body };
    z_stream stream = {
        .next_in = same.out,
        .avail_in = (uInt)a->body_len,
        .next_out = (Bytef *)room,
        .avail_out = HTTP_BODY_READ + 1,
    };

    if (inflateInit2(&stream, window) != Z_OK)
        return -1;
    int rc = inflate(&stream, Z_FINISH);
    long len = (long)(HTTP_BODY_READ + 1 - stream.avail_out);
    inflateEnd(&stream);
    return rc == Z_STREAM_END || stream.avail_out == 0 ? len : -1;
}

bool http_decode(struct http_answer *a, size_t keep)
{
    char *room = malloc(HTTP_BODY_READ + 2);

    if (!room)
        abort();
    long len = inflate_into(a, room, GZIP_OR_ZLIB);
    if (len < 0)
        len = inflate_into(a, room, RAW_DEFLATE);
    if (len >= 0) {
        a->body_len = (size_t)len;
        a->body_total = len;
        memcpy(a->body, room, len < HTTP_BODY_READ ? (size_t)len : HTTP_BODY_READ);
    }
    if (a->body_len > keep)
        a->body_len = keep;
    a->body[a->body_len] = '\0';
    free(room);
    return len <= HTTP_BODY_READ;
}
