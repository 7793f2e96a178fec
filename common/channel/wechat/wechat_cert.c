/* wechat_cert.c - WeChat Pay's platform certificates: fetched (GET /v3/certificates), opened with
 * the APIv3 key, checked, and kept as a note for all processes. The note is the answer as it came:
 * it opens with the APIv3 key alone, so nobody without that key can forge one. WeChat Pay tells no
 * root that issues these certificates. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/notes.h"
#include "channel/wechat/wechat_private.h"

static int64_t ticks_ms(void)
{
    return clock_ticks_us() / 1000;
}

static void certs_clear(struct wechat_learned *learned)
{
    while (learned->count > 0)
        cert_clear(&learned->certs[--learned->count]);
}

void wechat_certs_free(struct wechat_learned **learned)
{
    if (*learned)
        certs_clear(*learned);
    free(*learned);
    *learned = NULL;
}

/* ---- an answer's certificates */

/* The number may be written with zeros in front. It is kept as WeChat Pay writes it. */
static bool serial_take(struct cert *cert, const char *serial)
{
    return serial && str_eq_nocase(cert->serial, serial + strspn(serial, "0") / 2 * 2) &&
           text_copy(cert->serial, sizeof(cert->serial), serial);
}

static bool one_read(const struct wechat_keys *keys, const struct json *one, struct cert *out)
{
    char pem[WECHAT_PLAIN_MAX + 1];
    size_t len = 0;

    out->key = NULL;
    if (!wechat_unseal(keys, json_member(one, "encrypt_certificate"), pem, &len))
        return false;
    pem[len] = '\0';
    if (strlen(pem) == len && cert_read(pem, out) &&
        serial_take(out, wechat_str(one, "serial_no")) && clock_now_ms() < out->end_time &&
        !rsa_is_pair(out->key, keys->own))
        return true;
    cert_clear(out);
    return false;
}

/* Those that are good. False: the text has none. */
static bool list_read(const struct wechat_keys *keys, struct wechat_bytes text,
                      struct wechat_learned *out)
{
    struct json *root = NULL;
    const struct json *list = NULL;

    if (json_parse(text.at, text.len, &root) == PAY_OK && json_kind(root) == JSON_OBJECT)
        list = json_member(root, "data");
    const size_t count = list && json_kind(list) == JSON_ARRAY ? json_size(list) : 0;
    for (size_t i = 0; i < count && out->count < WECHAT_CERTS_MAX; i++) {
        const struct json *one = json_element(list, i);
        if (json_kind(one) == JSON_OBJECT && one_read(keys, one, &out->certs[out->count]))
            out->count++;
    }
    json_free(&root);
    return out->count > 0;
}

static void take_over(const struct wechat_keys *keys, const struct wechat_learned *fresh)
{
    const int64_t next_look = keys->learned->next_look;

    certs_clear(keys->learned);
    *keys->learned = *fresh;
    keys->learned->next_look = next_look;
}

/* ---- notes */

static const char *note_name(const struct wechat_keys *keys, char room[48])
{
    struct text text = text_over(room, 48);

    text_addf(&text, "wechat/%s", keys->mchid);
    return room;
}

static bool is_found(const struct wechat_keys *keys, const char *serial)
{
    return serial ? wechat_key_known(keys, serial) : wechat_key_named(keys).key;
}

static bool note_certs_read(const struct channel_account *account, const char *text,
                            const void *serial)
{
    const struct wechat_keys *keys = account->keys;
    struct wechat_learned fresh = { .count = 0 };

    if (list_read(keys, (struct wechat_bytes){ text, strlen(text) }, &fresh))
        take_over(keys, &fresh);
    return is_found(keys, serial);
}

void wechat_certs_recall(const struct channel_account *account)
{
    char name[48];
    bool found;

    if (account->notes)
        (void)channel_note_read(account,
                                &(struct channel_search){ .name = note_name(account->keys, name),
                                                          .read = note_certs_read },
                                &found);
}

/* ---- WeChat Pay */

/* The first fetch of all is signed by a certificate that the answer itself brings. */
static bool is_genuine(const struct wechat_keys *keys, const struct wechat_learned *fresh,
                       const struct wechat_reply *reply)
{
    const struct wechat_stamp stamp = wechat_stamp_of(reply);
    const struct rsa_key *key = wechat_key_known(keys, stamp.serial);

    for (size_t i = 0; i < fresh->count && !key; i++)
        if (str_eq_nocase(fresh->certs[i].serial, stamp.serial))
            key = fresh->certs[i].key;
    return key && wechat_sign_is_right(key, &stamp, wechat_body_of(reply));
}

/* NULL, or why nothing was learned. */
static const char *answer_learn(const struct channel_account *account, enum pay_err err,
                                const struct wechat_reply *reply)
{
    const struct wechat_keys *keys = account->keys;
    struct wechat_learned fresh = { .count = 0 };
    const struct wechat_bytes body = wechat_body_of(reply);
    char name[48];

    if (err == PAY_REFUSED)
        return "WeChat Pay gives this merchant none: it has a public key";
    if (err != PAY_OK)
        return "no answer";
    if (!list_read(keys, body, &fresh))
        return "secrets.apiv3_key does not open them, or they have ended";
    if (!is_genuine(keys, &fresh, reply)) {
        certs_clear(&fresh);
        return "the answer's signature is wrong";
    }
    take_over(keys, &fresh);
    account->notes->keep(account, note_name(keys, name), body.at);
    return NULL;
}

/* A channel that did not answer is no fault of the configuration. */
static void refusal_note(struct wechat_learned *learned, enum pay_err err,
                         const struct http_answer *answer, const char *why)
{
    struct channel_said said = { .error_code = CODE_NO_KEY };

    learned->refusal[0] = '\0';
    if (!why || (err != PAY_OK && err != PAY_REFUSED))
        return;
    if (wechat_no(err, answer, &said) == PAY_REFUSED &&
        !str_eq(said.error_code, "RESOURCE_NOT_EXISTS"))
        why = said.error_msg;
    else
        said_reason(&said, CODE_NO_KEY, why);
    (void)!text_copy(learned->refusal, sizeof(learned->refusal), said.error_code);
    (void)!text_copy(learned->refusal_msg, sizeof(learned->refusal_msg), why);
}

void wechat_certs_refusal(const struct wechat_keys *keys, struct channel_said *said)
{
    const struct wechat_learned *learned = keys->learned;

    if (*learned->refusal != '\0')
        (void)!said_code(said, &WECHAT_CODES, learned->refusal, learned->refusal_msg);
}

static void certs_fetch(const struct channel_account *account)
{
    const struct wechat_request request = { .what = "certificates",
                                            .path = "/v3/certificates",
                                            .nameless = true,
                                            .timeout_ms = CHANNEL_FETCH_MS };
    const struct wechat_keys *keys = account->keys;
    struct wechat_reply reply;

    const enum pay_err err = wechat_send(account, &request, &reply);
    const char *why = answer_learn(account, err, &reply);
    refusal_note(keys->learned, err, &reply.answer, why);
    http_answer_free(&reply.answer);
    log_event(why ? LOG_WARN : LOG_INFO, "wechat.certificates", KN("channel_id", account->id),
              KV("mchid", keys->mchid), KN("count", (int64_t)keys->learned->count),
              KV("why", str_or(why, "")));
}

/* ---- a search */

void wechat_cert_search(const struct channel_account *account, const char *serial, bool stranger)
{
    const struct wechat_keys *keys = account->keys;
    char name[48];

    if (!account->notes || ticks_ms() < keys->learned->next_look)
        return;
    keys->learned->next_look = ticks_ms() + CHANNEL_LOOK_GAP_MS;
    if (channel_note_search(account, &(struct channel_search){ .name = note_name(keys, name),
                                                               .stranger = stranger,
                                                               .read = note_certs_read,
                                                               .arg = serial }))
        certs_fetch(account);
}
