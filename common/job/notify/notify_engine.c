/* notify_engine.c - the loop: record what is done, claim, begin, wait for answers. */
#include "job/notify/notify_engine.h"
#include <stdlib.h>
#include "base/clock.h"
#include "job/notify/notify_engine_private.h"

#define POLL_US 200000
#define BUSY_POLL_US 20000 /* while tasks are parked behind a busy host */
#define RIPE_US 20000      /* results wait so long for others to share their transaction */
#define RIPE_COUNT 128
#define REFILL 128 /* room worth a claim of its own while there is more to do */
_Static_assert(NOTIFY_IN_HAND - NOTIFY_PER_APP_IN_HAND >= REFILL, "one app never has all the room");
#define LAST_TRIES_US 11000000 /* a try takes 10 s at most */

/* One per process: answers find their way here. */
static struct notify_engine engine;

/* ---- tries */

static int in_hand(const struct notify_engine *e)
{
    return NOTIFY_IN_HAND - (int)e->free.count;
}

void notify_try_free(struct notify_engine *e, struct notify_try *try)
{
    free(try->body);
    try->body = NULL;
    e->bytes -= (int64_t)try->body_len;
    if (try->answered)
        try->host->unrecorded--;
    try->answered = false;
    e->later -= try->lane != 0;
    notify_push(e, &e->free, try);
}

/* ---- claiming */

static void begin_claim(void *arg)
{
    struct notify_engine *e = arg;

    notify_hosts_begin_claim();
    e->planned[0] = e->planned[1] = 0;
    e->planned_bytes = 0;
    e->room = (struct notify_room){ 0 };
    e->left = false;
}

static enum pay_err engine_decide(void *arg, struct db *db, struct notify_due *due)
{
    struct notify_engine *e = arg;
    struct notify_host *host = notify_host_find(due->app_id, due->notify_url);
    size_t lane = due->lane == 0 ? 0 : 1;
    enum pay_err err = PAY_OK;

    e->room.room = e->planned[0] + e->planned[1] < e->room_of[0] &&
                   (lane == 0 || e->planned[1] < e->room_of[1]) &&
                   e->bytes + e->planned_bytes + due->body_len <= NOTIFY_BYTES_IN_HAND;
    due->fate = e->room.room ? NOTIFY_SEND : NOTIFY_LEAVE;
    if (host)
        err = notify_host_decide(host, db, due, &e->room);
    due->host = host; /* its place stays while it has tries */
    e->planned[lane] += due->fate == NOTIFY_SEND;
    e->planned_bytes += due->fate == NOTIFY_SEND ? due->body_len : 0;
    e->left = e->left || due->fate == NOTIFY_LEAVE;
    return err;
}

static void take_row(struct notify_engine *e, struct notify_due *due, int64_t begun_us)
{
    struct notify_try *try = notify_pop(e, &e->free);

    notify_try_take(try, due, e->claim.token);
    try->claimed_us = clock_ticks_us();
    try->lease_us = begun_us + NOTIFY_LEASE_S * INT64_C(1000000);
    try->host = due->host;
    if (try->host)
        notify_host_take(try->host, due->probe != NOTIFY_NO_PROBE);
    e->later += try->lane != 0;
    e->bytes += (int64_t)try->body_len;
    notify_push(e, &e->waiting, try);
}

/* When the last of what waits for a busy host or app is due again. */
static void note_drained(struct notify_engine *e)
{
    const struct notify_claim *claim = &e->claim;

    for (size_t i = 0; i < claim->count && e->room.busy; i++) {
        int64_t due_us = clock_ticks_us() + claim->rows[i].wait_ms * 1000;
        if (claim->rows[i].fate == NOTIFY_PARK && claim->rows[i].wait_ms < 30000 &&
            due_us > e->drained_us)
            e->drained_us = due_us;
    }
}

static int64_t poll_us(const struct notify_engine *e, int64_t now)
{
    return now < e->drained_us ? BUSY_POLL_US : POLL_US;
}

static void engine_claim(struct notify_engine *e)
{
    struct notify_claim *claim = &e->claim;
    int64_t begun = clock_ticks_us();

    e->room_of[0] = (int)e->free.count;
    e->room_of[1] = NOTIFY_IN_HAND / 2 - e->later;
    /* While there is a backlog newcomers do not wait behind it: every other look is at them, and
     * while much is parked it is the longer one, as what was parked comes back among them. */
    claim->newest = e->hungry && !claim->newest;
    int most = claim->newest ? NOTIFY_BATCH_MAX : NOTIFY_BATCH_MAX / 2;
    for (int lane = 0; lane < 2; lane++) {
        int room = e->room_of[lane] > 0 ? e->room_of[lane] : 0;
        claim->limit[lane] = e->parking && room > 0 ? most : room;
    }
    claim->begin = begin_claim;
    claim->decide = engine_decide;
    claim->arg = e;
    e->next_poll_us = begun + poll_us(e, begun);
    e->last = notify_claim(e->job->db, claim);
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
    e->refill_at = in_hand(e) > REFILL ? in_hand(e) - REFILL : 0;
    note_drained(e);
    notify_count_claim(e);
}

/* Parking goes on at once, sending when a batch is through. */
static bool wants_more(const struct notify_engine *e)
{
    return e->hungry && (e->parking ? e->free.count > 0 : in_hand(e) <= e->refill_at);
}

/* When more is known to be due, as soon as there is room; else every 200 ms, after one look. */
static void claim_if_due(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    bool due[2] = { false, false };
    bool ending = e->job->once && in_hand(e) == 0 && now >= e->drained_us;

    if (e->stopping || e->free.count == 0)
        return;
    if (wants_more(e) || (e->hungry && now >= e->next_poll_us)) {
        engine_claim(e);
        return;
    }
    if (now < e->next_poll_us && !ending)
        return;
    e->next_poll_us = now + poll_us(e, now);
    e->last = notify_is_due(e->job->db, due);
    bool none = !due[0] && !due[1];
    e->drained = e->last == PAY_OK && none && now >= e->drained_us;
    if (e->last == PAY_OK && !none)
        engine_claim(e);
}

/* ---- the loop */

static void record_if_ripe(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    bool ripe = e->done.count >= RIPE_COUNT || e->running + (int)e->waiting.count == 0;

    if (e->done.count > 0 && now >= e->retry_us &&
        (ripe || now - e->tries[e->done.at[0]].done_us >= RIPE_US))
        notify_record(e);
}

static int wait_ms(const struct notify_engine *e)
{
    int64_t now = clock_ticks_us(), until = e->next_poll_us;

    if (e->done.count > 0)
        return now >= e->retry_us ? (int)(RIPE_US / 1000) : 50;
    if (e->stopping || e->free.count == 0) /* an answer ends the wait */
        return 50;
    if (e->drained && e->job->once)
        return 0;
    if (wants_more(e))
        return 0;
    return until <= now ? 0 : (int)((until - now) / 1000) + 1;
}

static bool engine_is_over(struct notify_engine *e)
{
    int64_t now = clock_ticks_us();
    bool empty = in_hand(e) == 0;

    if (!e->stopping && job_over(e->job)) {
        e->stopping = true;
        e->leave_us = now + LAST_TRIES_US;
    }
    if (e->stopping)
        return empty || now >= e->leave_us;
    return e->job->once && empty && (e->drained || e->last != PAY_OK);
}

enum pay_err notify_engine_run(struct job *job)
{
    struct notify_engine *e = &engine;

    e->job = job;
    for (size_t i = 0; i < NOTIFY_IN_HAND; i++)
        notify_push(e, &e->free, &e->tries[i]);
    notify_caches_use(job->db);
    e->pool = http_pool_open(NOTIFY_SLOTS, NOTIFY_SLOTS);
    e->ran_us = clock_ticks_us();
    db_meanwhile(job->db, notify_send_meanwhile, e);
    while (!engine_is_over(e)) {
        notify_begin_waiting(e);
        record_if_ripe(e);
        claim_if_due(e);
        notify_begin_waiting(e);
        notify_show(e);
        notify_listen(e, wait_ms(e), -1);
    }
    db_meanwhile(job->db, NULL, NULL);
    http_pool_close(&e->pool);
    job->progress_us = 0;
    notify_show(e);
    notify_caches_wipe();
    return e->last;
}
