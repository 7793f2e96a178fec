/* auth.c - the Authorization header of WeChat Pay v3, parsed and checked. */
#include "sandbox/wechat/auth.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define AUTH_TEXT_MAX (80 * 1024) /* a body, its address, and the small lines */

#define PART(name) \
    { \
#name, offsetof(struct wechat_credentials, name), \
            sizeof(((struct wechat_credentials *)0)->name) \
    }
static const struct part {
    const char *name;
    size_t offset, size;
} PARTS[] = {
    PART(mchid), PART(nonce_str), PART(signature), PART(timestamp), PART(serial_no),
};

/* Printable ASCII without what would end the value early. */
static bool auth_value_ok(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] < ' ' || s[i] > '~' || s[i] == '\\')
            return false;
    }
    return len > 0;
}

/* One k="v"; where it ends, NULL when it is none of the five or came before. */
static const char *part_read(const char *s, struct wechat_credentials *out)
{
    for (size_t i = 0; i < COUNT(PARTS); i++) {
        const size_t name_len = strlen(PARTS[i].name);
        if (strncmp(s, PARTS[i].name, name_len) != 0 || strncmp(s + name_len, "=\"", 2) != 0)
            continue;
        const char *value = s + name_len + 2, *end = strchr(value, '"');
        char *to = (char *)out + PARTS[i].offset;
        return end && !*to && auth_value_ok(value, (size_t)(end - value)) &&
                       text_copy_n(to, PARTS[i].size, value, (size_t)(end - value))
                   ? end + 1
                   : NULL;
    }
    return NULL;
}

bool wechat_auth_parse(const char *header, struct wechat_credentials *out)
{
    *out = (struct wechat_credentials){ .time = 0 };
    if (!header || !str_starts(header, WECHAT_SCHEME " "))
        return false;
    const char *at = header + strlen(WECHAT_SCHEME " ");
    for (size_t i = 0; i < COUNT(PARTS); i++) {
        if (i > 0 && *at++ != ',')
            return false;
        at = part_read(at, out);
        if (!at)
            return false;
    }
    return *at == '\0' && str_to_i64(out->timestamp, 0, INT64_C(99999999999), &out->time);
}

static enum wechat_fault signature_check(const struct wechat_ask *ask,
                                         const struct wechat_signer *signer,
                                         const struct wechat_credentials *said,
                                         struct wechat_detail *detail)
{
    static char room[AUTH_TEXT_MAX];
    struct text to = TEXT(room);

    wechat_request_text(&(struct wechat_request_text){ .method = ask->method,
                                                       .path = ask->uri,
                                                       .nonce = said->nonce_str,
                                                       .timestamp = said->time,
                                                       .body = ask->body },
                        &to);
    detail->text = room;
    detail->text_len = to.len;
    if (!to.full && rsa_verify(signer->key, room, to.len, said->signature)) {
        detail->text = NULL;
        return WX_OK;
    }
    detail->method = ask->method;
    detail->url = ask->uri;
    return text_copy(detail->field, sizeof(detail->field), "signature") &&
                   text_copy(detail->issue, sizeof(detail->issue), "sign not match") &&
                   text_copy(detail->location, sizeof(detail->location), "authorization")
               ? WX_AUTH_SIGN
               : WX_SYSTEM;
}

/* The orders' addresses are another service of the real one, with other words. */
static enum wechat_fault form_fault(const struct wechat_ask *ask)
{
    return str_starts(ask->uri, "/v3/pay/transactions/") ? WX_AUTH_FORM_PAY : WX_AUTH_FORM;
}

enum wechat_fault wechat_auth_check(const struct wechat_ask *ask,
                                    const struct wechat_signer *signer,
                                    struct wechat_credentials *said, struct wechat_detail *detail)
{
    if (!wechat_auth_parse(ask->authorization, said))
        return form_fault(ask);
    if (llabs(said->time - ask->now_ms / 1000) > WECHAT_WINDOW_S)
        return WX_AUTH_TIME;
    if (!str_eq(said->mchid, signer->mchid) || !str_eq_nocase(said->serial_no, signer->serial))
        return WX_AUTH_SERIAL;
    return signature_check(ask, signer, said, detail);
}
