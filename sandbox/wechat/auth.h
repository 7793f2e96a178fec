/* auth.h - requests to the played WeChat Pay: their Authorization header, and whether they come
 * from the merchant. Written from the channel's documentation, apart from Shroff's own client. */
#ifndef SANDBOX_WECHAT_AUTH_H
#define SANDBOX_WECHAT_AUTH_H

#include "io/crypto/rsa.h"
#include "sandbox/wechat/fault.h"
#include "wire/wechat_text.h"

#define WECHAT_SCHEME "WECHATPAY2-SHA256-RSA2048"
#define WECHAT_WINDOW_S 300

struct wechat_credentials {
    char mchid[33], nonce_str[129], signature[1400], timestamp[16], serial_no[129];
    int64_t time; /* timestamp, seconds */
};
/* WECHATPAY2-SHA256-RSA2048 and five k="v" in any order, joined by commas. False: it is anything
 * else, NULL too. */
MUST_USE bool wechat_auth_parse(const char *header, struct wechat_credentials *out);

/* A request as it came. */
struct wechat_ask {
    const char *method, *uri; /* the address with its query, not decoded */
    struct wechat_bytes body;
    const char *authorization, *accept, *agent; /* NULL: the header is absent */
    const char *serial;                         /* Wechatpay-Serial; NULL */
    int64_t now_ms;
};
/* The merchant's own key, which checks what it signed. */
struct wechat_signer {
    const char *mchid, *serial;
    const struct rsa_key *key;
};
/* In the server's order: the header's form, the time, the serial number, the signature. said is
 * filled when the form is right. */
MUST_USE enum wechat_fault wechat_auth_check(const struct wechat_ask *ask,
                                             const struct wechat_signer *signer,
                                             struct wechat_credentials *said,
                                             struct wechat_detail *detail);

#endif
