/* gzip.c - see gzip.h. */
#include "io/gzip.h"
#include <limits.h>
#define ZLIB_CONST /* next_in is only read */
#include <zlib.h>

#define GZIP_BITS (MAX_WBITS + 16) /* a gzip head and tail, not zlib's */
#define MEMORY 8

enum pay_err gzip_add(const void *at, size_t len, struct text *to)
{
    z_stream stream = { .zalloc = NULL };
    const size_t room = to->size - to->len;

    if (to->full || len > UINT_MAX || room > UINT_MAX || room < 2 ||
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_BITS, MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return PAY_FULL;
    stream.next_in = (z_const Bytef *)at;
    stream.avail_in = (uInt)len;
    stream.next_out = (Bytef *)to->at + to->len;
    stream.avail_out = (uInt)(room - 1);
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    to->len += done ? stream.total_out : 0;
    to->at[to->len] = '\0';
    deflateEnd(&stream);
    return done ? PAY_OK : PAY_FULL;
}
