/* notify_count.c - what the engine did: the totals of its summary, and the node's metrics. */
#include "base/clock.h"
#include "base/stats.h"
#include "job/notify/notify_engine_private.h"

void notify_count_claim(struct notify_engine *e)
{
    const struct notify_claim *claim = &e->claim;

    e->total.parked += claim->parked;
    e->total.given_up += claim->given_up;
    e->total.runner_lost += claim->lost;
    stats_add("shroff_notify_parked_total", "", claim->parked);
    stats_add("shroff_notify_given_up_total", "", claim->given_up);
    if (claim->lost > 0)
        stats_add("shroff_notify_attempts_total", "result=\"RUNNER_LOST\"", claim->lost);
}

void notify_count_begun(struct notify_engine *e, const struct notify_try *try)
{
    e->total.sent++;
    if (try->result.times == 1)
        stats_observe_us("shroff_notify_first_try_seconds", "",
                         try->age_us + clock_ticks_us() - try->claimed_us);
}

/* Few labels: HTTP_4xx, not one for each status. */
static void count_attempt(const char *error_code)
{
    char room[64];
    struct text label = TEXT(room);

    if (str_starts(error_code, "HTTP_"))
        text_addf(&label, "result=\"HTTP_%cxx\"", error_code[5]);
    else
        text_addf(&label, "result=\"%s\"", error_code);
    stats_add("shroff_notify_attempts_total", room, 1);
}

void notify_count_recorded(struct notify_engine *e, const struct notify_try *try)
{
    const struct notify_result *result = &try->result;

    if (result->outcome == NOTIFY_LATE) {
        e->total.lease_lost++;
        stats_add("shroff_notify_lease_lost_total", "", 1);
    }
    count_attempt(result->error_code);
    e->total.acknowledged += result->status == NOTIFY_SUCCESS;
    e->total.failed += result->status != NOTIFY_SUCCESS;
    if (result->status == NOTIFY_FAILURE && result->outcome != NOTIFY_LATE) {
        e->total.given_up++;
        stats_add("shroff_notify_given_up_total", "", 1);
    }
}

void notify_show(struct notify_engine *e)
{
    const struct notify_totals *total = &e->total;
    const struct {
        const char *name;
        int64_t n;
    } shown[] = {
        { "sent", total->sent },
        { "acknowledged", total->acknowledged },
        { "failed", total->failed },
        { "given_up", total->given_up },
        { "parked", total->parked },
        { "runner_lost", total->runner_lost },
        { "lease_lost", total->lease_lost },
        { "handed_back", total->handed_back },
    };

    for (size_t i = 0; i < COUNT(shown); i++)
        job_set(e->job, shown[i].name, shown[i].n);
    job_progress(e->job);
}
