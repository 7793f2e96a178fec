/* wechat_hear.c - WeChat Pay's notifications: the headers sign the body's bytes, the object in it
 * is encrypted with the APIv3 key. The number stands inside, so the address names the channel. */
#include <string.h>

#include "channel/wechat/wechat_private.h"
#include "io/crypto/sign.h"

#define NONCE_LEN 12
#define PLAIN_MAX 16384

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

/* AEAD_AES_256_GCM: the nonce's 12 characters, then what is encrypted with its tag. */
static bool open_resource(const struct wechat_keys *keys, const struct json *root, char *plain,
                          size_t *len)
{
    uint8_t sealed[PLAIN_MAX + SIGN_SEAL_EXTRA];
    const char *nonce = wechat_str(root, "resource.nonce");
    const char *cipher = wechat_str(root, "resource.ciphertext");
    const char *aad = str_or(wechat_str(root, "resource.associated_data"), "");
    const struct sign_lock lock = { (const uint8_t *)keys->apiv3, aad, strlen(aad) };
    size_t size = 0;

    if (!nonce || strlen(nonce) != NONCE_LEN || !cipher ||
        !str_eq(wechat_str(root, "resource.algorithm"), "AEAD_AES_256_GCM") ||
        !sign_base64_read(cipher, strlen(cipher), sealed + NONCE_LEN, sizeof(sealed) - NONCE_LEN,
                          &size) ||
        size + NONCE_LEN < SIGN_SEAL_EXTRA)
        return false;
    memcpy(sealed, nonce, NONCE_LEN);
    *len = size + NONCE_LEN - SIGN_SEAL_EXTRA;
    return sign_unseal(&lock, sealed, size + NONCE_LEN, plain);
}

static enum pay_err resource_said(const struct wechat_keys *keys,
                                  const struct channel_callback *callback, struct channel_said *out)
{
    char plain[PLAIN_MAX];
    struct json *object = NULL;
    size_t len = 0;

    if (!open_resource(keys, callback->json, plain, &len))
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

/* For a channel that is not there: its serial is "". */
static const struct wechat_keys *stand_in(void)
{
    static struct wechat_keys keys;

    keys.public_key.key = rsa_stand_in();
    return &keys;
}

enum pay_err wechat_hear(const struct channel_account *account,
                         const struct channel_callback *callback, struct channel_said *out)
{
    const struct wechat_keys *keys = account ? account->keys : stand_in();
    const struct wechat_stamp stamp = {
        callback->header(callback->header_arg, "Wechatpay-Timestamp"),
        callback->header(callback->header_arg, "Wechatpay-Nonce"),
        callback->header(callback->header_arg, "Wechatpay-Signature"),
        account ? callback->header(callback->header_arg, "Wechatpay-Serial") : "",
    };

    enum pay_err err =
        wechat_verify(keys, &stamp, (struct wechat_bytes){ callback->body, callback->body_len });
    if (err != PAY_OK || !account)
        return err == PAY_OK ? PAY_BAD_SIGN : err;
    return resource_said(keys, callback, out);
}

/* The status alone counts; a refusal is answered by Shroff's API with 4xx or 5xx. */
bool wechat_acknowledge(enum pay_err result, struct channel_answer *out)
{
    *out =
        (struct channel_answer){ 200, "application/json; charset=utf-8", "{\"code\":\"SUCCESS\"}" };
    return result == PAY_OK;
}
