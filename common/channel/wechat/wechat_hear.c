/* wechat_hear.c - WeChat Pay's notifications: the headers sign the body's bytes, the object in it
 * is encrypted with the APIv3 key. The number stands inside, so the address names the channel. */
#include <string.h>

#include "channel/wechat/wechat_private.h"
#include "io/crypto/sign.h"

#define NONCE_LEN 12

/* By what a notification is about: the member that names the merchant, and a part of the address.
 */
static const char *const MERCHANTS[] = {
    [ABOUT_ORDER] = "mchid",
    [ABOUT_REFUND] = "mchid",
    [ABOUT_TRANSFER] = "mch_id",
};
static const char *const ADDRESSES[] = {
    [ABOUT_ORDER] = "order",
    [ABOUT_REFUND] = "refund",
    [ABOUT_TRANSFER] = "transfer",
};

void wechat_notify_url(const struct channel_account *account, enum channel_about about,
                       struct json_text *to)
{
    char room[512];
    struct text url = TEXT(room);

    text_addf(&url, "%s/api/pay/notify/%s/%lld", account->env->base_url, ADDRESSES[about],
              (long long)account->id);
    json_str(to, "notify_url", room);
}

/* The nonce's 12 characters, then what is encrypted with its tag. */
bool wechat_unseal(const struct wechat_keys *keys, const struct json *sealed,
                   char plain[WECHAT_PLAIN_MAX], size_t *len)
{
    uint8_t room[WECHAT_PLAIN_MAX + SIGN_SEAL_EXTRA];
    const char *nonce = wechat_str(sealed, "nonce"), *cipher = wechat_str(sealed, "ciphertext");
    const char *aad = str_or(wechat_str(sealed, "associated_data"), "");
    const struct sign_lock lock = { (const uint8_t *)keys->apiv3, aad, strlen(aad) };
    size_t size = 0;

    if (!nonce || strlen(nonce) != NONCE_LEN || !cipher ||
        !str_eq(wechat_str(sealed, "algorithm"), "AEAD_AES_256_GCM") ||
        !sign_base64_read(cipher, strlen(cipher), room + NONCE_LEN, sizeof(room) - NONCE_LEN,
                          &size) ||
        size + NONCE_LEN < SIGN_SEAL_EXTRA)
        return false;
    memcpy(room, nonce, NONCE_LEN);
    *len = size + NONCE_LEN - SIGN_SEAL_EXTRA;
    return sign_unseal(&lock, room, size + NONCE_LEN, plain);
}

static enum pay_err resource_said(const struct wechat_keys *keys,
                                  const struct channel_callback *callback, struct channel_said *out)
{
    char plain[WECHAT_PLAIN_MAX];
    struct json *object = NULL;
    size_t len = 0;

    if (!wechat_unseal(keys, json_member(callback->json, "resource"), plain, &len))
        return PAY_BAD_SIGN;
    enum pay_err err = PAY_BAD_FIELD;
    if (json_parse(plain, len, &object) == PAY_OK && json_kind(object) == JSON_OBJECT)
        err = wechat_object_said(keys, callback->about, object, out);
    if (err == PAY_OK && !str_eq(wechat_str(object, MERCHANTS[callback->about]), keys->mchid))
        out->other_account = true;
    json_free(&object);
    sign_wipe(plain, sizeof(plain));
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

enum pay_err wechat_hear(const struct channel_account *account,
                         const struct channel_callback *callback, struct channel_said *out)
{
    const struct wechat_stamp stamp = {
        .timestamp = callback->header(callback->header_arg, "Wechatpay-Timestamp"),
        .nonce = callback->header(callback->header_arg, "Wechatpay-Nonce"),
        .signature = callback->header(callback->header_arg, "Wechatpay-Signature"),
        .serial = callback->header(callback->header_arg, "Wechatpay-Serial"),
        .stranger = true,
    };

    enum pay_err err =
        wechat_verify(account, &stamp, (struct wechat_bytes){ callback->body, callback->body_len });
    return err == PAY_OK ? resource_said(account->keys, callback, out) : err;
}

/* The status alone counts; a refusal is answered by Shroff's API with 4xx or 5xx. */
bool wechat_acknowledge(enum pay_err result, struct channel_answer *out)
{
    *out =
        (struct channel_answer){ 200, "application/json; charset=utf-8", "{\"code\":\"SUCCESS\"}" };
    return result == PAY_OK;
}
