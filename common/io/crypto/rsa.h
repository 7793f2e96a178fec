/* rsa.h - RSA keys that are read once and then used often. Reading one costs several times what a
 * signature check does. sign.h has the same for keys that are given as text each time. */
#ifndef IO_RSA_H
#define IO_RSA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "base/text.h"

struct rsa_key;

/* PEM, or one-line base64 of DER (PKCS#8, PKCS#1, SubjectPublicKeyInfo). NULL: it is no RSA key of
 * at least 2048 bits and with an exponent of at least 65537. The caller frees it with rsa_free. */
MUST_USE struct rsa_key *rsa_private(const char *text);
MUST_USE struct rsa_key *rsa_public(const char *text);
void rsa_free(struct rsa_key **key);
/* A public key whose private half nobody has: what is checked with it takes as long as with a real
 * key, and is never genuine. NULL: it could not be made. It is kept. */
struct rsa_key *rsa_stand_in(void);
/* Do the two belong together? */
bool rsa_is_pair(const struct rsa_key *one, const struct rsa_key *other);

/* RSA-SHA256, PKCS#1 v1.5; the signature is standard base64, and NULL is none. */
MUST_USE bool rsa_sign(const struct rsa_key *key, const void *at, size_t len, struct text *base64);
MUST_USE bool rsa_verify(const struct rsa_key *key, const void *at, size_t len, const char *base64);

/* RSA-OAEP with SHA-1, standard base64: for short texts (names, account numbers). */
MUST_USE bool rsa_encrypt(const struct rsa_key *key, const void *at, size_t len,
                          struct text *base64);
MUST_USE bool rsa_decrypt(const struct rsa_key *key, const char *base64, size_t len,
                          struct text *to);

#endif
