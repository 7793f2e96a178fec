/* seal.h - what the played WeChat Pay signs and encrypts: answers, notifications, resources. */
#ifndef SANDBOX_WECHAT_SEAL_H
#define SANDBOX_WECHAT_SEAL_H

#include "base/json_text.h"
#include "io/crypto/rsa.h"
#include "wire/wechat_text.h"

#define WECHAT_NONCE_SIZE 33 /* 32 characters */

/* A key that answers are signed with: the platform certificate's, or the public key's. */
struct wechat_voice {
    const char *serial; /* 40 hex digits, or PUB_KEY_ID_… */
    const struct rsa_key *key;
};
struct wechat_stamp {
    char timestamp[16], nonce[WECHAT_NONCE_SIZE], signature[1400];
    const char *serial;
};
/* A new time, nonce and signature over the body. */
MUST_USE bool wechat_stamp(const struct wechat_voice *voice, int64_t now_ms,
                           struct wechat_bytes body, struct wechat_stamp *out);
/* A signature that is wrong on purpose and says so: the merchant's check must fail on it. */
void wechat_stamp_probe(struct wechat_stamp *stamp);
/* The i-th of the five headers, "Name: value"; false: there is no more. */
MUST_USE bool wechat_stamp_header(const struct wechat_stamp *stamp, size_t i, struct text *to);

/* What a resource is made of; the 32 characters of the APIv3 key encrypt it. */
struct wechat_plain {
    const char *apiv3_key, *associated_data;
    struct wechat_bytes bytes;
    const char *nonce; /* 12 characters; NULL: new ones */
    bool aad_absent;   /* as if it were "", and the member is left out */
    bool bad_tag;      /* on purpose: it cannot be decrypted */
};
/* "algorithm", "ciphertext", "associated_data", "nonce", into the object under way. */
MUST_USE bool wechat_resource_write(const struct wechat_plain *plain, struct json_text *to);

/* A notification's whole body. */
struct wechat_event {
    const char *id, *event_type, *summary, *original_type;
    int64_t create_ms;
    bool extra; /* with members that no document names */
    struct wechat_plain plain;
};
MUST_USE bool wechat_event_write(const struct wechat_event *event, struct text *to);

void wechat_nonce(char *to, size_t size); /* letters and digits, size - 1 of them */

#endif
