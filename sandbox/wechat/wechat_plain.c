/* wechat_plain.c - the calls that need no order: the platform's certificate, and the echo that
 * tests a merchant's keys. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>

#define YEARS 5

static bool certificate_write(struct wechat_call *call, const char *serial, const char *pem)
{
    const struct wechat_plain plain = {
        .apiv3_key = call->keys->apiv3_key,
        .associated_data = "certificate",
        .bytes = { pem, strlen(pem) },
    };
    struct json_text *to = &call->json;
    char when[WECHAT_TIME_SIZE];

    json_open(to, NULL);
    json_str(to, "effective_time", wechat_time(call->now_ms - DAY_MS, when));
    json_open(to, "encrypt_certificate");
    bool ok = wechat_resource_write(&plain, to);
    json_close(to);
    json_str(to, "expire_time", wechat_time(call->now_ms + YEARS * WECHAT_YEAR_MS, when));
    json_str(to, "serial_no", serial);
    json_close(to);
    return ok;
}

/* The one that signs, and the one that will. */
static enum wechat_fault certificates_write(struct wechat_call *call)
{
    const struct wechat_keys *keys = call->keys;

    json_open(&call->json, NULL);
    json_open_list(&call->json, "data");
    bool ok = certificate_write(call, keys->platform_serial, keys->platform_cert) &&
              certificate_write(call, keys->next_serial, keys->next_cert);
    json_close_list(&call->json);
    json_close(&call->json);
    return ok ? WX_OK : WX_SYSTEM;
}

/* Merchants of the public key have no certificate. They are those that name the key. */
enum wechat_fault wechat_certificates(struct wechat_call *call)
{
    return call->voice == &call->keys->other
               ? wechat_refuse(
                     call, WX_NO_RESOURCE,
                     "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引"
                     "https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/"
                     "wxp-pub-key-guide.html")
               : certificates_write(call);
}

/* ---- echo */

struct echo_terms {
    char message[513], encrypted[1025], notify_url[256];
};
struct echo_work {
    struct echo_terms terms;
    char secret[1024], again[1400];
};
/* clang-format off */
static const struct wechat_field FIELDS[] = {
    WECHAT_FIELD(struct echo_terms, message, "echo_message", "回显内容", WK_TEXT, true,
                 1, 128, NULL),
    WECHAT_FIELD(struct echo_terms, encrypted, "encrypted_echo_message", "加密的回显内容", WK_TEXT,
                 false, 1, 1024, NULL),
    WECHAT_FIELD(struct echo_terms, notify_url, "notify_url", "通知地址", WK_TEXT, false,
                 0, 255, NULL),
};
/* clang-format on */

static enum pay_err echo_txn(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    const struct echo_work *w = call->arg;
    char room[4096];
    struct text plain = TEXT(room);
    struct json_text j = JSON_TEXT(&plain);

    json_open(&j, NULL);
    json_str(&j, "echo_message", w->terms.message);
    json_opt(&j, "encrypt_echo_message", w->again);
    json_close(&j);
    return plain.full ? PAY_FAULT
                      : wechat_notice_add(db, call->in->config,
                                          &(struct wechat_news){ .event = "SECURITY_ECHO.SUCCESS",
                                                                 .plain = room,
                                                                 .url = w->terms.notify_url,
                                                                 .number = "" });
}

/* What was encrypted for the channel comes back encrypted for the merchant. */
static enum wechat_fault secret_turn(struct wechat_call *call, struct echo_work *w)
{
    struct text secret = TEXT(w->secret), again = TEXT(w->again);

    if (!*w->terms.encrypted)
        return WX_OK;
    enum wechat_fault fault =
        wechat_decrypt(call, "encrypted_echo_message", w->terms.encrypted, &secret);
    if (fault != WX_OK)
        return fault;
    return rsa_encrypt(call->keys->merchant, w->secret, secret.len, &again) ? WX_OK : WX_SYSTEM;
}

enum wechat_fault wechat_echo(struct wechat_call *call)
{
    static struct echo_work work;

    memset(&work, 0, sizeof(work));
    call->arg = &work;
    enum wechat_fault fault = wechat_fields(call, FIELDS, COUNT(FIELDS), &work.terms);
    if (fault == WX_OK)
        fault = wechat_url_check(call, work.terms.notify_url);
    if (fault == WX_OK)
        fault = secret_turn(call, &work);
    if (fault == WX_OK && *work.terms.notify_url)
        fault = wechat_txn(call, echo_txn);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    json_str(&call->json, "echo_message", work.terms.message);
    json_opt(&call->json, "encrypted_echo_message", work.again);
    json_close(&call->json);
    return WX_OK;
}
