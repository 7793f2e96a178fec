/* keys.h - the demo merchant of the played WeChat Pay, and the keys of both sides. */
#ifndef SANDBOX_WECHAT_KEYS_H
#define SANDBOX_WECHAT_KEYS_H

#include "base/config.h"
#include "sandbox/wechat/seal.h"

struct wechat_keys {
    char mchid[33], appid[33], openid[65], merchant_serial[65], apiv3_key[64];
    char platform_serial[65], next_serial[65], public_key_id[65];
    char platform_cert[8192], next_cert[8192];
    struct rsa_key *merchant; /* checks what the merchant signed */
    /* The certificate's, that of the certificate which follows it, the public key's. */
    struct wechat_voice platform, next, other;
};
/* Read once in a process; NULL: a file is missing (one log line). */
const struct wechat_keys *wechat_keys(const struct config *config);

#endif
