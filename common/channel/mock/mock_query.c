/* mock_query.c - asks the mock gateway what became of an attempt, or to close it: POST
 * /mockpay/query and /mockpay/close, the same question and the same answer. */
#include <string.h>

#include "base/json_text.h"
#include "channel/call.h"
#include "channel/mock/mock_private.h"

#define QUERY_TIMEOUT_MS 2000

static bool request_write(const struct channel_account *account, const char *pay_id,
                          struct text *to)
{
    const struct mock_keys *keys = account->keys;
    struct json_text j = JSON_TEXT(to);
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    json_open(&j, NULL);
    json_str(&j, "pay_id", pay_id);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    return signed_json_sign(to, &keys->ours);
}

/* An answer counts only when it is signed by the gateway, fresh, and about the attempt asked for.
 */
static enum pay_err answer_read(const struct channel_account *account, const char *pay_id,
                                const struct http_answer *answer, struct channel_said *out)
{
    const struct mock_keys *keys = account->keys;
    struct json *object;

    if (json_parse(answer->body, answer->body_len, &object) != PAY_OK)
        return PAY_UNKNOWN;
    bool good = json_kind(object) == JSON_OBJECT && signed_json_verify(object, &keys->gateway) &&
                mock_time_check(object) == PAY_OK && mock_said(object, out) == PAY_OK &&
                str_eq(out->no, pay_id);
    json_free(&object);
    return good ? PAY_OK : PAY_UNKNOWN;
}

/* what is "query" or "close". A refusal of the gateway says nothing about the trade. */
static enum pay_err ask(const struct channel_account *account, const char *what,
                        const char *pay_id, struct channel_said *out)
{
    char url[CONFIG_TEXT + 32], room[512];
    struct text to = TEXT(url), body = TEXT(room);
    struct http_answer answer;

    text_addf(&to, "%s/mockpay/%s", account->env->mock_gateway_url, what);
    if (to.full || !request_write(account, pay_id, &body))
        return PAY_UNKNOWN;
    const struct http_request request = {
        .method = "POST", .url = url, .headers = { "Content-Type: application/json" },
        .body = body.at, .body_len = body.len, .timeout_ms = QUERY_TIMEOUT_MS,
        .keep = 4096,
    };
    enum pay_err err = channel_call(account, what, &request, &answer);
    if (err == PAY_OK)
        err = answer_read(account, pay_id, &answer, out);
    http_answer_free(&answer);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err;
}

enum pay_err mock_query(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    return ask(account, "query", pay_id, out);
}

enum pay_err mock_close(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    return ask(account, "close", pay_id, out);
}
