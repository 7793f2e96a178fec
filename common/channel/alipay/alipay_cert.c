/* alipay_cert.c - certificate mode: the numbers that requests name, and Alipay's keys by number. A
 * number that the configuration does not have is downloaded when an answer of the gateway names it;
 * a notification, which a stranger may send, is checked with what is known. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/alipay/alipay_reply.h"
#include "channel/call.h"
#include "io/crypto/cert.h"
#include "io/crypto/sign.h"

#define DOWNLOAD_GAP_MS 60000
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

/* ---- a number that is not known */

static bool text_of_base64(const char *base64, char *out, size_t size)
{
    size_t len = 0;

    if (!sign_base64_read(base64, strlen(base64), (uint8_t *)out, size - 1, &len))
        return false;
    out[len] = '\0';
    return strlen(out) == len;
}

/* The certificate itself proves that it is Alipay's: it has the number, and a root issued it. */
static bool learn(const struct alipay_keys *keys, const char *number, const char *base64)
{
    char pem[PEM_MAX];
    struct cert cert = { .key = NULL };

    const bool ok = text_of_base64(base64, pem, sizeof(pem)) && cert_read(pem, &cert) &&
                    str_eq(cert.number, number) && cert_is_issued(pem, keys->roots);
    if (!ok) {
        cert_clear(&cert);
        return false;
    }
    cert_clear(&keys->learned->cert);
    keys->learned->cert = cert;
    return true;
}

static void number_write(struct json_text *to, const void *arg)
{
    json_str(to, "alipay_cert_sn", arg);
}

static bool download(const struct channel_account *account, const char *number)
{
    const struct alipay_request request = {
        .method = "alipay.open.app.alipaycert.download",
        .what = "certificate",
        .write = number_write,
        .arg = number,
    };
    struct alipay_reply reply = { NULL, NULL, NULL };
    struct alipay_signed of;
    struct http_answer answer;

    bool ok = alipay_post(account, &request, &answer) == PAY_OK &&
              alipay_reply_split(request.method, &answer, &reply, &of) == PAY_OK &&
              alipay_reply_open(account->keys, &reply);
    ok = ok &&
         learn(account->keys, number, str_or(alipay_member(&reply, "alipay_cert_content"), ""));
    alipay_reply_free(&reply);
    http_answer_free(&answer);
    log_event(ok ? LOG_INFO : LOG_WARN, ok ? "alipay.certificate" : "alipay.certificate_unknown",
              KN("channel_id", account->id), KV("number", number));
    return ok;
}

/* ---- keys by number */

const struct rsa_key *alipay_key_known(const struct alipay_keys *keys, const char *number)
{
    if (!keys->cert.key)
        return keys->theirs;
    if (!number || str_eq(number, keys->cert.number))
        return keys->cert.key;
    const struct cert *learned = &keys->learned->cert;
    return learned->key && str_eq(number, learned->number) ? learned->key : NULL;
}

const struct rsa_key *alipay_key_of(const struct channel_account *account, const char *number)
{
    const struct alipay_keys *keys = account->keys;
    const struct rsa_key *key = alipay_key_known(keys, number);
    const int64_t now = clock_ticks_us() / 1000;

    if (key || !str_is(number, ALPHA_HEX, 32, 32) || now < keys->learned->next_download)
        return key;
    keys->learned->next_download = now + DOWNLOAD_GAP_MS;
    return download(account, number) ? alipay_key_known(keys, number) : NULL;
}
