/* sign.c - digests, MACs, sealing and base64. RSA is in sign_rsa.c.
 * Algorithms are fetched once per process and contexts kept: fetching costs more than hashing. */
#include "io/crypto/sign.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include "base/ulid.h"

#define IV_SIZE 12
#define TAG_SIZE 16
#define KEY_MAX (1 << 20) /* lengths cross into OpenSSL as int in places */

static const char HEX[] = "0123456789abcdef";

static EVP_MD *sha256(void)
{
    static EVP_MD *md;

    if (!md)
        md = EVP_MD_fetch(NULL, "SHA256", NULL);
    return md;
}

bool sign_sha256(const void *at, size_t len, struct mac *out)
{
    static EVP_MD_CTX *ctx;
    unsigned size = 0;

    if (!ctx)
        ctx = EVP_MD_CTX_new();
    return ctx && sha256() && EVP_DigestInit_ex2(ctx, sha256(), NULL) == 1 &&
           EVP_DigestUpdate(ctx, at, len) == 1 && EVP_DigestFinal_ex(ctx, out->bytes, &size) == 1 &&
           size == sizeof(out->bytes);
}

static EVP_MAC_CTX *hmac_context(void)
{
    static EVP_MAC_CTX *ctx;
    char digest[] = "SHA256";

    if (ctx)
        return ctx;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (!mac)
        return NULL;
    EVP_MAC_CTX *fresh = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (fresh && EVP_MAC_CTX_set_params(fresh, params) == 1)
        ctx = fresh;
    else
        EVP_MAC_CTX_free(fresh);
    return ctx;
}

bool sign_sha1_hex(const void *at, size_t len, char out[SHA1_HEX_SIZE])
{
    uint8_t digest[20];
    size_t size = 0;

    if (EVP_Q_digest(NULL, "SHA1", NULL, at, len, digest, &size) != 1 || size != sizeof(digest))
        return false;
    for (size_t i = 0; i < sizeof(digest); i++) {
        out[2 * i] = HEX[digest[i] >> 4];
        out[2 * i + 1] = HEX[digest[i] & 15];
    }
    out[SHA1_HEX_SIZE - 1] = '\0';
    return true;
}

/* An empty key would let anybody sign. */
bool sign_hmac_sha256(const void *key, size_t key_len, const void *at, size_t len, struct mac *out)
{
    EVP_MAC_CTX *ctx = hmac_context();
    size_t size = 0;

    if (!ctx || !key || key_len == 0 || key_len > KEY_MAX)
        return false;
    return EVP_MAC_init(ctx, key, key_len, NULL) == 1 && EVP_MAC_update(ctx, at, len) == 1 &&
           EVP_MAC_final(ctx, out->bytes, &size, sizeof(out->bytes)) == 1 &&
           size == sizeof(out->bytes);
}

void sign_mac_hex(const struct mac *mac, char out[MAC_HEX_SIZE])
{
    for (size_t i = 0; i < sizeof(mac->bytes); i++) {
        out[2 * i] = HEX[mac->bytes[i] >> 4];
        out[2 * i + 1] = HEX[mac->bytes[i] & 15];
    }
    out[MAC_HEX_SIZE - 1] = '\0';
}

bool sign_mac_is_hex(const struct mac *mac, const char *text)
{
    char ours[MAC_HEX_SIZE];

    if (!text || strlen(text) != MAC_HEX_SIZE - 1)
        return false;
    sign_mac_hex(mac, ours);
    bool same = sign_bytes_eq(ours, text, MAC_HEX_SIZE - 1);
    sign_wipe(ours, sizeof(ours)); /* else a refused request leaves its right answer about */
    return same;
}

bool sign_bytes_eq(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void sign_wipe(void *at, size_t len)
{
    OPENSSL_cleanse(at, len);
}

/* ---- base64 */

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sign_base64_add(struct text *to, const void *at, size_t len)
{
    const uint8_t *byte = at;

    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t three = (uint32_t)byte[i] << 16;
        three |= have > 1 ? (uint32_t)byte[i + 1] << 8 : 0;
        three |= have > 2 ? (uint32_t)byte[i + 2] : 0;
        char four[4];
        for (unsigned k = 0; k < 4; k++)
            four[k] = k <= have ? ALPHABET[three >> (18 - 6 * k) & 63] : '=';
        text_add_n(to, four, sizeof(four));
    }
}

static int sextet(char c)
{
    const char *found = c == '\0' ? NULL : strchr(ALPHABET, c);

    return !found ? -1 : (int)(found - ALPHABET);
}

/* Canonical: the bits a short last group leaves over are zero, so each value has one spelling. */
bool sign_base64_read(const char *s, size_t len, uint8_t *out, size_t size, size_t *out_len)
{
    size_t pad = len > 0 && s[len - 1] == '=' ? (len > 1 && s[len - 2] == '=' ? 2 : 1) : 0;
    size_t want = len / 4 * 3;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0;

    if (len % 4 != 0 || want < pad || want - pad > size)
        return false;
    for (size_t i = 0; i < len - pad; i++) {
        int six = sextet(s[i]);
        if (six < 0)
            return false;
        bits = (bits << 6 | (uint32_t)six) & 0xFFFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t)(bits >> held);
        }
    }
    *out_len = n;
    return (bits & ((1U << held) - 1)) == 0;
}

/* ---- sealing */

static EVP_CIPHER_CTX *cipher_begin(const struct sign_lock *lock, const uint8_t *iv, int encrypt)
{
    static EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;

    if (!cipher)
        cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (ctx && cipher && lock->aad_len <= KEY_MAX &&
        EVP_CipherInit_ex2(ctx, cipher, lock->key, iv, encrypt, NULL) == 1 &&
        (lock->aad_len == 0 || EVP_CipherUpdate(ctx, NULL, &n, lock->aad, (int)lock->aad_len) == 1))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

bool sign_seal_with(const struct sign_lock *lock, const void *nonce, const void *at, size_t len,
                    uint8_t *out)
{
    int n = 0, rest = 0;

    if (len > KEY_MAX)
        return false;
    EVP_CIPHER_CTX *ctx = cipher_begin(lock, nonce, 1);
    if (!ctx)
        return false;
    bool ok = (len == 0 || EVP_CipherUpdate(ctx, out, &n, at, (int)len) == 1) &&
              EVP_CipherFinal_ex(ctx, out + n, &rest) == 1 && (size_t)(n + rest) == len &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, out + len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

bool sign_seal(const struct sign_lock *lock, const void *at, size_t len, uint8_t *out)
{
    random_bytes(out, IV_SIZE);
    return sign_seal_with(lock, out, at, len, out + IV_SIZE);
}

/* What came out before the tag was checked is wiped when it fails. */
bool sign_unseal(const struct sign_lock *lock, const uint8_t *sealed, size_t sealed_len, void *out)
{
    uint8_t tag[TAG_SIZE], *to = out;
    int n = 0, rest = 0;

    if (sealed_len < SIGN_SEAL_EXTRA || sealed_len - SIGN_SEAL_EXTRA > KEY_MAX)
        return false;
    size_t len = sealed_len - SIGN_SEAL_EXTRA;
    memcpy(tag, sealed + IV_SIZE + len, TAG_SIZE);
    EVP_CIPHER_CTX *ctx = cipher_begin(lock, sealed, 0);
    if (!ctx)
        return false;
    bool ok = (len == 0 || EVP_CipherUpdate(ctx, to, &n, sealed + IV_SIZE, (int)len) == 1) &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
              EVP_CipherFinal_ex(ctx, to + n, &rest) == 1 && (size_t)(n + rest) == len;
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!ok)
        sign_wipe(out, len);
    return ok;
}
