/* sign_stream.h - OpenSSL: the digest of what is added piece by piece. */
#ifndef IO_SIGN_STREAM_H
#define IO_SIGN_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include "io/crypto/sign.h"

/* SHA-1 is not for signatures: some channels name a file by it. */
enum sign_digest { SIGN_SHA1, SIGN_SHA256 };
struct sign_stream;
struct sign_stream *sign_stream_open(enum sign_digest digest);
void sign_stream_add(struct sign_stream *stream, const void *at, size_t len);
/* Writes lower-case hex: SHA1_HEX_SIZE or MAC_HEX_SIZE with the NUL. False when it did not work. */
MUST_USE bool sign_stream_end(struct sign_stream *stream, struct text *hex);
/* Sets the pointer NULL. */
void sign_stream_close(struct sign_stream **stream);

#endif
