/* wechat_private.h - what the files of the WeChat Pay driver share. Protocol: API v3
 * (pay.weixin.qq.com/doc/v3/merchant/4012081606). Its keys: wechat_key.h. */
#ifndef CHANNEL_WECHAT_PRIVATE_H
#define CHANNEL_WECHAT_PRIVATE_H

#include "base/json_text.h"
#include "channel/channel.h"
#include "channel/member.h"
#include "channel/wechat/wechat_codes.h"
#include "channel/wechat/wechat_key.h"
#include "io/http/http.h"

#define WECHAT_HOST "https://api.mch.weixin.qq.com"
#define WECHAT_BACKUP "https://api2.mch.weixin.qq.com"
#define WECHAT_CODE_LIFE_MS (INT64_C(7200) * 1000) /* of code_url and prepay_id */
#define WECHAT_H5_LIFE_MS (INT64_C(300) * 1000)    /* of h5_url */

/* One request. path has its query. write makes the body, NULL: GET. */
struct wechat_request {
    enum channel_about about;
    const char *what, *path;
    void (*write)(struct json_text *to, const struct wechat_keys *keys, const void *arg);
    const void *arg;
    bool nameless; /* names no key of WeChat Pay's */
    int timeout_ms;
};
/* An answer and the headers that sign it, as they came. The caller frees answer. */
struct wechat_reply {
    struct http_answer answer;
    char timestamp[16], nonce[65], signature[1025], serial[WECHAT_SERIAL_SIZE];
};
struct wechat_stamp wechat_stamp_of(const struct wechat_reply *reply);
struct wechat_bytes wechat_body_of(const struct wechat_reply *reply);
/* The request to one of the hosts; as channel_call. */
MUST_USE enum pay_err wechat_send(const struct channel_account *account,
                                  const struct wechat_request *request, struct wechat_reply *reply);

/* PAY_OK: 2xx, and its signature is right; *root is the body, NULL for 204. PAY_REFUSED: a definite
 * no, its code and message in said. PAY_UNKNOWN, PAY_FULL as channel_call. The caller frees *root.
 */
MUST_USE enum pay_err wechat_ask(const struct channel_account *account,
                                 const struct wechat_request *request, struct json **root,
                                 struct channel_said *said);
/* The same about a number of ours: the answer's object must be about it, and says what it says. */
MUST_USE enum pay_err wechat_ask_about(const struct channel_account *account,
                                       const struct wechat_request *request, const char *no,
                                       struct channel_said *out);
/* The same for a question: refused with the code not_there, WeChat Pay does not know the number. */
MUST_USE enum pay_err wechat_question(const struct channel_account *account,
                                      const struct wechat_request *request, const char *no,
                                      const char *not_there, struct channel_said *out);
/* AEAD_AES_256_GCM with the APIv3 key: {"algorithm", "nonce", "associated_data", "ciphertext"}. */
MUST_USE bool wechat_unseal(const struct wechat_keys *keys, const struct json *sealed,
                            char plain[WECHAT_PLAIN_MAX], size_t *len);
/* The notification's address at this Shroff. */
void wechat_notify_url(const struct channel_account *account, enum channel_about about,
                       struct json_text *to);
MUST_USE bool wechat_sign_lines(const struct wechat_keys *keys, const char *const *lines,
                                size_t count, struct text *to);

/* An object's text and number; NULL, -1 when absent or of another kind. path: "amount.total". */
const char *wechat_str(const struct json *object, const char *path);
int64_t wechat_int(const struct json *object, const char *path);
/* What the object of an order, a refund, a transfer says: of an answer, or the plain text of a
 * notification. PAY_UNKNOWN: it is not what it must be. */
MUST_USE enum pay_err wechat_object_said(const struct wechat_keys *keys, enum channel_about about,
                                         const struct json *object, struct channel_said *out);

/* The functions of CHANNEL_WECHAT. */
MUST_USE enum pay_err wechat_submit(const struct channel_account *account,
                                    const struct channel_order *order, struct channel_ticket *out);
MUST_USE enum pay_err wechat_bar(const struct channel_account *account,
                                 const struct channel_order *order, struct channel_ticket *out);
channel_ask wechat_query, wechat_close, wechat_probe;
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
MUST_USE enum pay_err wechat_divert(const struct channel_account *account,
                                    const struct channel_diversion *diversion,
                                    struct channel_said *out);
MUST_USE enum pay_err wechat_hear(const struct channel_account *account,
                                  const struct channel_callback *callback,
                                  struct channel_said *out);
bool wechat_acknowledge(enum pay_err result, struct channel_answer *out);

#endif
