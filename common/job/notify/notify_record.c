/* notify_record.c - results of tries into the database, in batches, with what they say of hosts. */
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "job/notify/notify_engine_private.h"

#define RETRY_US 200000
#define OK_WRITTEN_US INT64_C(60000000)     /* last_ok_time is true to a minute */

/* A host that never failed has no row, and success alone makes none. */
static bool worth_telling(const struct notify_host *host, enum host_word word)
{
    if (word == HOST_SAYS_NOTHING || host->state.id == 0)
        return false;
    if (word == HOST_IS_ILL || host->state.consecutive_fail > 0)
        return true;
    return clock_ticks_us() - host->ok_written_us > OK_WRITTEN_US;
}

static struct notify_endpoint_news *news_of(struct notify_batch *batch, int64_t id)
{
    for (size_t i = 0; i < batch->news_count; i++)
        if (batch->news[i].id == id)
            return &batch->news[i];
    batch->news[batch->news_count] = (struct notify_endpoint_news){ .id = id };
    return &batch->news[batch->news_count++];
}

static void add_news(struct notify_engine *e, struct notify_batch *batch,
                     const struct notify_try *try)
{
    struct notify_host *host = try->host;
    enum host_word word = notify_try_host_word(try);

    if (word == HOST_IS_ILL && host->state.id == 0 &&
        notify_endpoint_make(e->job->db, host->app_id, &host->url, &host->state.id) != PAY_OK)
        return;                         /* the next failure tells it */
    if (!host || !worth_telling(host, word))
        return;
    struct notify_endpoint_news *news = news_of(batch, host->state.id);
    news->ok += word == HOST_IS_WELL;
    news->failed += word == HOST_IS_ILL;
    if (word != HOST_IS_ILL)
        return;
    news->ripe = news->ripe || try->probe == NOTIFY_PROBE_RIPE;
    news->first = news->first || (try->probe != NOTIFY_NO_PROBE && try->lane == 0);
}

static void count(struct notify_engine *e, const struct notify_try *try)
{
    const struct notify_result *result = &try->result;
    char room[64];
    struct text label = TEXT(room);

    if (result->outcome == NOTIFY_LATE) {
        e->total.lease_lost++;
        stats_add("shroff_notify_lease_lost_total", "", 1);
    }
    /* Few labels: HTTP_4xx, not one for each status. */
    if (str_starts(result->error_code, "HTTP_"))
        text_addf(&label, "result=\"HTTP_%cxx\"", result->error_code[5]);
    else
        text_addf(&label, "result=\"%s\"", result->error_code);
    stats_add("shroff_notify_attempts_total", room, 1);
    e->total.acknowledged += result->status == NOTIFY_SUCCESS;
    e->total.failed += result->status != NOTIFY_SUCCESS;
    if (result->status == NOTIFY_FAILURE && result->outcome != NOTIFY_LATE) {
        e->total.given_up++;
        stats_add("shroff_notify_given_up_total", "", 1);
    }
}

/* What waited for a host to open again need not wait any longer. */
static void wake_host(struct notify_engine *e, struct notify_host *host)
{
    enum pay_err err = notify_endpoint_wake(e->job->db, host->app_id, host->state.id);

    host->state.consecutive_fail = 0;
    host->loaded_us = 0;
    e->next_poll_us = 0;
    if (err != PAY_OK)
        log_event(LOG_WARN, "notify.wake", KV("host", host->url.host), KV("result", err_name(err)));
}

static void recorded(struct notify_engine *e, struct notify_try *try)
{
    if (try->host && try->host->state.consecutive_fail >= NOTIFY_OPEN_AFTER &&
        notify_try_host_word(try) == HOST_IS_WELL)
        wake_host(e, try->host);
    if (try->host && try->host->state.id != 0) {
        try->host->ok_written_us = clock_ticks_us();
        if (notify_try_host_word(try) == HOST_IS_ILL || try->host->state.consecutive_fail > 0)
            try->host->loaded_us = 0;
    }
    count(e, try);
    notify_try_free(e, try);
}

/* A result the database refuses must not stop the others: it is dropped, its lease runs out. */
static void refused(struct notify_engine *e, struct notify_try *try, enum pay_err err)
{
    log_event(LOG_ERROR, "notify.record", KV("webhook_id", try->result.no),
              KV("error_code", try->result.error_code), KV("result", err_name(err)));
    e->total.lease_lost++;
    notify_try_free(e, try);
}

static void forget_first(struct notify_list *list, size_t n)
{
    list->count -= n;
    memmove(list->at, list->at + n, list->count * sizeof(list->at[0]));
}

void notify_record(struct notify_engine *e)
{
    struct notify_try *tries[NOTIFY_FINISH_MAX];
    struct notify_result *results[NOTIFY_FINISH_MAX];
    size_t most = e->singly ? 1 : NOTIFY_FINISH_MAX;
    struct notify_batch batch = { .at = results,
                                  .count = e->done.count < most ? e->done.count : most };

    for (size_t i = 0; i < batch.count; i++) {
        tries[i] = &e->tries[e->done.at[i]];
        results[i] = &tries[i]->result;
        add_news(e, &batch, tries[i]);
    }
    enum pay_err err = notify_finish(e->job->db, &batch);
    if (err == PAY_LOST)                /* what was recorded is found again */
        err = notify_finish(e->job->db, &batch);
    e->singly = err != PAY_OK && err != PAY_DB_AWAY && err != PAY_LOST;
    if (err != PAY_OK && !(e->singly && batch.count == 1)) {
        e->retry_us = clock_ticks_us() + RETRY_US;
        return;
    }
    forget_first(&e->done, batch.count);
    for (size_t i = 0; i < batch.count; i++)
        if (err == PAY_OK)
            recorded(e, tries[i]);
        else
            refused(e, tries[i], err);
}
