/* mock_query.c - questions to the mock gateway, and the first two: what became of an attempt, and
 * to close it (POST /mockpay/query and /mockpay/close, answered alike). */
#include <string.h>

#include "channel/call.h"
#include "channel/mock/mock_private.h"

#define QUERY_TIMEOUT_MS 2000

static const char *const NO_NAMES[] = {
    [ABOUT_ORDER] = "pay_id",
    [ABOUT_REFUND] = "refund_no",
    [ABOUT_TRANSFER] = "transfer_no",
};

static bool request_write(const struct channel_account *account,
                          const struct mock_question *question, struct text *to)
{
    const struct mock_keys *keys = account->keys;
    struct json_text j = JSON_TEXT(to);
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    json_open(&j, NULL);
    json_str(&j, NO_NAMES[question->about], question->no);
    if (question->write)
        question->write(&j, question->arg);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    return signed_json_sign(to, &keys->ours);
}

static enum pay_err answer_read(const struct channel_account *account,
                                const struct mock_question *question,
                                const struct http_answer *answer, struct channel_said *out)
{
    const struct mock_keys *keys = account->keys;
    struct json *object;

    if (json_parse(answer->body, answer->body_len, &object) != PAY_OK)
        return PAY_UNKNOWN;
    bool good = json_kind(object) == JSON_OBJECT && signed_json_verify(object, &keys->gateway) &&
                mock_time_check(object) == PAY_OK &&
                mock_said(question->about, object, out) == PAY_OK && str_eq(out->no, question->no);
    json_free(&object);
    return good ? PAY_OK : PAY_UNKNOWN;
}

/* A refusal without a signature says nothing of what was asked. */
enum pay_err mock_ask(const struct channel_account *account, const struct mock_question *question,
                      struct channel_said *out)
{
    char url[CONFIG_TEXT + 32], room[1024];
    struct text to = TEXT(url), body = TEXT(room);
    struct http_answer answer;

    text_addf(&to, "%s/mockpay/%s", account->env->mock_gateway_url, question->path);
    if (to.full || !request_write(account, question, &body))
        return PAY_UNKNOWN;
    const struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = { "Content-Type: application/json" },
        .body = body.at,
        .body_len = body.len,
        .timeout_ms = QUERY_TIMEOUT_MS,
        .keep = 4096,
    };
    enum pay_err err = channel_call(account, question->what, &request, &answer);
    if (err == PAY_OK)
        err = answer_read(account, question, &answer, out);
    http_answer_free(&answer);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err;
}

enum pay_err mock_query(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    const struct mock_question question = { .path = "query", .what = "query", .no = pay_id };

    return mock_ask(account, &question, out);
}

enum pay_err mock_close(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    const struct mock_question question = { .path = "close", .what = "close", .no = pay_id };

    return mock_ask(account, &question, out);
}
