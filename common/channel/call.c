/* call.c - one request to a channel, through the gate, and what its answer means. */
#include "channel/call.h"

#include <string.h>

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
    if (err == PAY_FULL && answer->end != HTTP_BAD_URL) /* another counter has it */
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

/* ---- the time of a web request */

#define CALL_MIN_MS 200 /* with less no call begins */

static int64_t began_us; /* in ticks (base/clock.h); 0: no web request */
static int64_t kept_ms;

void channel_time_begin(void)
{
    began_us = clock_ticks_us();
    kept_ms = 0;
}

void channel_time_keep(int64_t ms)
{
    kept_ms = ms;
}

static int64_t time_left_ms(const struct http_request *request)
{
    if (began_us == 0)
        return request->to_file ? CHANNEL_FILE_MAX_MS : CHANNEL_CALL_MAX_MS;
    return CHANNEL_CALL_MAX_MS - (clock_ticks_us() - began_us) / 1000 - kept_ms;
}

/* ---- what it met */

static struct channel_met met = { .end = HTTP_BAD_URL };

const struct channel_met *channel_call_met(void)
{
    return &met;
}

/* "Mon, 30 Nov 2026 21:20:09 GMT" in s; 0: it is none. */
static int64_t date_read(const char *date)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char room[32];
    struct text text = TEXT(room);
    int64_t ms = 0;

    if (strlen(date) != 29)
        return 0;
    const char *month = strstr(MONTHS, (const char[]){ date[8], date[9], date[10], '\0' });
    if (!month)
        return 0;
    text_addf(&text, "%.4s-%02d-%.2sT%.8sZ", date + 12, (int)(month - MONTHS) / 3 + 1, date + 5,
              date + 17);
    return time_parse(room, &ms) ? ms / 1000 : 0;
}

static void met_note(const struct http_answer *answer)
{
    const int64_t date = date_read(answer->date);

    met = (struct channel_met){ .end = answer->end,
                                .status = answer->status,
                                .ahead_s = date ? date - clock_now_s() : 0 };
    (void)!text_copy(met.peer, sizeof(met.peer), answer->peer);
    (void)!text_copy(met.reason, sizeof(met.reason), answer->reason);
}

/* ---- the call */

/* The time is looked at again behind the gate, where the request may wait for its seat. */
static enum pay_err call_send(const struct channel_account *account,
                              const struct http_request *request, struct http_answer *answer)
{
    struct http_request timed = *request;
    struct gate_pass pass;

    if (time_left_ms(request) < CALL_MIN_MS) {
        stats_add("shroff_channel_not_called_total", NULL, 1);
        return PAY_FULL;
    }
    if (!gate_enter(account, &pass))
        return PAY_FULL;
    const int64_t left = time_left_ms(request);
    if (timed.timeout_ms <= 0 || timed.timeout_ms > left)
        timed.timeout_ms = left < CALL_MIN_MS ? CALL_MIN_MS : (int)left;
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
    met_note(answer);
    return err;
}
