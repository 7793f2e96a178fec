/* sign_cbc.c - see sign_cbc.h. */
#include "io/crypto/sign_cbc.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include "io/crypto/sign.h"

#define BLOCK 16
#define TEXT_MAX (1 << 20)

/* out has room for len and one block more. */
static bool crypt(const char *key_base64, bool seal, const struct text *in, uint8_t *out,
                  size_t *out_len)
{
    static const uint8_t ZERO[BLOCK];
    uint8_t key[BLOCK];
    size_t key_len = 0;
    int first = 0, last = 0;

    if (!sign_base64_read(key_base64, strlen(key_base64), key, sizeof(key), &key_len) ||
        key_len != sizeof(key))
        return false;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx &&
              EVP_CipherInit_ex2(ctx, EVP_aes_128_cbc(), key, ZERO, seal ? 1 : 0, NULL) == 1 &&
              EVP_CipherUpdate(ctx, out, &first, (const uint8_t *)in->at, (int)in->len) == 1 &&
              EVP_CipherFinal_ex(ctx, out + first, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    sign_wipe(key, sizeof(key));
    *out_len = ok ? (size_t)(first + last) : 0;
    return ok;
}

bool sign_cbc_seal(const char *key_base64, const char *plain, size_t len, struct text *base64)
{
    size_t out_len = 0;

    if (len > TEXT_MAX)
        return false;
    char *copy = malloc(len + 1);
    uint8_t *out = malloc(len + BLOCK);
    if (!copy || !out)
        abort();
    memcpy(copy, plain, len);
    const struct text in = { .at = copy, .len = len, .size = len + 1 };
    const bool ok = crypt(key_base64, true, &in, out, &out_len);
    if (ok)
        sign_base64_add(base64, out, out_len);
    free(copy);
    free(out);
    return ok && !base64->full;
}

bool sign_cbc_open(const char *key_base64, const char *base64, char *out, size_t size, size_t *len)
{
    const size_t most = strlen(base64) + 1;
    size_t sealed_len = 0;

    *len = 0;
    if (most > TEXT_MAX)
        return false;
    char *sealed = malloc(most);
    uint8_t *plain = malloc(most + BLOCK);
    if (!sealed || !plain)
        abort();
    bool ok = sign_base64_read(base64, most - 1, (uint8_t *)sealed, most, &sealed_len);
    const struct text in = { .at = sealed, .len = sealed_len, .size = most };
    ok = ok && crypt(key_base64, false, &in, plain, len) && *len <= size;
    if (ok)
        memcpy(out, plain, *len);
    free(sealed);
    free(plain);
    return ok;
}
