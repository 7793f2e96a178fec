/* notify_try.c - a claimed task becomes a signed request, when its host has room for one; its
 * answer is judged as it comes. */
#include "job/notify/notify_try.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/version.h"
#include "job/notify/notify_engine_private.h"
#include "notify/notify_judge.h"

#define LEAST_LEASE_US 15000000 /* no request begins with less of its lease left */
_Static_assert(LEAST_LEASE_US > NOTIFY_TRY_MS * 1000, "a request ends before its lease");
#define UNUSABLE_MS 60000 /* to the next look at an app whose secret does not open */

/* Its texts have room for kilobytes that are mostly not used, so each ends with its first byte. */
static void result_clear(struct notify_result *result)
{
    memset(result, 0, offsetof(struct notify_result, no));
    result->no[0] = result->error_code[0] = result->peer[0] = result->response[0] = '\0';
    result->reason[0] = result->alert_text[0] = result->alert_crowd[0] = '\0';
}

void notify_try_take(struct notify_try *try, struct notify_due *due, int64_t token)
{
    result_clear(&try->result);
    try->lane = due->lane;
    try->age_us = due->age_us;
    try->probe = due->probe;
    try->result.task_id = due->id;
    try->result.app_id = due->app_id;
    try->result.token = token;
    try->result.times = due->notify_times + 1;
    try->result.max_times = due->max_notify_times;
    try->result.manual = due->manual;
    memcpy(try->result.no, due->no, sizeof(try->result.no));
    memcpy(try->url, due->notify_url, strlen(due->notify_url) + 1);
    try->url_key = notify_url_key(try->url);
    try->body = due->body;
    try->body_len = (size_t)due->body_len;
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
    if (!notify_sign(keys, &message, &signature) || signature.full ||
        !format(try->id, sizeof(try->id), "webhook-id", try->result.no) ||
        !format_number(try->timestamp, sizeof(try->timestamp), "webhook-timestamp", now) ||
        !format_number(try->attempt, sizeof(try->attempt), "webhook-attempt", try->result.times))
        return false;
    *request = (struct http_request){
        .method = "POST",
        .url = try->url,
        .headers = { "Content-Type: application/json", "User-Agent: Shroff/" SHROFF_VERSION,
                     try->id, try->timestamp, try->signature, try->attempt },
        .body = try->body,
        .body_len = try->body_len,
        .timeout_ms = NOTIFY_TRY_MS,
        .keep = HTTP_BODY_READ,
    };
    return true;
}

enum notify_host_sign notify_try_host_sign(const struct notify_try *try)
{
    const struct notify_result *result = &try->result;

    if (!try->host || str_eq(result->error_code, "CONFIG"))
        return HOST_UNKNOWN;
    if (result->log_status != TRY_FAILED)
        return HOST_ANSWERED;
    return result->http_status == 0 ? HOST_FAILED : HOST_UNKNOWN;
}

/* ---- the answer */

/* What the host took: without the time in which this runner did not listen. Else a busy runner
 * takes every host for slow, parks what it could send, and is busier still. */
static int64_t host_us(const struct notify_try *try, const struct http_answer *answer)
{
    int64_t us = answer->duration_us - (try->engine->away_us - try->away_us);

    return us > 0 ? us : 1;
}

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct notify_try *try = arg;
    struct notify_engine *e = try->engine;

    FP("post.ended");
    notify_judge(&try->result, answer);
    try->done_us = clock_ticks_us();
    try->answered = true;
    try->host->unrecorded++;
    notify_pace_end(&try->host->pace, try->place, host_us(try, answer), try->done_us);
    notify_host_drop(try->host, try->probe != NOTIFY_NO_PROBE);
    e->running--;
    e->running_later -= try->lane != 0;
    notify_push(e, &e->done, try);
}

/* It counts as a try: the stored URL or what was to be sent will not mend by itself. */
static void cannot_send(struct notify_engine *e, struct notify_try *try, const char *why)
{
    struct http_answer none = { .end = HTTP_BAD_URL };
    struct text reason = TEXT(none.reason);

    text_add(&reason, why);
    notify_judge(&try->result, &none);
    try->done_us = clock_ticks_us();
    if (try->host) {
        try->answered = true; /* the host's record stays until the result is recorded */
        try->host->unrecorded++;
        notify_host_drop(try->host, try->probe != NOTIFY_NO_PROBE);
    }
    notify_push(e, &e->done, try);
}

/* ---- beginning */

static bool may_begin(const struct notify_engine *e, const struct notify_try *try, int64_t now)
{
    bool later = try->lane != 0;

    if (e->running >= NOTIFY_SLOTS || (later && e->running_later >= NOTIFY_SLOTS_LATER))
        return false;
    if (try->host && try->host->full_us == now)
        return false;
    if (try->host && !notify_pace_may_begin(&try->host->pace, try->url_key, later, now)) {
        if (notify_pace_is_full(&try->host->pace, now))
            try->host->full_us = now;
        return false;
    }
    return e->running < NOTIFY_PER_APP || !try->host ||
           notify_host_may_take_slot(try->host, !later);
}

static bool try_send(struct notify_engine *e, struct notify_try *try, struct http_request *request)
{
    request->to = &try->host->url;
    request->allow = &e->job->config.notify_allow_nets;
    try->engine = e;
    if (http_pool_add(e->pool, request, on_answer, try) != PAY_OK)
        return false;
    int64_t now = clock_ticks_us();
    try->place = notify_pace_begin(&try->host->pace, try->url_key, try->lane != 0, now);
    try->away_us = e->away_us + now - e->ran_us;
    e->running++;
    e->running_later += try->lane != 0;
    notify_count_begun(e, try);
    return true;
}

enum start { BEGUN, NOT_NOW, NO_SECRET };

/* db NULL: without asking it. */
static enum start try_begin(struct notify_engine *e, struct notify_try *try, struct db *db,
                            int64_t now)
{
    const struct webhook_keys *keys;
    struct http_request request;

    if (!may_begin(e, try, now))
        return NOT_NOW;
    if (!try->host) {
        cannot_send(e, try, "the notify_url cannot be called");
        return BEGUN;
    }
    enum pay_err err = notify_keys_of(db, try->result.app_id, &keys);
    if (err == PAY_DB_AWAY || err == PAY_LOST)
        return NOT_NOW;
    if (err != PAY_OK)
        return NO_SECRET;
    if (notify_try_request(try, keys, &request))
        return try_send(e, try, &request) ? BEGUN : NOT_NOW;
    cannot_send(e, try, "the request cannot be signed");
    return BEGUN;
}

/* Too little of its lease is left, or its host got stuck. */
static bool is_late(const struct notify_engine *e, const struct notify_try *try, int64_t now)
{
    return e->stopping || try->lease_us < now + LEAST_LEASE_US ||
           (try->host && notify_pace_is_stuck(&try->host->pace, try->host->in_hand, now));
}

void notify_begin_waiting(struct notify_engine *e)
{
    struct notify_list late = { .count = 0 }, unusable = { .count = 0 };
    int64_t now = clock_ticks_us();
    size_t kept = 0;

    e->beginning = true;
    for (size_t i = 0; i < e->waiting.count; i++) {
        struct notify_try *try = &e->tries[e->waiting.at[i]];
        bool may = !e->stopping && try->lease_us >= now + LEAST_LEASE_US;
        enum start start = may ? try_begin(e, try, e->job->db, now) : NOT_NOW;
        if (start == NO_SECRET)
            notify_push(e, &unusable, try);
        else if (start == NOT_NOW && is_late(e, try, now))
            notify_push(e, &late, try);
        else if (start == NOT_NOW)
            e->waiting.at[kept++] = e->waiting.at[i];
    }
    e->waiting.count = kept;
    e->beginning = false;
    notify_give_back(e, &late, 0);
    notify_give_back(e, &unusable, UNUSABLE_MS);
}

/* What can begin without the database; the rest waits for the loop. */
static void begin_some(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    size_t kept = 0;

    for (size_t i = 0; i < e->waiting.count; i++) {
        struct notify_try *try = &e->tries[e->waiting.at[i]];
        if (try->lease_us < now + LEAST_LEASE_US || try_begin(e, try, NULL, now) != BEGUN)
            e->waiting.at[kept++] = e->waiting.at[i];
    }
    e->waiting.count = kept;
}

/* The database calls this while it works. notify_begin_waiting may be what asked it (for an app's
 * keys): it is in the middle of e->waiting then, so the list is left alone. */
void notify_send_meanwhile(void *arg, int fd, int timeout_ms)
{
    struct notify_engine *e = arg;

    if (!e->beginning && !e->stopping)
        begin_some(e);
    notify_listen(e, timeout_ms, fd);
}

void notify_listen(struct notify_engine *e, int wait_ms, int fd)
{
    e->away_us += clock_ticks_us() - e->ran_us;
    http_pool_run(e->pool, wait_ms, fd);
    e->ran_us = clock_ticks_us();
    if (e->running > 0)
        FP("post.running");
}
