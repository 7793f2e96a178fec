/* mock_query.c - questions to the mock gateway, and the first two: what became of an attempt, and
 * to close it (POST /mockpay/query and /mockpay/close, answered alike). */
#include <string.h>

#include "channel/call.h"
#include "channel/mock/mock_private.h"

#define QUERY_TIMEOUT_MS 2000
#define ANSWER_MAX 16384 /* a piece of a bill */

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
    if (question->no)
        json_str(&j, NO_NAMES[question->about], question->no);
    if (question->write)
        question->write(&j, question->arg);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    return signed_json_sign(to, &keys->ours);
}

static enum pay_err answer_read(const struct channel_account *account,
                                const struct http_answer *answer, struct json **out)
{
    const struct mock_keys *keys = account->keys;

    return json_parse(answer->body, answer->body_len, out) == PAY_OK &&
                   json_kind(*out) == JSON_OBJECT && signed_json_verify(*out, &keys->gateway) &&
                   mock_time_check(*out) == PAY_OK
               ? PAY_OK
               : PAY_UNKNOWN;
}

/* A refusal without a signature says nothing of what was asked. */
enum pay_err mock_ask_object(const struct channel_account *account,
                             const struct mock_question *question, struct json **out)
{
    char url[CONFIG_TEXT + 32], room[1024];
    struct text to = TEXT(url), body = TEXT(room);
    struct http_answer answer;

    *out = NULL;
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
        .keep = ANSWER_MAX,
    };
    enum pay_err err = channel_call(account, question->what, &request, &answer);
    if (err == PAY_OK)
        err = answer_read(account, &answer, out);
    http_answer_free(&answer);
    return err == PAY_REFUSED ? PAY_UNKNOWN : err;
}

enum pay_err mock_ask(const struct channel_account *account, const struct mock_question *question,
                      struct channel_said *out)
{
    struct json *object = NULL;
    enum pay_err err = mock_ask_object(account, question, &object);

    if (err == PAY_OK &&
        (mock_said(question->about, object, out) != PAY_OK || !str_eq(out->no, question->no)))
        err = PAY_UNKNOWN;
    json_free(&object);
    return err;
}

enum pay_err mock_query(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    const struct mock_question question = { .path = "query", .what = "query", .no = pay_id };

    return mock_ask(account, &question, out);
}

/* The gateway refuses a number that it does not know like a wrong signature, so all that can be
 * seen is that it answers. */
enum pay_err mock_probe(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    enum pay_err err = mock_query(account, pay_id, out);
    const struct channel_met *met = channel_call_met();

    return err != PAY_OK && met->end == HTTP_DONE && met->status / 100 == 4 ? PAY_OK : err;
}

enum pay_err mock_close(const struct channel_account *account, const char *pay_id,
                        struct channel_said *out)
{
    const struct mock_question question = { .path = "close", .what = "close", .no = pay_id };

    return mock_ask(account, &question, out);
}
