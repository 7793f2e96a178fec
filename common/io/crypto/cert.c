/* cert.c - see cert.h. */
#include "io/crypto/cert.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include "io/crypto/sign.h"
#include "io/crypto/sign_rsa_private.h"

#define ISSUER_MAX 1024
#define CERTS_MAX 16

/* The certificates of a text, in their order; a text with more than CERTS_MAX has none. */
static STACK_OF(X509) * certs_of(const char *pems)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    BIO *bio = BIO_new_mem_buf(pems, -1);
    X509 *one;

    if (!all || !bio)
        abort();
    while ((one = PEM_read_bio_X509(bio, NULL, NULL, NULL)) && sk_X509_num(all) < CERTS_MAX)
        if (sk_X509_push(all, one) == 0)
            abort();
    while (one && sk_X509_num(all) > 0)
        X509_free(sk_X509_pop(all));
    X509_free(one);
    BIO_free(bio);
    ERR_clear_error();
    return all;
}

static void certs_free(STACK_OF(X509) * all)
{
    sk_X509_pop_free(all, X509_free);
    ERR_clear_error();
}

/* ---- its names */

/* CN=…,OU=…,O=…,C=…: the parts in the other order than the certificate has them. */
static bool issuer_add(const X509 *cert, struct text *to)
{
    const X509_NAME *name = X509_get_issuer_name(cert);

    for (int i = X509_NAME_entry_count(name) - 1; i >= 0; i--) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        unsigned char *value = NULL;
        const int len = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(entry));
        text_add(to, OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry))));
        text_add_char(to, '=');
        if (len > 0)
            text_add_n(to, (const char *)value, (size_t)len);
        text_add(to, i > 0 ? "," : "");
        OPENSSL_free(value);
        if (len < 0)
            return false;
    }
    return !to->full;
}

static bool serial_add(const X509 *cert, char *(*spell)(const BIGNUM *), struct text *to)
{
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *digits = serial ? spell(serial) : NULL;
    const bool ok = digits;

    if (ok)
        text_add(to, digits);
    OPENSSL_free(digits);
    BN_free(serial);
    return ok && !to->full;
}

/* Of its issuer alone, or of its issuer and serial number. */
static bool cert_md5_add(const X509 *cert, bool serial, struct text *to)
{
    char room[ISSUER_MAX];
    struct text named = TEXT(room);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (!issuer_add(cert, &named) || (serial && !serial_add(cert, BN_bn2dec, &named)) ||
        EVP_Digest(named.at, named.len, digest, &len, EVP_md5(), NULL) != 1)
        return false;
    for (unsigned int i = 0; i < len; i++)
        text_addf(to, "%02x", digest[i]);
    return !to->full;
}

/* ---- one certificate */

static bool cert_key_take(const X509 *cert, struct rsa_key **out)
{
    unsigned char *der = NULL;
    const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    char room[4096];
    struct text base64 = TEXT(room);

    if (len > 0)
        sign_base64_add(&base64, der, (size_t)len);
    OPENSSL_free(der);
    *out = len > 0 && !base64.full ? rsa_public(room) : NULL;
    return *out;
}

static bool cert_time_take(const ASN1_TIME *time, int64_t *out)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    const bool ok = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;

    ASN1_TIME_free(epoch);
    *out = ((int64_t)days * 86400 + seconds) * 1000;
    return ok;
}

bool cert_read(const char *pem, struct cert *out)
{
    STACK_OF(X509) *all = certs_of(pem);
    const X509 *cert = sk_X509_value(all, 0);
    struct text serial = TEXT(out->serial), number = TEXT(out->number), issuer = TEXT(out->issuer);

    out->key = NULL;
    const bool ok = cert && cert_key_take(cert, &out->key) &&
                    serial_add(cert, BN_bn2hex, &serial) && cert_md5_add(cert, true, &number) &&
                    cert_md5_add(cert, false, &issuer) &&
                    cert_time_take(X509_get0_notBefore(cert), &out->start_time) &&
                    cert_time_take(X509_get0_notAfter(cert), &out->end_time);
    certs_free(all);
    return ok;
}

void cert_clear(struct cert *cert)
{
    rsa_free(&cert->key);
}

/* ---- several */

static bool signed_with_rsa(const X509 *cert)
{
    int kind = NID_undef;

    (void)OBJ_find_sigid_algs(X509_get_signature_nid(cert), NULL, &kind);
    return kind == NID_rsaEncryption;
}

bool cert_numbers(const char *pems, struct text *to)
{
    STACK_OF(X509) *all = certs_of(pems);
    size_t count = 0;
    bool ok = true;

    for (int i = 0; i < sk_X509_num(all) && ok; i++) {
        const X509 *cert = sk_X509_value(all, i);
        if (!signed_with_rsa(cert))
            continue;
        text_add(to, count++ > 0 ? "_" : "");
        ok = cert_md5_add(cert, true, to);
    }
    certs_free(all);
    return ok && count > 0;
}

/* X509_V_OK, or why the first of chain is not issued by one of trusted. */
static int chain_verify(X509_STORE *store, STACK_OF(X509) * chain, STACK_OF(X509) * trusted)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int why = X509_V_ERR_UNSPECIFIED;

    for (int i = 0; i < sk_X509_num(trusted); i++)
        (void)X509_STORE_add_cert(store, sk_X509_value(trusted, i));
    if (ctx && sk_X509_num(chain) > 0 &&
        X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) == 1)
        why = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    return why;
}

static int issue_check(const char *pem, const char *roots, unsigned long flags)
{
    STACK_OF(X509) *chain = certs_of(pem), *trusted = certs_of(roots);
    X509_STORE *store = X509_STORE_new();

    if (!store || X509_STORE_set_flags(store, flags) != 1)
        abort();
    const int why = chain_verify(store, chain, trusted);
    X509_STORE_free(store);
    certs_free(chain);
    certs_free(trusted);
    return why;
}

bool cert_is_issued(const char *pem, const char *roots)
{
    return issue_check(pem, roots, 0) == X509_V_OK;
}

bool cert_is_alien(const char *pem, const char *roots)
{
    switch (issue_check(pem, roots, X509_V_FLAG_NO_CHECK_TIME)) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return true;
    default:
        return false;
    }
}
