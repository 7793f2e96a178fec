/* sign_rsa.c - RSA-SHA256 with PKCS#1 v1.5 padding, and the spellings keys come in. */
#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include "io/crypto/rsa.h"
#include "io/crypto/sign.h"
#include "io/crypto/sign_rsa_private.h"

#define BITS_MIN 2048
#define BITS_MAX 8192 /* a bigger key only burns our time */
#define EXPONENT_MIN 65537
#define DER_MAX 8192
#define SIGNATURE_MAX (BITS_MAX / 8)
#define CACHE_SLOTS 16

static void pkey_drop(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}
#define AUTO_PKEY __attribute__((cleanup(pkey_drop))) EVP_PKEY *

static void bio_drop(BIO **bio)
{
    BIO_free(*bio);
}
#define AUTO_BIO __attribute__((cleanup(bio_drop))) BIO *

static void digest_drop(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
    ERR_clear_error();
}
#define AUTO_DIGEST __attribute__((cleanup(digest_drop))) EVP_MD_CTX *

/* A key under a passphrase is refused; without this OpenSSL would ask the terminal. */
static int no_passphrase(char *room, int size, int writing, void *arg)
{
    (void)room;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One line of base64, blanks around it allowed. */
static bool der_of_line(const char *key, uint8_t *der, size_t size, size_t *len)
{
    size_t n = strlen(key);

    while (n > 0 && is_blank(key[n - 1]))
        n--;
    while (n > 0 && is_blank(*key)) {
        key++;
        n--;
    }
    return sign_base64_read(key, n, der, size, len);
}

static EVP_PKEY *decode(const uint8_t *at, size_t len, const char *form, int selection)
{
    EVP_PKEY *key = NULL;
    OSSL_DECODER_CTX *ctx =
        OSSL_DECODER_CTX_new_for_pkey(&key, form, NULL, "RSA", selection, NULL, NULL);
    bool ok = ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, no_passphrase, NULL) == 1 &&
              OSSL_DECODER_from_data(ctx, &at, &len) == 1;
    OSSL_DECODER_CTX_free(ctx);
    ERR_clear_error();
    /* DER ends where its key ends; PEM may be followed by a blank line. */
    if (ok && (strcmp(form, "PEM") == 0 || len == 0))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static EVP_PKEY *read_key(const char *key, int selection)
{
    uint8_t der[DER_MAX];
    size_t len = 0;

    if (!key)
        return NULL;
    if (strstr(key, "-----BEGIN "))
        return decode((const uint8_t *)key, strlen(key), "PEM", selection);
    EVP_PKEY *pkey = der_of_line(key, der, sizeof(der), &len) && len > 0
                         ? decode(der, len, "DER", selection)
                         : NULL;
    sign_wipe(der, sizeof(der));
    return pkey;
}

static bool strong(const EVP_PKEY *key)
{
    BIGNUM *e = NULL;
    int bits = EVP_PKEY_get_bits(key);

    if (!EVP_PKEY_is_a(key, "RSA") || bits < BITS_MIN || bits > BITS_MAX ||
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
        return false;
    bool ok = BN_is_odd(e) && BN_num_bits(e) <= 64 && BN_get_word(e) >= EXPONENT_MIN;
    BN_free(e);
    return ok;
}

static EVP_PKEY *read_public(const char *text)
{
    EVP_PKEY *key = read_key(text, EVP_PKEY_PUBLIC_KEY);

    if (key && strong(key))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static EVP_PKEY *read_private(const char *text)
{
    EVP_PKEY *key = read_key(text, EVP_PKEY_KEYPAIR);

    if (key && strong(key))
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

/* Reading a key costs several times what checking a signature does, so the last few are kept,
 * found by the digest of their text. */
static EVP_PKEY *public_key(const char *text)
{
    static struct {
        struct mac print;
        EVP_PKEY *key;
    } cache[CACHE_SLOTS];
    struct mac print;

    if (!text || !sign_sha256(text, strlen(text), &print))
        return NULL;
    size_t at = print.bytes[0] % CACHE_SLOTS;
    if (!cache[at].key || memcmp(&cache[at].print, &print, sizeof(print)) != 0) {
        EVP_PKEY *key = read_public(text);
        if (!key)
            return NULL;
        EVP_PKEY_free(cache[at].key);
        cache[at].key = key;
        cache[at].print = print;
    }
    return cache[at].key;
}

bool sign_rsa_public_ok(const char *key)
{
    AUTO_PKEY pkey = read_public(key);

    return pkey;
}

static bool verify(EVP_PKEY *key, const void *at, size_t len, const char *base64, size_t base64_len)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t size = 0;

    if (!sign_base64_read(base64, base64_len, signature, sizeof(signature), &size) ||
        size != (size_t)EVP_PKEY_get_size(key))
        return false;
    AUTO_DIGEST ctx = EVP_MD_CTX_new();
    return ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
           EVP_DigestVerify(ctx, signature, size, at, len) == 1;
}

bool sign_rsa_verify(const char *public_text, const void *at, size_t len,
                     const char *signature_base64)
{
    EVP_PKEY *key = public_key(public_text);

    return key && signature_base64 &&
           verify(key, at, len, signature_base64, strlen(signature_base64));
}

static bool sign(EVP_PKEY *key, const void *at, size_t len, struct text *base64)
{
    uint8_t signature[SIGNATURE_MAX];
    size_t size = sizeof(signature);

    AUTO_DIGEST ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) != 1 ||
        EVP_DigestSign(ctx, signature, &size, at, len) != 1)
        return false;
    sign_base64_add(base64, signature, size);
    return !base64->full;
}

bool sign_rsa_sign(const char *private_key, const void *at, size_t len, struct text *base64)
{
    AUTO_PKEY key = read_private(private_key);

    return key && sign(key, at, len, base64);
}

/* ---- keys that are read once: rsa.h */

static struct rsa_key *key_of(EVP_PKEY *pkey)
{
    struct rsa_key *key = pkey ? malloc(sizeof(*key)) : NULL;

    if (pkey && !key)
        abort();
    if (key)
        key->pkey = pkey;
    return key;
}

struct rsa_key *rsa_private(const char *text)
{
    return key_of(read_private(text));
}

struct rsa_key *rsa_public(const char *text)
{
    return key_of(read_public(text));
}

void rsa_free(struct rsa_key **key)
{
    if (*key)
        EVP_PKEY_free((*key)->pkey);
    free(*key);
    *key = NULL;
}

bool rsa_sign(const struct rsa_key *key, const void *at, size_t len, struct text *base64)
{
    return sign(key->pkey, at, len, base64);
}

bool rsa_verify(const struct rsa_key *key, const void *at, size_t len, const char *base64)
{
    return base64 && verify(key->pkey, at, len, base64, strlen(base64));
}

bool rsa_is_pair(const struct rsa_key *one, const struct rsa_key *other)
{
    return EVP_PKEY_eq(one->pkey, other->pkey) == 1;
}

static bool text_of_bio(BIO *bio, struct text *to)
{
    char *at = NULL;
    long len = BIO_get_mem_data(bio, &at);

    if (len <= 0)
        return false;
    text_add_n(to, at, (size_t)len);
    return !to->full;
}

bool sign_rsa_new(int bits, struct text *private_pem, struct text *public_pem)
{
    if (bits != 2048 && bits != 3072)
        return false;
    AUTO_PKEY key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
    AUTO_BIO private_bio = BIO_new(BIO_s_secmem());
    AUTO_BIO public_bio = BIO_new(BIO_s_mem());
    return key && private_bio && public_bio &&
           PEM_write_bio_PKCS8PrivateKey(private_bio, key, NULL, NULL, 0, NULL, NULL) == 1 &&
           PEM_write_bio_PUBKEY(public_bio, key) == 1 && text_of_bio(private_bio, private_pem) &&
           text_of_bio(public_bio, public_pem);
}

bool sign_rsa_print(const char *public_text, struct mac *out)
{
    uint8_t *der = NULL;
    AUTO_PKEY key = read_public(public_text);

    if (!key)
        return false;
    int len = i2d_PUBKEY(key, &der);
    bool ok = len > 0 && sign_sha256(der, (size_t)len, out);
    OPENSSL_free(der);
    return ok;
}

struct rsa_key *rsa_stand_in(void)
{
    static struct rsa_key *key;
    char private_pem[4096], public_pem[2048];
    struct text private_text = TEXT(private_pem), public_text = TEXT(public_pem);

    if (!key && sign_rsa_new(BITS_MIN, &private_text, &public_text))
        key = rsa_public(public_pem);
    sign_wipe(private_pem, sizeof(private_pem));
    return key;
}
