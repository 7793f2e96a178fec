/* wechat_text.h - the texts that WeChat Pay v3 signs, each line ended by a newline.
 * Source: pay.weixin.qq.com/doc/v3/merchant/4012365336, and wechatpay-axios-plugin (npm). */
#ifndef WIRE_WECHAT_TEXT_H
#define WIRE_WECHAT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

struct wechat_bytes {
    const char *at;
    size_t len;
};

/* A request: path has its query, as it is sent, without the host; the body is empty for GET. */
struct wechat_request_text {
    const char *method, *path, *nonce;
    int64_t timestamp; /* seconds */
    struct wechat_bytes body;
};
void wechat_request_text(const struct wechat_request_text *request, struct text *to);
/* An answer, and a notification: the texts of its headers and the bytes of its body. */
void wechat_answer_text(const char *timestamp, const char *nonce, struct wechat_bytes body,
                        struct text *to);
/* What a payer's page or app signs: count lines. */
void wechat_lines(const char *const *lines, size_t count, struct text *to);

#endif
