/* alipay_call.c - a request to gateway.do: its signed parameters, and what the code of its answer
 * means. */
#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "channel/alipay/alipay_reply.h"
#include "channel/call.h"
#include "io/crypto/sign_cbc.h"
#include "wire/alipay_text.h"

#define BIZ_MAX 8192
#define PAIRS_MAX 13
#define SIGN_PAIR PAIRS_MAX

/* ---- the request */

struct texts {
    char biz[BIZ_MAX], now[20], notify_url[512];
    const char *encrypt_type;
};

static bool texts_write(const struct channel_account *account, const struct alipay_request *request,
                        struct texts *out)
{
    struct text biz = TEXT(out->biz), now = TEXT(out->now), url = TEXT(out->notify_url);
    struct json_text j = JSON_TEXT(&biz);

    json_open(&j, NULL);
    request->write(&j, request->arg);
    json_close(&j);
    time_add_china(&now, clock_now_ms(), ' ');
    if (request->notifies)
        text_addf(&url, "%s/api/pay/notify/order/%lld", account->env->base_url,
                  (long long)account->id);
    return !biz.full && !now.full && !url.full;
}

/* Content encryption: biz_content becomes base64 of its ciphertext. A browser's request stays
 * plain: it is encrypted or not request by request. */
static bool biz_seal(const struct alipay_keys *keys, const struct alipay_request *request,
                     struct texts *texts)
{
    char room[BIZ_MAX];
    struct text sealed = TEXT(room);

    texts->encrypt_type = keys->aes_key[0] != '\0' && request->what ? "AES" : "";
    if (*texts->encrypt_type == '\0')
        return true;
    return sign_cbc_seal(keys->aes_key, texts->biz, strlen(texts->biz), &sealed) &&
           text_copy(texts->biz, sizeof(texts->biz), room);
}

static bool sign_pairs(const struct alipay_keys *keys, struct alipay_pair *pairs, struct text *sign)
{
    char *room = malloc(ALIPAY_TEXT_MAX);

    if (!room)
        abort();
    struct text canon = text_over(room, ALIPAY_TEXT_MAX);
    alipay_text(pairs, PAIRS_MAX, &canon);
    const bool ok = !canon.full && rsa_sign(keys->own, canon.at, canon.len, sign);
    free(room);
    return ok;
}

bool alipay_string(const struct channel_account *account, const struct alipay_request *request,
                   struct text *to)
{
    const struct alipay_keys *keys = account->keys;
    struct texts texts;
    char room[1024];
    struct text sign = TEXT(room);

    if (!texts_write(account, request, &texts) || !biz_seal(keys, request, &texts))
        return false;
    struct alipay_pair pairs[PAIRS_MAX + 1] = {
        { "alipay_root_cert_sn", keys->root_number },
        { "app_cert_sn", keys->app_number },
        { "app_id", keys->app_id },
        { "biz_content", texts.biz },
        { "charset", "utf-8" },
        { "encrypt_type", texts.encrypt_type },
        { "format", "JSON" },
        { "method", request->method },
        { "notify_url", texts.notify_url },
        { "return_url", request->return_url },
        { "sign_type", "RSA2" },
        { "timestamp", texts.now },
        { "version", "1.0" },
    };
    if (!sign_pairs(keys, pairs, &sign))
        return false;
    pairs[SIGN_PAIR] = (struct alipay_pair){ "sign", room };
    for (size_t i = 0; i <= SIGN_PAIR; i++) {
        if (*str_or(pairs[i].value, "") == '\0')
            continue;
        text_add(to, to->len > 0 ? "&" : "");
        text_add(to, pairs[i].name);
        text_add_char(to, '=');
        text_add_form(to, pairs[i].value);
    }
    return !to->full;
}

/* ---- the answer */

bool alipay_is(const struct channel_said *said, const char *what)
{
    return str_starts(said->error_code, "ACQ.") && str_eq(said->error_code + 4, what);
}

enum pay_err alipay_post(const struct channel_account *account,
                         const struct alipay_request *request, struct http_answer *answer)
{
    const struct alipay_keys *keys = account->keys;
    char *room = malloc(ALIPAY_TEXT_MAX);

    *answer = (struct http_answer){ 0 };
    if (!room)
        abort();
    struct text body = text_over(room, ALIPAY_TEXT_MAX);
    if (!alipay_string(account, request, &body)) {
        free(room);
        return PAY_FULL;
    }
    const struct http_request http = {
        .method = "POST",
        .url = keys->gateway,
        .headers = { "Content-Type: application/x-www-form-urlencoded;charset=utf-8" },
        .body = body.at,
        .body_len = body.len,
        .timeout_ms = request->timeout_ms,
        .keep = HTTP_BODY_READ,
    };
    enum pay_err err = channel_call(account, request->what, &http, answer);
    free(room);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err; /* the gateway itself never answers so */
}

enum pay_err alipay_ask(const struct channel_account *account, const struct alipay_request *request,
                        struct alipay_reply *reply, struct channel_said *said)
{
    struct http_answer answer;

    *reply = (struct alipay_reply){ NULL, NULL, NULL };
    enum pay_err err = alipay_post(account, request, &answer);
    if (err == PAY_OK)
        err = alipay_reply_read(account, request->method, &answer, reply, said);
    http_answer_free(&answer);
    return err == PAY_OK ? alipay_code(reply, said) : err;
}

enum pay_err alipay_ask_about(const struct channel_account *account,
                              const struct alipay_request *request, const char *no,
                              alipay_read *read, struct channel_said *out)
{
    struct alipay_reply reply;

    enum pay_err err = said_begin(request->about, no, out);
    if (err != PAY_OK)
        return err;
    err = alipay_ask(account, request, &reply, out);
    if (err == PAY_OK)
        err = read(&reply, request->arg, out);
    alipay_reply_free(&reply);
    return err;
}
