/* notify_record.c - results of tries into the database, in batches, with what they say of hosts. */
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "job/notify/notify_engine_private.h"
#include "notify/notify_judge.h"

#define RETRY_US 200000
#define OK_WRITTEN_US INT64_C(60000000) /* last_ok_time is true to a minute */

/* A host that never failed has no row, and success alone makes none. */
static bool worth_writing(const struct notify_breaker *breaker, enum notify_host_sign sign)
{
    if (sign == HOST_UNKNOWN || breaker->state.id == 0)
        return false;
    if (sign == HOST_FAILED || breaker->state.consecutive_fail > 0)
        return true;
    return clock_ticks_us() - breaker->ok_written_us > OK_WRITTEN_US;
}

static struct notify_endpoint_tally *tally_of(struct notify_batch *batch, int64_t id)
{
    for (size_t i = 0; i < batch->tally_count; i++)
        if (batch->tally[i].id == id)
            return &batch->tally[i];
    batch->tally[batch->tally_count] = (struct notify_endpoint_tally){ .id = id };
    return &batch->tally[batch->tally_count++];
}

static void add_tally(struct notify_engine *e, struct notify_batch *batch,
                      const struct notify_try *try)
{
    struct notify_host *host = try->host;
    enum notify_host_sign sign = notify_try_host_sign(try);

    if (!host || sign == HOST_UNKNOWN)
        return;
    int64_t *id = &host->breaker.state.id;
    if (sign == HOST_FAILED && *id == 0 &&
        notify_endpoint_make(e->job->db, host->app_id, &host->url, id) != PAY_OK)
        return; /* the next failure is counted */
    if (!worth_writing(&host->breaker, sign))
        return;
    struct notify_endpoint_tally *tally = tally_of(batch, *id);
    tally->ok += sign == HOST_ANSWERED;
    tally->failed += sign == HOST_FAILED;
    if (sign != HOST_FAILED)
        return;
    tally->ripe = tally->ripe || try->probe == NOTIFY_PROBE_RIPE;
    tally->first = tally->first || (try->probe != NOTIFY_NO_PROBE && try->lane == 0);
}

/* The breaker has closed: makes the host's parked notifications due now. */
static void wake_host(struct notify_engine *e, struct notify_host *host)
{
    const struct notify_asleep of = { host->app_id, .endpoint_id = host->breaker.state.id };
    enum pay_err err = notify_endpoint_wake(e->job->db, &of);

    host->breaker.state.consecutive_fail = 0;
    kept_end(&host->breaker.kept);
    e->next_poll_us = 0;
    if (err != PAY_OK)
        log_event(LOG_WARN, "notify.wake", KV("host", host->url.host), KV("result", err_name(err)));
}

static void note_host(struct notify_engine *e, struct notify_host *host, enum notify_host_sign sign)
{
    struct notify_breaker *breaker = &host->breaker;

    if (notify_breaker_is_open(breaker) && sign == HOST_ANSWERED)
        wake_host(e, host);
    if (breaker->state.id == 0)
        return;
    breaker->ok_written_us = clock_ticks_us();
    if (sign == HOST_FAILED || breaker->state.consecutive_fail > 0)
        kept_end(&breaker->kept);
}

static void recorded(struct notify_engine *e, struct notify_try *try)
{
    if (try->host)
        note_host(e, try->host, notify_try_host_sign(try));
    notify_count_recorded(e, try);
    notify_try_free(e, try);
}

/* A result the database refuses must not stop the others: it is dropped, its lease runs out. */
static void result_refused(struct notify_engine *e, struct notify_try *try, enum pay_err err)
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

static void plan_next(struct notify_try *try)
{
    if (try->result.status != NOTIFY_SUCCESS)
        notify_plan_next(&try->result, notify_schedule_of(try->result.app_id),
                         try->host ? &try->host->url : NULL);
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
        plan_next(tries[i]);
        add_tally(e, &batch, tries[i]);
    }
    enum pay_err err = notify_finish(e->job->db, &batch);
    if (err == PAY_LOST) /* what was recorded is found again */
        err = notify_finish(e->job->db, &batch);
    e->singly = err != PAY_OK && err != PAY_DB_AWAY && err != PAY_LOST;
    if (err != PAY_OK && !(e->singly && batch.count == 1)) {
        e->retry_us = clock_ticks_us() + RETRY_US;
        return;
    }
    forget_first(&e->done, batch.count);
    /* NOLINTBEGIN(clang-analyzer-core.CallAndMessage) - batch.count is what it was above */
    for (size_t i = 0; i < batch.count; i++)
        if (err == PAY_OK)
            recorded(e, tries[i]);
        else
            result_refused(e, tries[i], err);
    /* NOLINTEND(clang-analyzer-core.CallAndMessage) */
}

/* When this fails the leases run out by themselves. */
void notify_give_back(struct notify_engine *e, struct notify_list *list, int64_t wait_ms)
{
    struct notify_lease leases[NOTIFY_IN_HAND];

    if (list->count == 0)
        return;
    for (size_t i = 0; i < list->count; i++) {
        const struct notify_result *result = &e->tries[list->at[i]].result;
        leases[i] = (struct notify_lease){ result->task_id, result->token };
    }
    enum pay_err err = notify_hand_back(e->job->db, leases, list->count, wait_ms);
    if (err != PAY_OK)
        log_event(LOG_WARN, "notify.hand_back", KN("leases", (int64_t)list->count),
                  KV("result", err_name(err)));
    e->total.handed_back += (int64_t)list->count;
    while (list->count > 0) {
        struct notify_try *try = notify_pop(e, list);
        if (try->host)
            notify_host_drop(try->host, try->probe != NOTIFY_NO_PROBE);
        notify_try_free(e, try);
    }
}
