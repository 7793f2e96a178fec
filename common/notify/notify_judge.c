/* notify_judge.c - what an answer means: is the notification acknowledged, and if not, when is the
 * next try or why is there none. */
#include "notify/notify_judge.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "io/json/json_lenient.h"

#define HTTP_GONE 410
#define HTTP_TOO_MANY 429
#define HTTP_UNAVAILABLE 503
#define PUSHED_OUT_S 60 /* 429 and 503 without a Retry-After of their own */

/* ---- is it acknowledged? */

/* White space of Unicode, and what prints nothing at all: editors and templates leave both. */
static const struct {
    uint32_t first, last;
} BLANKS[] = {
    { 0x09, 0x0D },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xA0, 0xA0 },
    { 0x1680, 0x1680 }, { 0x180E, 0x180E }, { 0x2000, 0x200D }, { 0x2028, 0x2029 },
    { 0x202F, 0x202F }, { 0x205F, 0x2060 }, { 0x3000, 0x3000 }, { 0xFEFF, 0xFEFF },
};

/* The bytes of a blank at the beginning; 0: none is there. */
static size_t blank_len(const char *at, size_t len)
{
    uint32_t c;
    size_t n = utf8_next(at, len, &c);

    for (size_t i = 0; n > 0 && i < COUNT(BLANKS); i++)
        if (c >= BLANKS[i].first && c <= BLANKS[i].last)
            return n;
    return 0;
}

static const char *trim(const char *at, size_t *len)
{
    for (size_t n; (n = blank_len(at, *len)) > 0; *len -= n)
        at += n;
    for (size_t n = 1; n <= 3 && n <= *len; n++)
        if (blank_len(at + *len - n, n) == n) {
            *len -= n;
            n = 0;
        }
    return at;
}

/* 0, -0, 0.00, 0e5: by its digits, since a number may be too small to differ from 0. */
static bool is_zero(const char *number)
{
    const char *at = number + (*number == '-');

    if (*at++ != '0')
        return false;
    if (*at == '.')
        at += 1 + strspn(at + 1, "0");
    return *at == '\0' || *at == 'e' || *at == 'E';
}

bool notify_acknowledged(int http_status, const char *body, size_t len)
{
    static const char WORD[] = "success";
    struct json_said said;

    if (http_status != HTTP_OK || !body)
        return false;
    body = trim(body, &len);
    if (len == sizeof(WORD) - 1 && strncasecmp(body, WORD, len) == 0)
        return true;
    if (len == 0 || (*body != '"' && *body != '{'))
        return false;
    if (!json_lenient_read(body, len, *body == '{' ? "code" : NULL, &said))
        return false;
    if (*body == '"')
        return said.string && strcasecmp(said.text, WORD) == 0;
    return said.string ? str_eq(said.text, "SUCCESS") : is_zero(said.text);
}

/* ---- the answer, in the words of notify_log */

/* NULL: the code is that of the HTTP answer. */
static const char *end_code(enum http_end end)
{
    switch (end) {
    case HTTP_DONE:
        return NULL;
    case HTTP_DNS:
        return "DNS";
    case HTTP_CONNECT:
        return "CONNECT";
    case HTTP_TLS:
        return "TLS";
    case HTTP_TIMEOUT:
        return "TIMEOUT";
    case HTTP_TOO_LARGE:
        return "TOO_LARGE";
    case HTTP_BLOCKED_ADDR:
        return "BLOCKED_ADDR";
    case HTTP_BROKEN:
        return "CONNECT";
    case HTTP_BAD_URL:
        return "CONFIG";
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

static void set_code(struct notify_result *result, const struct http_answer *answer)
{
    struct text code = TEXT(result->error_code);
    const char *word = end_code(answer->end);

    if (word)
        text_add(&code, word);
    else if (result->log_status == TRY_SUCCESS)
        text_add(&code, "OK");
    else if (answer->status == HTTP_OK)
        text_add(&code, "BODY_RULE");
    else
        text_addf(&code, "HTTP_%03d", answer->status);
}

static int64_t pushed_out_s(const struct http_answer *answer)
{
    bool busy = answer->status == HTTP_TOO_MANY || answer->status == HTTP_UNAVAILABLE;
    int64_t after = answer->retry_after[0] ? notify_retry_after(answer->retry_after, clock_now_s())
                                           : -1;

    return after >= 0 ? after : busy ? PUSHED_OUT_S : 0;
}

/* A merchant's program answers with the same few bytes each time. */
static bool is_acknowledged(const struct http_answer *answer)
{
    static char body[64];
    static size_t len = SIZE_MAX;
    static bool so;

    if (answer->status != HTTP_OK || answer->body_len > sizeof(body))
        return notify_acknowledged(answer->status, answer->body, answer->body_len);
    if (answer->body_len != len || memcmp(answer->body, body, len) != 0) {
        so = notify_acknowledged(answer->status, answer->body, answer->body_len);
        len = answer->body_len;
        memcpy(body, answer->body, len);
    }
    return so;
}

void notify_judge(struct notify_result *result, const struct http_answer *answer)
{
    bool whole = answer->end == HTTP_DONE;
    bool acknowledged = whole && is_acknowledged(answer);

    result->log_status = acknowledged ? TRY_SUCCESS : whole ? TRY_REFUSED : TRY_FAILED;
    result->status = acknowledged ? NOTIFY_SUCCESS : NOTIFY_WAITING;
    set_code(result, answer);
    result->http_status = answer->status;
    result->duration_ms = answer->duration_us / 1000;
    result->after_s = pushed_out_s(answer);
    result->gone = whole && answer->status == HTTP_GONE;
    memcpy(result->peer, answer->peer, sizeof(result->peer));
    memcpy(result->reason, answer->reason, sizeof(result->reason));
    if (answer->end != HTTP_BLOCKED_ADDR && answer->body)
        keep_response(answer->body, answer->body_len, result->response);
}

/* ---- the next try */

/* After a resend there is room for a whole schedule again: it is counted from there. */
static int64_t schedule_place(const struct notify_result *result,
                              const struct notify_schedule *schedule)
{
    int64_t base = result->max_times - (int64_t)schedule->gaps - 1;
    int64_t place = result->times - (base > 0 ? base : 0);

    return place > 1 ? place : 1;
}

static void give_up(struct notify_result *result, const struct http_url *host, const char *alert,
                    const char *because)
{
    struct text text = TEXT(result->alert_text), crowd = TEXT(result->alert_crowd);

    result->status = NOTIFY_FAILURE;
    result->alert = alert;
    if (host)
        http_url_add_origin(host, &crowd);
    text_addf(&text,
              "%s: %s after %lld tries; the last one: %s%s%s%s; shroffctl notify list"
              " --status FAILURE has all",
              *result->alert_crowd ? result->alert_crowd : result->no, because,
              (long long)result->times, result->error_code, *result->reason ? " (" : "",
              result->reason, *result->reason ? ")" : "");
}

void notify_plan_next(struct notify_result *result, const struct notify_schedule *schedule,
                      const struct http_url *host)
{
    uint32_t random;

    if (result->status == NOTIFY_SUCCESS)
        return;
    random_bytes(&random, sizeof(random));
    int64_t wait =
        notify_wait_ms(schedule, schedule_place(result, schedule), result->after_s, random);
    result->status = NOTIFY_WAITING;
    result->wait_ms = wait;
    if (result->gone)
        give_up(result, host, "notify_gone", "the receiver says it is gone (410)");
    else if (wait < 0 || result->times >= result->max_times)
        give_up(result, host, "notify_given_up", "not acknowledged");
}
