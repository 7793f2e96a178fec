/* call.c - one request to a channel, through the gate, and what its answer means. */
#include "channel/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "channel/gate.h"

static enum pay_err answer_meaning(const struct http_answer *answer)
{
    static const int NOT_NOW[] = { 408, 425, 429 }; /* it may be done all the same */

    if (answer->end != HTTP_DONE)
        return answer->end == HTTP_BAD_URL ? PAY_FULL : PAY_UNKNOWN;
    for (size_t i = 0; i < COUNT(NOT_NOW); i++)
        if (answer->status == NOT_NOW[i])
            return PAY_UNKNOWN;
    return answer->status / 100 == 2   ? PAY_OK
           : answer->status / 100 == 4 ? PAY_REFUSED
                                       : PAY_UNKNOWN;
}

static const char *result_word(enum pay_err err)
{
    return err == PAY_OK        ? "ok"
           : err == PAY_REFUSED ? "refused"
           : err == PAY_FULL    ? "not_called"
                                : "unknown";
}

static void call_note(const struct channel_account *account, const char *what, enum pay_err err,
                      const struct http_answer *answer)
{
    char label[96];
    struct text text = TEXT(label);

    text_addf(&text, "what=\"%s\",result=\"%s\"", what, result_word(err));
    stats_add("shroff_channel_calls_total", label, 1);
    if (err == PAY_FULL && answer->end != HTTP_BAD_URL) /* the gate's own counter has it */
        return;
    text_reset(&text);
    text_addf(&text, "what=\"%s\"", what);
    stats_observe_us("shroff_channel_call_seconds", label, answer->duration_us);
    log_event(err == PAY_OK ? LOG_INFO : LOG_WARN, "channel.call", KV("what", what),
              KN("channel_id", account->id), KV("channel", account->code),
              KV("result", result_word(err)), KV("end", http_end_word(answer->end)),
              KN("status", answer->status), KN("ms", answer->duration_us / 1000),
              KV("peer", answer->peer),
              KV("reason", answer->end == HTTP_TIMEOUT ? "" : answer->reason));
}

static bool may_be_called(const struct channel_account *account, const char *url)
{
    return str_starts(url, "https://") || (account->env->test_mode && str_starts(url, "http://"));
}

static enum pay_err call_send(const struct channel_account *account,
                              const struct http_request *request, struct http_answer *answer)
{
    struct http_request timed = *request;
    struct gate_pass pass;

    if (timed.timeout_ms <= 0 || timed.timeout_ms > CHANNEL_CALL_MAX_MS)
        timed.timeout_ms = CHANNEL_CALL_MAX_MS;
    if (!gate_enter(account, &pass))
        return PAY_FULL;
    http_send(&timed, answer);
    gate_leave(&pass, answer->end == HTTP_DONE && answer->status < 500);
    return answer_meaning(answer);
}

enum pay_err channel_call(const struct channel_account *account, const char *what,
                          const struct http_request *request, struct http_answer *answer)
{
    enum pay_err err = PAY_FULL;

    *answer = (struct http_answer){ .end = HTTP_BROKEN };
    if (may_be_called(account, request->url))
        err = call_send(account, request, answer);
    else
        answer->end = HTTP_BAD_URL;
    call_note(account, what, err, answer);
    return err;
}
