/* cert.h - X.509 certificates of channels: what their protocols read from one. */
#ifndef IO_CERT_H
#define IO_CERT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/text.h"
#include "io/crypto/rsa.h"

struct cert {
    struct rsa_key *key; /* its public key */
    char serial[65];     /* hex, upper case: how WeChat Pay names it */
    char number[33];     /* MD5 of its issuer and serial number, hex: how Alipay names it */
    char issuer[33];     /* MD5 of its issuer's name, hex: equal when one authority issued both */
    int64_t start_time, end_time; /* ms; it is valid between them */
};

/* The first certificate of a PEM text. False: there is none, or its key is no RSA key of at least
 * 2048 bits. The caller frees it with cert_clear, which also may be called after false. */
MUST_USE bool cert_read(const char *pem, struct cert *out);
void cert_clear(struct cert *cert);
/* The numbers of all certificates of a PEM text that are signed with RSA, joined by `_`: how Alipay
 * names a file of root certificates (alipay-sdk, getSN). False: there is none. */
MUST_USE bool cert_numbers(const char *pems, struct text *to);
/* Is the first certificate of pem issued, by way of those that follow it, by one of roots? Today's
 * date must be within the dates of all. */
MUST_USE bool cert_is_issued(const char *pem, const char *roots);
/* Does the first certificate of pem lead to a root that is none of roots, or is its signature by
 * one of them wrong? False also when the certificate between is missing. Dates do not matter. */
MUST_USE bool cert_is_alien(const char *pem, const char *roots);

/* A PKCS#12 file (.p12): its private key and the certificate of it, both as PEM. Old ciphers are
 * read, too: WeChat Pay's files have them. False: it is none, or the password is another one. */
MUST_USE bool cert_p12_open(const void *p12, size_t len, const char *password,
                            struct text *private_pem, struct text *cert_pem);

#endif
