/* notify_engine.c - the loop: record what is done, claim, begin, wait for answers. */
#include "job/notify_engine.h"
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "job/notify_engine_private.h"

#define POLL_US 200000
#define RIPE_US 5000            /* results wait so long for others to share their transaction */
#define RIPE_COUNT 16
#define REFILL 16               /* free slots worth a claim of its own while there is more to do */
#define LEAST_LEASE_US 15000000
#define LEAVE_US 11000000       /* a try takes 10 s at most */

/* ---- slots */

static int in_hand(const struct notify_engine *e, int64_t lane)
{
    int n = 0;

    for (size_t i = 0; i < NOTIFY_SLOTS; i++)
        n += e->tries[i].state != TRY_FREE && (lane < 0 || e->tries[i].lane == lane);
    return n;
}

static size_t in_state(const struct notify_engine *e, enum try_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < NOTIFY_SLOTS; i++)
        n += e->tries[i].state == state;
    return n;
}

static struct notify_try *oldest(struct notify_engine *e, enum try_state state, int64_t after)
{
    struct notify_try *found = NULL;

    for (size_t i = 0; i < NOTIFY_SLOTS; i++) {
        struct notify_try *try = &e->tries[i];
        if (try->state == state && try->order > after && (!found || try->order < found->order))
            found = try;
    }
    return found;
}

void notify_try_free(struct notify_try *try)
{
    free(try->body);
    try->body = NULL;
    try->state = TRY_FREE;
}

/* ---- claiming */

static void begin_claim(void *arg)
{
    struct notify_engine *e = arg;

    notify_hosts_begin_claim();
    e->planned[0] = e->planned[1] = 0;
    e->room = (struct notify_room){ 0 };
    e->left = false;
}

static enum pay_err decide(void *arg, struct db *db, struct notify_due *due)
{
    struct notify_engine *e = arg;
    struct http_url url;
    size_t lane = due->lane == 0 ? 0 : 1;
    enum pay_err err = PAY_OK;

    e->room.room = e->planned[0] + e->planned[1] < e->free &&
                   (lane == 0 || e->planned[1] < e->free_later);
    due->fate = e->room.room ? NOTIFY_SEND : NOTIFY_LEAVE;
    if (http_url_ok(due->notify_url, &url))
        err = notify_host_decide(notify_host_find(due->app_id, &url), db, due, &e->room);
    e->planned[lane] += due->fate == NOTIFY_SEND;
    e->left = e->left || due->fate == NOTIFY_LEAVE;
    return err;
}

static void take_row(struct notify_engine *e, struct notify_due *due, int64_t begun_us)
{
    struct http_url url;
    struct notify_try *try = e->tries;

    while (try->state != TRY_FREE)
        try++;
    notify_try_take(try, due, e->claim.token);
    try->claimed_us = clock_ticks_us();
    try->lease_us = begun_us + NOTIFY_LEASE_S * INT64_C(1000000);
    try->host = NULL;
    if (http_url_ok(try->url, &url)) {
        try->host = notify_host_find(due->app_id, &url);
        notify_host_take(try->host, due->probe);
    }
}

static void count_claim(struct notify_engine *e)
{
    const struct notify_claim *claim = &e->claim;

    e->total.parked += claim->parked;
    e->total.given_up += claim->given_up;
    e->total.runner_lost += claim->lost;
    stats_add("shroff_notify_parked_total", "", claim->parked);
    stats_add("shroff_notify_given_up_total", "", claim->given_up);
    if (claim->lost > 0)
        stats_add("shroff_notify_attempts_total", "result=\"RUNNER_LOST\"", claim->lost);
    /* --once waits for what it parked only because its host was busy. */
    for (size_t i = 0; i < claim->count && e->room.busy; i++) {
        int64_t due_us = clock_ticks_us() + claim->rows[i].wait_ms * 1000;
        if (claim->rows[i].fate == NOTIFY_PARK && claim->rows[i].wait_ms < 60000 &&
            due_us > e->drained_us)
            e->drained_us = due_us;
    }
}

static void claim(struct notify_engine *e)
{
    struct notify_claim *claim = &e->claim;
    int64_t begun = clock_ticks_us();

    e->free = NOTIFY_SLOTS - in_hand(e, -1);
    e->free_later = NOTIFY_SLOTS / 2 - in_hand(e, 1);
    if (e->free_later > e->free)
        e->free_later = e->free;
    claim->limit[0] = e->parking ? NOTIFY_BATCH_MAX : e->free;
    claim->limit[1] = e->free_later <= 0 ? 0 : e->parking ? NOTIFY_BATCH_MAX : e->free_later;
    claim->begin = begin_claim;
    claim->decide = decide;
    claim->arg = e;
    e->last = notify_claim(e->job->db, claim);
    e->next_poll_us = begun + POLL_US;
    if (e->last != PAY_OK) {
        begin_claim(e);
        e->hungry = e->parking = false;
        return;
    }
    bool full = (claim->limit[0] > 0 && claim->seen[0] == claim->limit[0]) ||
                (claim->limit[1] > 0 && claim->seen[1] == claim->limit[1]);
    e->parking = claim->parked > 0;
    e->hungry = full || e->left;
    for (size_t i = 0; i < claim->count; i++)
        if (claim->rows[i].fate == NOTIFY_SEND)
            take_row(e, &claim->rows[i], begun);
    notify_hosts_begin_claim();
    count_claim(e);
}

/* When more is known to be due, as soon as some slots are free; else every 200 ms, after one look. */
static void claim_if_due(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    int free = NOTIFY_SLOTS - in_hand(e, -1);
    bool due[2] = { false, false };

    if (e->stopping || free == 0)
        return;
    if (e->hungry && (free >= REFILL || now >= e->next_poll_us)) {
        claim(e);
        return;
    }
    if (now < e->next_poll_us)
        return;
    e->next_poll_us = now + POLL_US;
    e->last = notify_is_due(e->job->db, due);
    e->drained = e->last == PAY_OK && !due[0] && !due[1];
    if (e->last == PAY_OK && !e->drained)
        claim(e);
}

/* ---- beginning */

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct notify_try *try = arg;

    notify_try_judge(try, answer, notify_schedule_of(try->result.app_id));
    try->state = TRY_DONE;
    try->done_us = clock_ticks_us();
    notify_host_drop(try->host, try->probe, answer->duration_us > 0 ? answer->duration_us : 1);
}

static void cannot_send(struct notify_try *try, const char *why)
{
    notify_try_misconfigured(try, why, notify_schedule_of(try->result.app_id));
    try->state = TRY_DONE;
    try->done_us = clock_ticks_us();
    if (try->host)
        notify_host_drop(try->host, try->probe, 0);
}

static void note_first_try(const struct notify_try *try)
{
    if (try->result.times == 1)
        stats_observe_us("shroff_notify_first_try_seconds", "",
                         try->age_us + clock_ticks_us() - try->claimed_us);
}

/* False when it has to wait: its host has enough under way. */
static bool begin(struct notify_engine *e, struct notify_try *try)
{
    const struct webhook_keys *keys;
    struct http_request request;
    enum pay_err err = notify_keys_of(e->job->db, try->result.app_id, &keys);

    if (err == PAY_DB_AWAY || err == PAY_LOST)
        return false;
    if (!try->host || err != PAY_OK || !notify_try_request(try, keys, &request)) {
        cannot_send(try, !try->host ? "the notify_url cannot be called"
                                    : "the app's webhook secret cannot be opened");
        return true;
    }
    request.allow = &e->job->config.notify_allow_nets;
    if (http_pool_add(e->pool, &request, on_answer, try) != PAY_OK)
        return false;
    try->state = TRY_RUNNING;
    e->total.sent++;
    note_first_try(try);
    return true;
}

static void begin_waiting(struct notify_engine *e)
{
    int64_t now = clock_ticks_us(), order = 0;
    struct notify_try *try;

    while ((try = oldest(e, TRY_WAITING, order)) != NULL) {
        order = try->order;
        if (e->stopping || try->lease_us - now < LEAST_LEASE_US)
            continue;                   /* given back below */
        (void)begin(e, try);
    }
}

/* What cannot be begun in time goes back, not counted as a try. */
static void give_back(struct notify_engine *e)
{
    struct notify_lease leases[NOTIFY_SLOTS];
    struct notify_try *given[NOTIFY_SLOTS];
    size_t n = 0;
    int64_t now = clock_ticks_us();

    for (size_t i = 0; i < NOTIFY_SLOTS; i++) {
        struct notify_try *try = &e->tries[i];
        if (try->state != TRY_WAITING || (!e->stopping && try->lease_us - now >= LEAST_LEASE_US))
            continue;
        leases[n] = (struct notify_lease){ try->result.task_id, try->result.token };
        given[n++] = try;
    }
    if (n == 0)
        return;
    /* When this fails the leases run out by themselves. */
    enum pay_err err = notify_hand_back(e->job->db, leases, n);
    if (err != PAY_OK)
        log_event(LOG_WARN, "notify.hand_back", KN("leases", (int64_t)n), KV("result", err_name(err)));
    for (size_t i = 0; i < n; i++) {
        if (given[i]->host)
            notify_host_drop(given[i]->host, given[i]->probe, 0);
        notify_try_free(given[i]);
    }
    e->total.handed_back += (int64_t)n;
}

/* ---- the loop */

static void record_if_ripe(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    size_t done = in_state(e, TRY_DONE);
    const struct notify_try *first = oldest(e, TRY_DONE, 0);
    bool ripe = done >= RIPE_COUNT || in_state(e, TRY_RUNNING) == 0;

    if (done > 0 && now >= e->retry_us && (ripe || now - first->done_us >= RIPE_US))
        notify_record(e);
}

static int wait_ms(const struct notify_engine *e)
{
    int64_t now = clock_ticks_us(), until = e->next_poll_us;

    if (in_state(e, TRY_DONE) > 0)
        return now >= e->retry_us ? (int)(RIPE_US / 1000) : 50;
    if (e->stopping)
        return 50;
    if (e->hungry && NOTIFY_SLOTS - in_hand(e, -1) >= REFILL)
        return 0;
    return until <= now ? 0 : (int)((until - now) / 1000) + 1;
}

static void show(struct notify_engine *e)
{
    struct job *job = e->job;

    job_set(job, "sent", e->total.sent);
    job_set(job, "acknowledged", e->total.acknowledged);
    job_set(job, "failed", e->total.failed);
    job_set(job, "given_up", e->total.given_up);
    job_set(job, "parked", e->total.parked);
    job_set(job, "runner_lost", e->total.runner_lost);
    job_set(job, "lease_lost", e->total.lease_lost);
    job_set(job, "handed_back", e->total.handed_back);
    job_progress(job);
}

static bool over(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    bool empty = in_hand(e, -1) == 0;

    if (!e->stopping && job_over(e->job)) {
        e->stopping = true;
        e->leave_us = now + LEAVE_US;
    }
    if (e->stopping)
        return empty || now >= e->leave_us;
    return e->job->once && empty && ((e->drained && now >= e->drained_us) || e->last != PAY_OK);
}

enum pay_err notify_engine_run(struct job *job)
{
    static struct notify_engine engine;
    struct notify_engine *e = &engine;

    *e = (struct notify_engine){ .job = job };
    notify_caches_use(job->db);
    e->pool = http_pool_open(NOTIFY_SLOTS, NOTIFY_PER_HOST);
    while (!over(e)) {
        record_if_ripe(e);
        claim_if_due(e);
        begin_waiting(e);
        give_back(e);
        show(e);
        http_pool_run(e->pool, wait_ms(e));
    }
    http_pool_close(&e->pool);
    job->progress_us = 0;
    show(e);
    notify_caches_wipe();
    return e->last;
}

static enum pay_err list_one(void *arg, void *row)
{
    struct job *job = arg;
    const struct notify_listed *due = row;

    job_say(job, "%s  %s  try %lld of %lld  due since %lld.%01lld s  app %lld  %s", due->no, due->event,
            (long long)due->notify_times + 1, (long long)due->max_notify_times,
            (long long)(due->late_ms / 1000), (long long)(due->late_ms % 1000 / 100),
            (long long)due->app_id, due->notify_url);
    job_set(job, "due", ++job->counts[0].n);
    return PAY_OK;
}

enum pay_err notify_engine_list(struct job *job)
{
    job_set(job, "due", 0);
    return notify_list_due(job->db, 1000, list_one, job);
}
