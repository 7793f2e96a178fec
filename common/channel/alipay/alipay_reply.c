/* alipay_reply.c - the gateway's answer. Its signature covers the bytes of the inner value as they
 * came, so they are checked before they are read. An answer without a signature (Alipay does not
 * know the application) decides nothing. */
#include "channel/alipay/alipay_reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/crypto/sign_cbc.h"

#define NAME_MAX 96
#define REPLY_PLAIN_MAX 65536

void alipay_reply_free(struct alipay_reply *reply)
{
    json_free(&reply->root);
    json_free(&reply->plain);
    reply->inner = NULL;
}

const char *alipay_member(const struct alipay_reply *reply, const char *name)
{
    return member_text(reply->inner, name);
}

/* alipay.trade.query -> alipay_trade_query_response */
static bool root_name(const char *method, char *out, size_t size)
{
    struct text text = text_over(out, size);

    text_addf(&text, "%s_response", method);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '.' ? '_' : *c;
    return !text.full;
}

/* With content encryption the inner value is a text: base64 of the object's ciphertext. */
bool alipay_reply_open(const struct alipay_keys *keys, struct alipay_reply *reply)
{
    static char plain[REPLY_PLAIN_MAX];
    size_t len = 0;

    if (json_kind(reply->inner) == JSON_STRING && keys->aes_key[0] != '\0') {
        const char *sealed = json_text(reply->inner, &len);
        if (!sign_cbc_open(keys->aes_key, sealed, plain, sizeof(plain), &len) ||
            json_parse(plain, len, &reply->plain) != PAY_OK)
            return false;
        reply->inner = reply->plain;
    }
    return json_kind(reply->inner) == JSON_OBJECT;
}

enum pay_err alipay_reply_split(const char *method, const struct http_answer *answer,
                                struct alipay_reply *reply, struct alipay_signed *out)
{
    char name[NAME_MAX];

    if (!root_name(method, name, sizeof(name)) ||
        json_parse(answer->body, answer->body_len, &reply->root) != PAY_OK ||
        json_kind(reply->root) != JSON_OBJECT)
        return PAY_UNKNOWN;
    out->at = json_span(answer->body, answer->body_len, name, &out->len);
    out->sign = member_text(reply->root, "sign");
    out->cert_number = member_text(reply->root, "alipay_cert_sn");
    reply->inner = json_member(reply->root, name);
    return out->at && reply->inner ? PAY_OK : PAY_UNKNOWN;
}

/* What an operator is to be shown of an answer that decides nothing. Alipay does not sign for an
 * application that it does not know. */
static void alipay_disbelieve(const struct alipay_reply *reply, bool is_signed,
                              struct channel_said *said)
{
    if (!is_signed && json_kind(reply->inner) == JSON_OBJECT && alipay_member(reply, "sub_code"))
        (void)!alipay_code(reply, said);
    else
        (void)!said_code(said, &ALIPAY_CODES, CODE_ANSWER_SIGNATURE,
                         "the answer's signature is not right");
    if (said->meaning != MEANS_SETUP)
        said->meaning = MEANS_UNKNOWN;
}

enum pay_err alipay_reply_read(const struct channel_account *account, const char *method,
                               const struct http_answer *answer, struct alipay_reply *reply,
                               struct channel_said *said)
{
    struct alipay_signed of;

    if (alipay_reply_split(method, answer, reply, &of) != PAY_OK)
        return PAY_UNKNOWN;
    const struct rsa_key *key = of.sign ? alipay_key_of(account, of.cert_number, false) : NULL;
    const bool genuine = key && rsa_verify(key, of.at, of.len, of.sign);
    if (alipay_reply_open(account->keys, reply) && genuine)
        return PAY_OK;
    alipay_disbelieve(reply, of.sign, said);
    log_event(LOG_WARN, "alipay.unsigned", KN("channel_id", account->id), KV("method", method),
              KV("code", said->error_code), KV("msg", said->error_msg));
    return PAY_UNKNOWN;
}
