/* wechat_key.h - the keys of a WeChat Pay account, read once from its configuration, and the
 * certificates that WeChat Pay sent since then. */
#ifndef CHANNEL_WECHAT_KEY_H
#define CHANNEL_WECHAT_KEY_H

#include "channel/product.h"
#include "io/crypto/cert.h"
#include "wire/wechat_text.h"

#define WECHAT_URL_MAX 256
#define WECHAT_SERIAL_SIZE 65
#define WECHAT_CERTS_MAX 8
#define WECHAT_PLAIN_MAX 16384 /* of what is encrypted with the APIv3 key */

/* A key by which WeChat Pay signs, and the name that its messages give it. */
struct wechat_signer {
    char serial[WECHAT_SERIAL_SIZE];
    struct rsa_key *key; /* NULL: the configuration has none */
};
/* Platform certificates that WeChat Pay sent. */
struct wechat_learned {
    struct cert certs[WECHAT_CERTS_MAX];
    size_t count;
    int64_t next_look; /* ticks, ms: no look at the notes before */
    /* Why the last fetch brought none: code and text. "": it did, or WeChat Pay did not answer. */
    char refusal[65], refusal_msg[256];
};
struct wechat_keys {
    char mchid[33], appid[33], serial[WECHAT_SERIAL_SIZE], apiv3[33];
    char base[WECHAT_URL_MAX], backup[WECHAT_URL_MAX]; /* backup "": there is none */
    struct rsa_key *own;
    int64_t own_end; /* of the merchant's certificate; 0: it was not given */
    struct wechat_signer public_key, platform;
    struct wechat_learned *learned;
};

/* The headers that sign an answer or a notification. */
struct wechat_stamp {
    const char *timestamp, *nonce, *signature, *serial;
    bool stranger; /* anybody may have sent it: no wait for another process */
};
/* The signer is known, or its certificate can be fetched; the time is within 300 s; the signature
 * is right. A signature probe fails like any wrong signature. account NULL: PAY_BAD_SIGN, after as
 * much work as for a wrong signature. */
MUST_USE enum pay_err wechat_verify(const struct channel_account *account,
                                    const struct wechat_stamp *stamp, struct wechat_bytes body);
/* The key that a request names and its sensitive members are encrypted with: the public key, else
 * the newest certificate. NULL: none is known. The result lives until the next search. */
struct wechat_named {
    const char *serial;
    const struct rsa_key *key;
};
struct wechat_named wechat_key_named(const struct wechat_keys *keys);
/* The same; searches when none is known. */
struct wechat_named wechat_key_wanted(const struct channel_account *account);

/* A sensitive member, for the key that a request names. NULL is "". PAY_REFUSED: it is too long, as
 * out then says; PAY_FULL: no key is known. */
#define WECHAT_SECRET_SIZE 1400 /* base64 of what a key of 8192 bits encrypts */
MUST_USE enum pay_err wechat_encrypt(const struct channel_account *account, const char *plain,
                                     char to[WECHAT_SECRET_SIZE], struct channel_said *out);

/* Of the configuration and of those that WeChat Pay sent; NULL: not known. */
const struct rsa_key *wechat_key_known(const struct wechat_keys *keys, const char *serial);
/* The signature alone. */
MUST_USE bool wechat_sign_is_right(const struct rsa_key *key, const struct wechat_stamp *stamp,
                                   struct wechat_bytes body);

/* wechat_cert.c: searches for the certificate of that serial number (NULL: any): in the notes, then
 * at WeChat Pay, where all processes together ask once in CHANNEL_NOTE_GAP_S. */
void wechat_cert_search(const struct channel_account *account, const char *serial, bool stranger);
/* Reads the notes alone. */
void wechat_certs_recall(const struct channel_account *account);
void wechat_certs_free(struct wechat_learned **learned);

#endif
