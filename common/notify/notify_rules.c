/* notify_rules.c - the gaps between tries, and how a notification is signed. */
#include "notify/notify.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/crypto/sign.h"

#define GAP_MAX 604800
#define RETRY_AFTER_MAX 86400
#define RETRY_AFTER_PAST 3600 /* so much later than planned, and no more */

/* ---- schedules */

static const int64_t LONG_GAPS[] = {
    15,       15,       30,       180,      1800,     1800,      1800,
    3600, /* the seed design's nine tries */
    3 * 3600, 3 * 3600, 6 * 3600, 6 * 3600, 6 * 3600, 24 * 3600, 24 * 3600,
};
#define SEED_GAPS 8

static bool named_schedule(const char *text, struct notify_schedule *out)
{
    size_t gaps = str_eq(text, "seed") ? SEED_GAPS : str_eq(text, "long") ? COUNT(LONG_GAPS) : 0;

    memcpy(out->gap, LONG_GAPS, gaps * sizeof(LONG_GAPS[0]));
    out->gaps = gaps;
    return gaps > 0;
}

bool notify_schedule_parse(const char *text, struct notify_schedule *out)
{
    *out = (struct notify_schedule){ .gaps = 0 };
    if (!text)
        return false;
    if (named_schedule(text, out))
        return true;
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");
        if (out->gaps == NOTIFY_TRIES_MAX - 1 ||
            !str_to_i64_n(at, len, 1, GAP_MAX, &out->gap[out->gaps]))
            return false;
        out->gaps++;
        at += len;
        if (*at == '\0')
            return true;
    }
}

int64_t notify_wait_ms(const struct notify_schedule *schedule, int64_t times, int64_t retry_after,
                       unsigned random)
{
    if (times < 1 || (uint64_t)times > schedule->gaps)
        return -1;
    if (retry_after > schedule->gap[times - 1] + RETRY_AFTER_PAST)
        retry_after = schedule->gap[times - 1] + RETRY_AFTER_PAST;
    int64_t gap_ms = schedule->gap[times - 1] * 1000;
    if (retry_after * 1000 > gap_ms)
        gap_ms = retry_after * 1000;
    return gap_ms + gap_ms * (int64_t)(random % 1001) / 10000;
}

int64_t notify_retry_after(const char *value, int64_t now_s)
{
    int64_t n;

    if (!value)
        return -1;
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    if (str_is_n(value, len, ALPHA_DIGITS, 1, 64)) {
        for (; len > 1 && *value == '0'; len--)
            value++;
        return str_to_i64_n(value, len, 0, RETRY_AFTER_MAX, &n) ? n : RETRY_AFTER_MAX;
    }
    char date[40];
    if (!text_copy_n(date, sizeof(date), value, len) || !time_parse_http(date, &n))
        return -1;
    return n / 1000 > now_s ? n / 1000 - now_s : 0;
}

/* ---- Standard Webhooks: HMAC over id.timestamp.body */

bool notify_sign(const struct webhook_keys *keys, const struct notify_message *message,
                 struct text *to)
{
    size_t size = message->len + 64;
    char *room = malloc(size);
    struct mac mac;
    bool ok = keys->count > 0;

    if (!room)
        abort();
    struct text canon = text_over(room, size);
    text_addf(&canon, "%s.%lld.", message->id, (long long)message->timestamp);
    text_add_n(&canon, message->body, message->len);
    for (size_t i = 0; i < keys->count && ok; i++) {
        ok = !canon.full && sign_hmac_sha256(keys->key[i], keys->len[i], canon.at, canon.len, &mac);
        text_add(to, i > 0 ? " v1," : "v1,");
        sign_base64_add(to, mac.bytes, sizeof(mac.bytes));
    }
    free(room);
    return ok && !to->full;
}
