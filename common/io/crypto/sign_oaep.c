/* sign_oaep.c - RSA-OAEP with SHA-1 and MGF1-SHA-1, as WeChat Pay encrypts names and accounts. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include "io/crypto/rsa.h"
#include "io/crypto/sign.h"
#include "io/crypto/sign_rsa_private.h"

#define BLOCK_MAX 1024 /* of a key of 8192 bits */

static void context_drop(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
    ERR_clear_error();
}
#define AUTO_CONTEXT __attribute__((cleanup(context_drop))) EVP_PKEY_CTX *

bool rsa_encrypt(const struct rsa_key *key, const void *at, size_t len, struct text *base64)
{
    uint8_t block[BLOCK_MAX];
    size_t size = sizeof(block);
    AUTO_CONTEXT ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

    if (!ctx || EVP_PKEY_encrypt_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_encrypt(ctx, block, &size, at, len) != 1)
        return false;
    sign_base64_add(base64, block, size);
    return !base64->full;
}

bool rsa_decrypt(const struct rsa_key *key, const char *base64, size_t len, struct text *to)
{
    uint8_t block[BLOCK_MAX], plain[BLOCK_MAX];
    size_t size = 0, plain_size = sizeof(plain);
    AUTO_CONTEXT ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

    if (!ctx || !sign_base64_read(base64, len, block, sizeof(block), &size) ||
        EVP_PKEY_decrypt_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_decrypt(ctx, plain, &plain_size, block, size) != 1)
        return false;
    text_add_n(to, plain, plain_size);
    sign_wipe(plain, sizeof(plain));
    return !to->full;
}
