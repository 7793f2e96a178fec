/* wechat_key.c - in: the headers and bytes of an answer or a notification; out: whether WeChat Pay
 * signed it. Also the key that a request names. */
#include "channel/wechat/wechat_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define WINDOW_S 300
#define CERT_SERIAL_LEN 40 /* hex digits; a public key is named PUB_KEY_ID_… */

static bool is_cert_serial(const char *serial)
{
    return strlen(serial) == CERT_SERIAL_LEN &&
           strspn(serial, "0123456789abcdefABCDEF") == CERT_SERIAL_LEN;
}

const struct rsa_key *wechat_key_known(const struct wechat_keys *keys, const char *serial)
{
    const struct wechat_signer *const given[] = { &keys->public_key, &keys->platform };
    const struct wechat_learned *learned = keys->learned;
    const int64_t now = clock_now_ms();

    for (size_t i = 0; i < COUNT(given); i++)
        if (given[i]->key && str_eq_nocase(given[i]->serial, serial))
            return given[i]->key;
    for (size_t i = 0; i < learned->count; i++)
        if (str_eq_nocase(learned->certs[i].serial, serial) && now < learned->certs[i].end_time)
            return learned->certs[i].key;
    return NULL;
}

bool wechat_sign_is_right(const struct rsa_key *key, const struct wechat_stamp *stamp,
                          struct wechat_bytes body)
{
    const size_t size = body.len + 256;
    char *room = malloc(size);

    if (!room)
        abort();
    struct text text = text_over(room, size);
    wechat_answer_text(stamp->timestamp, stamp->nonce, body, &text);
    const bool right = !text.full && rsa_verify(key, text.at, text.len, stamp->signature);
    free(room);
    return right;
}

/* A stranger's message is worth a search only if it could be genuine. */
static const struct rsa_key *signer_of(const struct channel_account *account,
                                       const struct wechat_stamp *stamp, bool timely)
{
    const char *serial = str_or(stamp->serial, "");
    const struct rsa_key *key = wechat_key_known(account->keys, serial);

    if (key || !timely || !is_cert_serial(serial))
        return key;
    wechat_cert_search(account, serial, stamp->stranger);
    return wechat_key_known(account->keys, serial);
}

enum pay_err wechat_verify(const struct channel_account *account, const struct wechat_stamp *stamp,
                           struct wechat_bytes body)
{
    int64_t seconds;

    if (!stamp->timestamp || !stamp->nonce || !stamp->signature ||
        !str_to_i64(stamp->timestamp, 0, INT64_C(9999999999), &seconds))
        return PAY_BAD_SIGN;
    const bool timely = llabs(seconds - clock_now_s()) <= WINDOW_S;
    const struct rsa_key *signer = account ? signer_of(account, stamp, timely) : NULL;
    const struct rsa_key *key = signer ? signer : rsa_stand_in();
    if (!key || !wechat_sign_is_right(key, stamp, body) || !signer)
        return PAY_BAD_SIGN;
    return timely ? PAY_OK : PAY_BAD_TIME;
}

/* ---- what a request names */

static const struct cert *newest(const struct wechat_learned *learned)
{
    const int64_t now = clock_now_ms();
    const struct cert *best = NULL;

    for (size_t i = 0; i < learned->count; i++) {
        const struct cert *cert = &learned->certs[i];
        if (cert->start_time <= now && now < cert->end_time &&
            (!best || cert->start_time > best->start_time))
            best = cert;
    }
    return best;
}

struct wechat_named wechat_key_named(const struct wechat_keys *keys)
{
    const struct cert *cert = newest(keys->learned);

    if (keys->public_key.key)
        return (struct wechat_named){ keys->public_key.serial, keys->public_key.key };
    if (cert)
        return (struct wechat_named){ cert->serial, cert->key };
    return (struct wechat_named){ keys->platform.serial, keys->platform.key };
}

struct wechat_named wechat_key_wanted(const struct channel_account *account)
{
    if (!wechat_key_named(account->keys).key)
        wechat_cert_search(account, NULL, false);
    return wechat_key_named(account->keys);
}

enum pay_err wechat_encrypt(const struct channel_account *account, const char *plain,
                            char to[WECHAT_SECRET_SIZE], struct channel_said *out)
{
    struct text text = text_over(to, WECHAT_SECRET_SIZE);

    if (*str_or(plain, "") == '\0')
        return PAY_OK;
    const struct wechat_named named = wechat_key_wanted(account);
    if (!named.key)
        return PAY_FULL;
    if (rsa_encrypt(named.key, plain, strlen(plain), &text))
        return PAY_OK;
    said_reason(out, "TOO_LONG", "a name or an account is too long to be encrypted");
    return PAY_REFUSED;
}
