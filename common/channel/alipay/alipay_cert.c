/* alipay_cert.c - certificate mode: the numbers that requests name, and Alipay's keys by number. A
 * number that the configuration does not have is downloaded when an answer or a notification names
 * it, and kept as a note for all processes. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/alipay/alipay_reply.h"
#include "channel/call.h"
#include "channel/notes.h"
#include "io/crypto/cert.h"
#include "io/crypto/sign.h"

#define PEM_MAX 16384

const char *alipay_certs_read(const struct channel_parsed *row, struct alipay_keys *keys)
{
    const char *app_pem = member_text(row->config, "app_cert");
    const char *pem = member_text(row->config, "alipay_cert");
    struct text roots = TEXT(keys->root_number);
    struct cert app = { .key = NULL };

    const char *root_pems = member_text(row->config, "alipay_root_cert");
    if (!app_pem || !pem || !root_pems)
        return "config.alipay_public_key must be there, or config.app_cert, config.alipay_cert and"
               " config.alipay_root_cert";
    const bool is_ours = cert_read(app_pem, &app) && rsa_is_pair(app.key, keys->own);
    memcpy(keys->app_number, app.number, sizeof(keys->app_number));
    keys->app_end = app.end_time;
    cert_clear(&app);
    if (!is_ours)
        return "config.app_cert must be the certificate of secrets.private_key";
    if (!cert_read(pem, &keys->cert))
        return "config.alipay_cert must be Alipay's certificate (alipayCertPublicKey_RSA2.crt)";
    if (!cert_numbers(root_pems, &roots))
        return "config.alipay_root_cert must be Alipay's root certificates (alipayRootCert.crt)";
    if (cert_is_alien(pem, root_pems)) /* Alipay's file may lack the certificate between */
        return "config.alipay_cert is not issued by config.alipay_root_cert: download both again";
    keys->roots = strdup(root_pems);
    if (!keys->roots)
        abort();
    return NULL;
}

void alipay_certs(const struct channel_account *account, channel_cert_each *each, void *arg)
{
    const struct alipay_keys *keys = account->keys;

    if (!keys->cert.key)
        return;
    each(arg, "config.app_cert", keys->app_end);
    each(arg, "config.alipay_cert", keys->cert.end_time);
}

/* ---- what was learned */

static void alipay_cert_drop(struct alipay_cert *one)
{
    cert_clear(&one->cert);
    free(one->pem);
    one->pem = NULL;
}

void alipay_certs_free(struct alipay_learned **learned)
{
    while (*learned && (*learned)->count > 0)
        alipay_cert_drop(&(*learned)->at[--(*learned)->count]);
    free(*learned);
    *learned = NULL;
}

static const struct rsa_key *alipay_key_known(const struct alipay_keys *keys, const char *number)
{
    const struct alipay_learned *learned = keys->learned;

    if (!keys->cert.key)
        return keys->theirs;
    if (!number || str_eq(number, keys->cert.number))
        return keys->cert.key;
    for (size_t i = 0; i < learned->count; i++)
        if (str_eq(number, learned->at[i].cert.number) &&
            clock_now_ms() < learned->at[i].cert.end_time)
            return learned->at[i].cert.key;
    return NULL;
}

/* The certificate itself proves that it is Alipay's: a root issued it, by way of the authority that
 * issued the one of the configuration. Applications' certificates come from another authority. */
static bool is_proven(const struct alipay_keys *keys, const struct cert *cert, const char *pem)
{
    return str_eq(cert->issuer, keys->cert.issuer) && cert_is_issued(pem, keys->roots);
}

/* The newest stay when there are more than room. */
static void alipay_cert_insert(struct alipay_learned *learned, struct alipay_cert one)
{
    size_t i = learned->count;

    while (i > 0 && learned->at[i - 1].cert.start_time < one.cert.start_time)
        i--;
    if (learned->count == ALIPAY_CERTS_MAX) {
        if (i == ALIPAY_CERTS_MAX) {
            alipay_cert_drop(&one);
            return;
        }
        alipay_cert_drop(&learned->at[--learned->count]);
    }
    memmove(&learned->at[i + 1], &learned->at[i], (learned->count - i) * sizeof(one));
    learned->at[i] = one;
    learned->count++;
}

/* Of base64. number: the one that it must have, or NULL. */
static bool learn(const struct alipay_keys *keys, const char *number, const char *base64,
                  size_t base64_len)
{
    char pem[PEM_MAX];
    struct cert cert = { .key = NULL };
    size_t len = 0;

    if (!sign_base64_read(base64, base64_len, (uint8_t *)pem, sizeof(pem) - 1, &len))
        return false;
    pem[len] = '\0';
    const bool ok = strlen(pem) == len && cert_read(pem, &cert) &&
                    (!number || str_eq(cert.number, number)) && is_proven(keys, &cert, pem);
    if (!ok || alipay_key_known(keys, cert.number)) {
        cert_clear(&cert);
        return ok;
    }
    const struct alipay_cert one = { cert, strdup(pem) };
    if (!one.pem)
        abort();
    alipay_cert_insert(keys->learned, one);
    return true;
}

/* ---- notes: the learned certificates, each as base64 of its PEM text, with blanks between */

static const char *alipay_note_name(const struct alipay_keys *keys, const char *end, char room[48])
{
    struct text text = text_over(room, 48);

    text_addf(&text, "alipay/%s%s", keys->app_id, end);
    return room;
}

static bool note_read(const struct channel_account *account, const char *text, const void *number)
{
    const struct alipay_keys *keys = account->keys;

    for (size_t len; *text != '\0'; text += len + (text[len] == ' ')) {
        len = strcspn(text, " ");
        (void)learn(keys, NULL, text, len);
    }
    return number && alipay_key_known(keys, number);
}

static void note_write(const struct channel_account *account)
{
    static char room[CHANNEL_NOTE_SIZE];
    const struct alipay_keys *keys = account->keys;
    struct text text = TEXT(room);
    char name[48];

    for (size_t i = 0; i < keys->learned->count; i++) {
        const char *pem = keys->learned->at[i].pem;
        const size_t before = text.len;
        text_add(&text, i > 0 ? " " : "");
        sign_base64_add(&text, pem, strlen(pem));
        if (text.full) {
            room[before] = '\0';
            break;
        }
    }
    account->notes->keep(account, alipay_note_name(keys, "", name), room);
}

/* ---- a number that is not known */

static void number_write(struct json_text *to, const void *arg)
{
    json_str(to, "alipay_cert_sn", arg);
}

static void alipay_cert_fetch(const struct channel_account *account, const char *number)
{
    const struct alipay_request request = {
        .method = "alipay.open.app.alipaycert.download",
        .what = "certificate",
        .write = number_write,
        .arg = number,
        .timeout_ms = CHANNEL_FETCH_MS,
    };
    struct alipay_reply reply = { NULL, NULL, NULL };
    struct alipay_signed of;
    struct http_answer answer;

    bool ok = alipay_post(account, &request, &answer) == PAY_OK &&
              alipay_reply_split(request.method, &answer, &reply, &of) == PAY_OK &&
              alipay_reply_open(account->keys, &reply);
    const char *base64 = ok ? alipay_member(&reply, "alipay_cert_content") : NULL;
    ok = base64 && learn(account->keys, number, base64, strlen(base64));
    alipay_reply_free(&reply);
    http_answer_free(&answer);
    if (ok)
        note_write(account);
    log_event(ok ? LOG_INFO : LOG_WARN, ok ? "alipay.certificate" : "alipay.certificate_unknown",
              KN("channel_id", account->id), KV("number", number));
}

/* The notes are read once a second. */
static bool look_is_due(const struct channel_account *account, bool stranger)
{
    const struct alipay_keys *keys = account->keys;
    int64_t *next_look = &keys->learned->next_look[stranger];
    const int64_t now = clock_ticks_us() / 1000;

    if (!account->notes || !keys->cert.key || now < *next_look)
        return false;
    *next_look = now + CHANNEL_LOOK_GAP_MS;
    return true;
}

void alipay_certs_recall(const struct channel_account *account)
{
    char name[48];
    bool found;

    if (look_is_due(account, true))
        (void)channel_note_read(
            account,
            &(struct channel_search){ .name = alipay_note_name(account->keys, "", name),
                                      .read = note_read },
            &found);
}

static void alipay_cert_search(const struct channel_account *account, const char *number,
                               bool stranger)
{
    const struct alipay_keys *keys = account->keys;
    char name[48], turn[48];

    if (!look_is_due(account, stranger))
        return;
    const struct channel_search search = {
        .name = alipay_note_name(keys, "", name),
        .turn = stranger ? alipay_note_name(keys, "/heard", turn) : NULL,
        .stranger = stranger,
        .read = note_read,
        .arg = number,
    };
    if (channel_note_search(account, &search))
        alipay_cert_fetch(account, number);
}

const struct rsa_key *alipay_key_of(const struct channel_account *account, const char *number,
                                    bool stranger)
{
    const struct alipay_keys *keys = account->keys;
    const struct rsa_key *key = alipay_key_known(keys, number);

    if (key || !str_is(number, ALPHA_HEX, 32, 32))
        return key;
    alipay_cert_search(account, number, stranger);
    return alipay_key_known(keys, number);
}
