/* seal.c - signatures of answers and notifications, and their encrypted resources. */
#include "sandbox/wechat/seal.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/ulid.h"
#include "io/crypto/sign.h"

#define SIGNED_MAX (300 * 1024)
#define PLAIN_MAX (64 * 1024)
#define NONCE_LEN 12
#define KEY_LEN 32
#define PROBE "WECHATPAY/SIGNTEST/"

void wechat_nonce(char *to, size_t size)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    for (size_t i = 0; i + 1 < size; i++) {
        uint16_t n = 0;
        random_bytes(&n, sizeof(n));
        to[i] = LETTERS[n % (sizeof(LETTERS) - 1)];
    }
    to[size - 1] = '\0';
}

bool wechat_stamp(const struct wechat_voice *voice, int64_t now_ms, struct wechat_bytes body,
                  struct wechat_stamp *out)
{
    static char room[SIGNED_MAX];
    struct text time = TEXT(out->timestamp), to = TEXT(room), signature = TEXT(out->signature);

    text_add_i64(&time, now_ms / 1000);
    wechat_nonce(out->nonce, sizeof(out->nonce));
    out->serial = voice->serial;
    wechat_answer_text(out->timestamp, out->nonce, body, &to);
    return !to.full && rsa_sign(voice->key, room, to.len, &signature);
}

void wechat_stamp_probe(struct wechat_stamp *stamp)
{
    memcpy(stamp->signature, PROBE, sizeof(PROBE) - 1);
}

bool wechat_stamp_header(const struct wechat_stamp *stamp, size_t i, struct text *to)
{
    const struct {
        const char *name, *value;
    } headers[] = {
        { "Wechatpay-Nonce", stamp->nonce },
        { "Wechatpay-Signature", stamp->signature },
        { "Wechatpay-Timestamp", stamp->timestamp },
        { "Wechatpay-Serial", stamp->serial },
        { "Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048" },
    };

    if (i >= COUNT(headers))
        return false;
    text_addf(to, "%s: %s", headers[i].name, headers[i].value);
    return !to->full;
}

static bool seal(const struct wechat_plain *plain, const char *aad, const char *nonce,
                 struct text *base64)
{
    static uint8_t sealed[PLAIN_MAX + SIGN_TAG];
    const struct sign_lock lock = { (const uint8_t *)plain->apiv3_key, aad, strlen(aad) };
    const size_t len = plain->bytes.len;

    if (strlen(plain->apiv3_key) != KEY_LEN || len > PLAIN_MAX ||
        !sign_seal_with(&lock, nonce, plain->bytes.at, len, sealed))
        return false;
    if (plain->bad_tag)
        sealed[len] ^= 1;
    sign_base64_add(base64, sealed, len + SIGN_TAG);
    return !base64->full;
}

bool wechat_resource_write(const struct wechat_plain *plain, struct json_text *to)
{
    static char room[2 * PLAIN_MAX];
    struct text base64 = TEXT(room);
    char made[NONCE_LEN + 1];
    const char *nonce = plain->nonce, *aad = plain->aad_absent ? "" : plain->associated_data;

    wechat_nonce(made, sizeof(made));
    nonce = nonce ? nonce : made;
    bool ok = strlen(nonce) == NONCE_LEN && seal(plain, aad, nonce, &base64);
    json_str(to, "algorithm", "AEAD_AES_256_GCM");
    json_str(to, "ciphertext", room);
    if (!plain->aad_absent)
        json_str(to, "associated_data", aad);
    json_str(to, "nonce", nonce);
    return ok;
}

bool wechat_event_write(const struct wechat_event *event, struct text *to)
{
    struct json_text j = JSON_TEXT(to);
    char when[32];
    struct text create = TEXT(when);

    time_add_china(&create, event->create_ms, 'T');
    text_add(&create, "+08:00");
    json_open(&j, NULL);
    json_str(&j, "id", event->id);
    json_str(&j, "create_time", when);
    json_str(&j, "resource_type", "encrypt-resource");
    json_str(&j, "event_type", event->event_type);
    json_str(&j, "summary", event->summary);
    json_open(&j, "resource");
    json_str(&j, "original_type", event->original_type);
    bool ok = wechat_resource_write(&event->plain, &j);
    json_close(&j);
    if (event->extra)
        json_str(&j, "a_new_member", "a merchant skips what it does not know");
    json_close(&j);
    return ok && !to->full;
}
