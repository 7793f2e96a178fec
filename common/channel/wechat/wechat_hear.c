/* wechat_hear.c - WeChat Pay's notifications: the headers sign the body's bytes, the object in it
 * is encrypted with the APIv3 key. The number stands inside, so the address names the channel. */
#include <string.h>

#include "channel/wechat/wechat_private.h"
#include "io/crypto/sign.h"

#define NONCE_LEN 12
#define PLAIN_MAX 16384

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

/* A merchant whose number the order object names differently is told apart there; the others name
 * it beside the object. */
static enum pay_err object_said(const struct wechat_keys *keys, enum channel_about about,
                                const struct json *object, struct channel_said *out)
{
    enum pay_err err = PAY_UNKNOWN;

    switch (about) {
    case ABOUT_ORDER:
        return wechat_order_said(keys, object, out);
    case ABOUT_REFUND:
        err = wechat_refund_said(object, "refund_status", out);
        out->other_account = !str_eq(wechat_str(object, "mchid"), keys->mchid);
        return err;
    case ABOUT_TRANSFER:
        err = wechat_transfer_said(object, out);
        out->other_account = !str_eq(wechat_str(object, "mch_id"), keys->mchid);
        return err;
    }
    return err;
}

static enum pay_err resource_said(const struct wechat_keys *keys,
                                  const struct channel_callback *callback, struct channel_said *out)
{
    char plain[PLAIN_MAX];
    struct json *object = NULL;
    size_t len = 0;

    if (!open_resource(keys, callback->json, plain, &len))
        return PAY_BAD_SIGN;
    enum pay_err err = json_parse(plain, len, &object);
    if (err == PAY_OK && json_kind(object) == JSON_OBJECT)
        err = object_said(keys, callback->about, object, out);
    json_free(&object);
    sign_wipe(plain, sizeof(plain));
    return err == PAY_OK ? PAY_OK : PAY_BAD_FIELD;
}

/* Checks with a key of our own when there is no account, so that it takes the same time. */
static const struct wechat_keys *dummy_keys(void)
{
    static struct wechat_keys keys;
    static char private_pem[4096], public_pem[2048];
    struct text private_text = TEXT(private_pem), public_text = TEXT(public_pem);

    if (!keys.public_key.key && sign_rsa_new(2048, &private_text, &public_text)) {
        keys.public_key.key = rsa_public(public_pem);
        sign_wipe(private_pem, sizeof(private_pem));
    }
    return &keys;
}

enum pay_err wechat_hear(const struct channel_account *account,
                         const struct channel_callback *callback, struct channel_said *out)
{
    const struct wechat_keys *keys = account ? account->keys : dummy_keys();
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
