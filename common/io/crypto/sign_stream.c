/* sign_stream.c - see sign_stream.h. */
#include "io/crypto/sign_stream.h"

#include <stdlib.h>
#include <openssl/evp.h>

struct sign_stream {
    EVP_MD_CTX *ctx;
    bool good;
};

struct sign_stream *sign_stream_open(enum sign_digest digest)
{
    struct sign_stream *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    s->ctx = EVP_MD_CTX_new();
    s->good = s->ctx &&
              EVP_DigestInit_ex(s->ctx, digest == SIGN_SHA1 ? EVP_sha1() : EVP_sha256(), NULL) == 1;
    return s;
}

void sign_stream_add(struct sign_stream *s, const void *at, size_t len)
{
    s->good = s->good && EVP_DigestUpdate(s->ctx, at, len) == 1;
}

bool sign_stream_end(struct sign_stream *s, struct text *hex)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    s->good = s->good && EVP_DigestFinal_ex(s->ctx, bytes, &size) == 1;
    if (s->good)
        text_add_hex(hex, bytes, size);
    return s->good && !hex->full;
}

void sign_stream_close(struct sign_stream **s)
{
    if (*s) {
        EVP_MD_CTX_free((*s)->ctx);
        free(*s);
    }
    *s = NULL;
}
