/* sign.h - OpenSSL: digests, signatures, sealing, encodings. Any library error is false. */
#ifndef IO_SIGN_H
#define IO_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/text.h"

struct mac {
    uint8_t bytes[32];
};
#define MAC_HEX_SIZE 65

MUST_USE bool sign_sha256(const void *at, size_t len, struct mac *out);
/* Not for signatures: some channels name a file's SHA-1. */
#define SHA1_HEX_SIZE 41
MUST_USE bool sign_sha1_hex(const void *at, size_t len, char out[SHA1_HEX_SIZE]);
/* An empty key is refused. */
MUST_USE bool sign_hmac_sha256(const void *key, size_t key_len, const void *at, size_t len,
                               struct mac *out);
void sign_mac_hex(const struct mac *mac, char out[MAC_HEX_SIZE]);
/* True when text is exactly 64 lower-case hex digits of mac; constant time. */
bool sign_mac_is_hex(const struct mac *mac, const char *text);
bool sign_bytes_eq(const void *a, const void *b, size_t len); /* constant time */
void sign_wipe(void *at, size_t len);

/* RSA-SHA256, PKCS#1 v1.5. Keys: PEM, or one-line base64 of DER (PKCS#8, PKCS#1,
 * SubjectPublicKeyInfo). Under 2048 bits or with an exponent below 65537 they are refused. */
MUST_USE bool sign_rsa_public_ok(const char *key);
MUST_USE bool sign_rsa_verify(const char *public_key, const void *at, size_t len,
                              const char *signature_base64);
MUST_USE bool sign_rsa_sign(const char *private_key, const void *at, size_t len,
                            struct text *base64);
/* A new 2048- or 3072-bit pair as PEM. */
MUST_USE bool sign_rsa_new(int bits, struct text *private_pem, struct text *public_pem);
/* SHA-256 of the key's SubjectPublicKeyInfo DER: equal keys in other spellings give one print. */
MUST_USE bool sign_rsa_print(const char *public_key, struct mac *out);

/* Standard base64 with padding; decoding is strict (no blanks, canonical padding). */
void sign_base64_add(struct text *to, const void *at, size_t len);
MUST_USE bool sign_base64_read(const char *s, size_t len, uint8_t *out, size_t size,
                               size_t *out_len);

/* AES-256-GCM. sealed = 12 random bytes, ciphertext, 16 tag bytes: len + SIGN_SEAL_EXTRA. */
#define SIGN_SEAL_EXTRA 28
struct sign_lock {
    const uint8_t *key;
    const void *aad;
    size_t aad_len;
}; /* key: 32 bytes */
MUST_USE bool sign_seal(const struct sign_lock *lock, const void *at, size_t len, uint8_t *out);
/* With 12 bytes of the caller's, never used twice under one key: out is the ciphertext and the tag,
 * len + SIGN_TAG bytes. */
#define SIGN_TAG 16
MUST_USE bool sign_seal_with(const struct sign_lock *lock, const void *nonce, const void *at,
                             size_t len, uint8_t *out);
MUST_USE bool sign_unseal(const struct sign_lock *lock, const uint8_t *sealed, size_t sealed_len,
                          void *out);
#endif
