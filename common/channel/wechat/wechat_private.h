/* wechat_private.h - what the files of the WeChat Pay driver share. Protocol: API v3
 * (pay.weixin.qq.com/doc/v3/merchant/4012081606). Answers and notifications are verified with
 * WeChat Pay's public key, with a platform certificate's, or during a switch with both. */
#ifndef CHANNEL_WECHAT_PRIVATE_H
#define CHANNEL_WECHAT_PRIVATE_H

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "io/crypto/rsa.h"
#include "wire/wechat_text.h"

#define WECHAT_HOST "https://api.mch.weixin.qq.com"
#define WECHAT_BACKUP "https://api2.mch.weixin.qq.com"
#define WECHAT_URL_MAX 256
#define WECHAT_SERIAL_SIZE 65
#define WECHAT_CODE_LIFE_MS (INT64_C(7200) * 1000) /* of code_url and prepay_id */
#define WECHAT_H5_LIFE_MS (INT64_C(300) * 1000)    /* of h5_url */

/* A key by which WeChat Pay signs, and the name that its messages give it. */
struct wechat_signer {
    char serial[WECHAT_SERIAL_SIZE];
    struct rsa_key *key; /* NULL: the configuration has none */
};
struct wechat_keys {
    char mchid[33], appid[33], base[WECHAT_URL_MAX], serial[WECHAT_SERIAL_SIZE], apiv3[33];
    bool has_backup;
    struct rsa_key *own;
    struct wechat_signer public_key, platform;
};

/* One request. path has its query. write makes the body, NULL: GET. */
struct wechat_request {
    const char *what, *path;
    void (*write)(struct json_text *to, const struct wechat_keys *keys, const void *arg);
    const void *arg;
};

/* PAY_OK: 2xx, and its signature is right; *root is the body, NULL for 204. PAY_REFUSED: a definite
 * no, its code and message in said. PAY_UNKNOWN, PAY_FULL as channel_call. The caller frees *root.
 */
MUST_USE enum pay_err wechat_ask(const struct channel_account *account,
                                 const struct wechat_request *request, struct json **root,
                                 struct channel_said *said);
/* Checks the headers and bytes of an answer or a notification: the signer is known, the time is
 * within 300 s, the signature is right. A signature probe fails like any wrong signature. */
struct wechat_stamp {
    const char *timestamp, *nonce, *signature, *serial;
};
MUST_USE enum pay_err wechat_verify(const struct wechat_keys *keys,
                                    const struct wechat_stamp *stamp, struct wechat_bytes body);
/* The notification's address at this Shroff. */
void wechat_notify_url(const struct channel_account *account, enum channel_about about,
                       struct json_text *to);
MUST_USE bool wechat_sign_lines(const struct wechat_keys *keys, const char *const *lines,
                                size_t count, struct text *to);

/* An object's text and number; NULL, -1 when absent or of another kind. path: "amount.total". */
const char *wechat_str(const struct json *object, const char *path);
int64_t wechat_int(const struct json *object, const char *path);
/* What an order object, a refund object, a transfer object says. PAY_UNKNOWN: not what it must be.
 * refund_status has the name "status" in answers and "refund_status" in notifications. */
MUST_USE enum pay_err wechat_order_said(const struct wechat_keys *keys, const struct json *object,
                                        struct channel_said *out);
MUST_USE enum pay_err wechat_refund_said(const struct json *object, const char *status_name,
                                         struct channel_said *out);
MUST_USE enum pay_err wechat_transfer_said(const struct json *object, struct channel_said *out);

/* The functions of CHANNEL_WECHAT. */
MUST_USE enum pay_err wechat_submit(const struct channel_account *account,
                                    const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err wechat_bar(const struct channel_account *account,
                                 const struct channel_order *order, struct channel_ticket *out);
channel_ask wechat_query, wechat_close;
MUST_USE enum pay_err wechat_refund(const struct channel_account *account,
                                    const struct channel_refund *refund, struct channel_said *out);
MUST_USE enum pay_err wechat_refund_query(const struct channel_account *account,
                                          const struct channel_refund *refund,
                                          struct channel_said *out);
MUST_USE enum pay_err wechat_transfer(const struct channel_account *account,
                                      const struct channel_transfer *transfer,
                                      struct channel_said *out);
MUST_USE enum pay_err wechat_transfer_query(const struct channel_account *account,
                                            const struct channel_transfer *transfer,
                                            struct channel_said *out);
MUST_USE enum pay_err wechat_hear(const struct channel_account *account,
                                  const struct channel_callback *callback,
                                  struct channel_said *out);
bool wechat_acknowledge(enum pay_err result, struct channel_answer *out);

#endif
