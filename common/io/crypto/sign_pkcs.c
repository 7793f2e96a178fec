/* sign_pkcs.c - PKCS#12 files, as WeChat Pay hands out a merchant's key. They are encrypted with
 * ciphers that OpenSSL 3 keeps in its provider "legacy", which is loaded for this file alone. */
#include <stdlib.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include "io/crypto/cert.h"

/* A library context of its own, with the old ciphers when this machine has them. */
struct p12_library {
    OSSL_LIB_CTX *ctx;
    OSSL_PROVIDER *usual, *legacy;
};

static struct p12_library p12_library_open(void)
{
    struct p12_library library = { .ctx = OSSL_LIB_CTX_new() };

    if (!library.ctx)
        abort();
    library.usual = OSSL_PROVIDER_load(library.ctx, "default");
    library.legacy = OSSL_PROVIDER_load(library.ctx, "legacy");
    return library;
}

static void p12_library_close(struct p12_library *library)
{
    if (library->legacy)
        (void)OSSL_PROVIDER_unload(library->legacy);
    if (library->usual)
        (void)OSSL_PROVIDER_unload(library->usual);
    OSSL_LIB_CTX_free(library->ctx);
    ERR_clear_error();
}

static PKCS12 *p12_of(OSSL_LIB_CTX *ctx, const void *at, size_t len)
{
    PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);
    const unsigned char *from = at;

    return p12 && d2i_PKCS12(&p12, &from, (long)len) ? p12 : NULL;
}

static bool bio_take(BIO *bio, struct text *to)
{
    char *at = NULL;
    const long len = BIO_get_mem_data(bio, &at);

    if (len > 0)
        text_add_n(to, at, (size_t)len);
    return len > 0 && !to->full;
}

static bool pems_write(EVP_PKEY *key, X509 *cert, struct text *private_pem, struct text *cert_pem)
{
    BIO *secret = BIO_new(BIO_s_secmem()), *open = BIO_new(BIO_s_mem());

    if (!secret || !open)
        abort();
    const bool ok = PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                    PEM_write_bio_X509(open, cert) == 1 && bio_take(secret, private_pem) &&
                    bio_take(open, cert_pem);
    BIO_free(secret);
    BIO_free(open);
    return ok;
}

bool cert_p12_open(const void *p12, size_t len, const char *password, struct text *private_pem,
                   struct text *cert_pem)
{
    struct p12_library library = p12_library_open();
    PKCS12 *file = p12_of(library.ctx, p12, len);
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;

    const bool ok = file && PKCS12_parse(file, password, &key, &cert, NULL) == 1 && key && cert &&
                    pems_write(key, cert, private_pem, cert_pem);
    X509_free(cert);
    EVP_PKEY_free(key);
    PKCS12_free(file);
    p12_library_close(&library);
    return ok;
}
