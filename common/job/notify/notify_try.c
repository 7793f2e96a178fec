/* notify_try.c - see notify_try.h. */
#include "job/notify/notify_try.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "base/version.h"

#define PUSHED_OUT_S 60         /* 429 and 503 without a Retry-After of their own */

void notify_try_take(struct notify_try *try, struct notify_due *due, int64_t token)
{
    memset(&try->result, 0, sizeof(try->result));
    try->lane = due->lane;
    try->max_times = due->max_notify_times;
    try->age_us = due->age_us;
    try->probe = due->probe;
    try->result.task_id = due->id;
    try->result.app_id = due->app_id;
    try->result.token = token;
    try->result.times = due->notify_times + 1;
    try->result.manual = due->manual;
    memcpy(try->result.no, due->no, sizeof(try->result.no));
    memcpy(try->url, due->notify_url, sizeof(try->url));
    try->url_key = notify_url_key(try->url);
    try->body = due->body;
    try->body_len = due->body_len;
    due->body = NULL;
}

static bool format(char *room, size_t size, const char *name, const char *value)
{
    struct text text = text_over(room, size);

    text_addf(&text, "%s: %s", name, value);
    return !text.full;
}

static bool format_number(char *room, size_t size, const char *name, int64_t value)
{
    struct text text = text_over(room, size);

    text_addf(&text, "%s: %lld", name, (long long)value);
    return !text.full;
}

bool notify_try_request(struct notify_try *try, const struct webhook_keys *keys,
                        struct http_request *request)
{
    int64_t now = clock_now_s();
    struct text signature = TEXT(try->signature);

    text_add(&signature, "webhook-signature: ");
    const struct notify_message message = { try->result.no, now, try->body, try->body_len };
    if (!notify_sign(keys, &message, &signature) ||
        signature.full || !format(try->id, sizeof(try->id), "webhook-id", try->result.no) ||
        !format_number(try->timestamp, sizeof(try->timestamp), "webhook-timestamp", now) ||
        !format_number(try->attempt, sizeof(try->attempt), "webhook-attempt", try->result.times))
        return false;
    *request = (struct http_request){
        .method = "POST", .url = try->url,
        .headers = { "Content-Type: application/json", "User-Agent: Shroff/" SHROFF_VERSION,
                     try->id, try->timestamp, try->signature, try->attempt },
        .body = try->body, .body_len = try->body_len,
        .timeout_ms = NOTIFY_TRY_MS, .keep = HTTP_BODY_READ,
    };
    return true;
}

/* ---- the answer */

/* Words of notify_log; NULL: from the HTTP answer itself. */
static const char *end_code(enum http_end end)
{
    switch (end) {
    case HTTP_DONE:         return NULL;
    case HTTP_DNS:          return "DNS";
    case HTTP_CONNECT:      return "CONNECT";
    case HTTP_TLS:          return "TLS";
    case HTTP_TIMEOUT:      return "TIMEOUT";
    case HTTP_TOO_LARGE:    return "TOO_LARGE";
    case HTTP_BLOCKED_ADDR: return "BLOCKED_ADDR";
    case HTTP_BROKEN:       return "CONNECT";
    case HTTP_BAD_URL:      return "CONFIG";
    }
    return "CONFIG";
}

/* Text a person can read and the database will take: what does not print, but tab and newline,
 * becomes \xHH. */
static void keep_response(const char *body, size_t len, char room[NOTIFY_RESPONSE_SIZE])
{
    struct text out = text_over(room, NOTIFY_RESPONSE_SIZE);

    for (size_t i = 0; i < len && !out.full;) {
        uint32_t c;
        size_t n = utf8_next(body + i, len - i, &c);
        if (n > 0 && (c == '\n' || c == '\t'))
            text_add_n(&out, body + i, n);
        else
            text_add_shown(&out, body + i, n > 0 ? n : 1);
        i += n > 0 ? n : 1;
    }
}

static void set_code(struct notify_result *result, const struct http_answer *answer, bool heard)
{
    struct text code = TEXT(result->error_code);
    const char *word = end_code(answer->end);

    if (word)
        text_add(&code, word);
    else if (heard)
        text_add(&code, "OK");
    else if (answer->status == 200)
        text_add(&code, "BODY_RULE");
    else
        text_addf(&code, "HTTP_%03d", answer->status);
}

/* After a resend there is room for a whole schedule again: it is counted from there. */
static int64_t schedule_place(const struct notify_try *try, const struct notify_schedule *schedule)
{
    int64_t base = try->max_times - (int64_t)schedule->gaps - 1;
    int64_t place = try->result.times - (base > 0 ? base : 0);

    return place > 1 ? place : 1;
}

static void end_badly(struct notify_try *try, const char *alert, const char *because)
{
    struct notify_result *result = &try->result;
    struct text text = TEXT(result->alert_text), crowd = TEXT(result->alert_crowd);

    result->status = NOTIFY_FAILURE;
    result->alert = alert;
    if (try->host)
        text_addf(&crowd, "%s://%s:%lld", try->host->url.scheme, try->host->url.host,
                  (long long)try->host->url.port);
    text_addf(&text, "%s: %s after %lld tries; the last one: %s%s%s%s; shroffctl notify list"
              " --status FAILURE has all",
              *result->alert_crowd ? result->alert_crowd : result->no, because,
              (long long)result->times, result->error_code, *result->reason ? " (" : "",
              result->reason, *result->reason ? ")" : "");
}

static void plan_next(struct notify_try *try, const struct notify_schedule *schedule,
                      int64_t after_s)
{
    uint32_t random;

    random_bytes(&random, sizeof(random));
    int64_t wait = notify_wait_ms(schedule, schedule_place(try, schedule), after_s, random);
    if (wait < 0 || try->result.times >= try->max_times) {
        end_badly(try, "notify_given_up", "not acknowledged");
        return;
    }
    try->result.status = NOTIFY_WAITING;
    try->result.wait_ms = wait;
}

static int64_t pushed_out_s(const struct http_answer *answer)
{
    int64_t after = answer->retry_after[0]
                        ? notify_retry_after(answer->retry_after, clock_now_s()) : -1;

    if (after < 0)
        after = answer->status == 429 || answer->status == 503 ? PUSHED_OUT_S : 0;
    return after;
}

void notify_try_judge(struct notify_try *try, const struct http_answer *answer,
                      const struct notify_schedule *schedule)
{
    struct notify_result *result = &try->result;
    bool whole = answer->end == HTTP_DONE;
    bool heard = whole && notify_acknowledged(answer->status, answer->body, answer->body_len);

    set_code(result, answer, heard);
    result->http_status = answer->status;
    result->duration_ms = answer->duration_us / 1000;
    result->log_status = heard ? TRY_SUCCESS : whole ? TRY_REFUSED : TRY_FAILED;
    memcpy(result->peer, answer->peer, sizeof(result->peer));
    memcpy(result->reason, answer->reason, sizeof(result->reason));
    if (answer->end != HTTP_BLOCKED_ADDR && answer->body)
        keep_response(answer->body, answer->body_len, result->response);
    if (heard)
        result->status = NOTIFY_SUCCESS;
    else if (whole && answer->status == 410)
        end_badly(try, "notify_gone", "the receiver says it is gone (410)");
    else
        plan_next(try, schedule, pushed_out_s(answer));
}

void notify_try_misconfigured(struct notify_try *try, const char *why,
                              const struct notify_schedule *schedule)
{
    struct http_answer none = { .end = HTTP_BAD_URL };
    struct text reason = TEXT(none.reason);

    text_add(&reason, why);
    notify_try_judge(try, &none, schedule);
}

enum host_word notify_try_host_word(const struct notify_try *try)
{
    const struct notify_result *result = &try->result;

    if (!try->host || str_eq(result->error_code, "CONFIG"))
        return HOST_SAYS_NOTHING;
    if (result->log_status != TRY_FAILED)
        return HOST_IS_WELL;
    return result->http_status == 0 ? HOST_IS_ILL : HOST_SAYS_NOTHING;
}
