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

bool wechat_resource_write(const struct wechat_plain *plain, struct json_text *to)
{
    static uint8_t sealed[PLAIN_MAX + SIGN_TAG];
    static char room[2 * PLAIN_MAX];
    struct text base64 = TEXT(room);
    const struct sign_lock lock = {
        .key = (const uint8_t *)plain->apiv3_key,
        .aad = plain->associated_data,
        .aad_len = strlen(plain->associated_data),
    };
    char nonce[NONCE_LEN + 1];

    wechat_nonce(nonce, sizeof(nonce));
    if (strlen(plain->apiv3_key) != 32 || plain->bytes.len > PLAIN_MAX ||
        !sign_seal_with(&lock, nonce, plain->bytes.at, plain->bytes.len, sealed))
        return false;
    sign_base64_add(&base64, sealed, plain->bytes.len + SIGN_TAG);
    json_str(to, "algorithm", "AEAD_AES_256_GCM");
    json_str(to, "ciphertext", room);
    json_str(to, "associated_data", plain->associated_data);
    json_str(to, "nonce", nonce);
    return !base64.full;
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
    json_close(&j);
    return ok && !to->full;
}
