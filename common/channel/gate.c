/* gate.c - in shared memory: a seat for each worker, written by that worker alone, the credit of
 * each app and of all, and the breaker of each channel. The worker that replaces an ended one
 * clears its seat (gate_worker). */
#include "channel/gate.h"
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "io/fcgi/fcgi.h"

#define CHANNELS 1024 /* a power of two; a channel without a record has no breaker */
#define CREDITS 1024  /* when there are more, some share their credit */
#define SEATS_MAX 512
#define PATIENCE_US INT64_C(1000000) /* the longest wait for a seat */
#define SLOW_CALL_US INT64_C(250000) /* no request waits once all calls last so long */
#define NAP_MS 2
#define HUNG_US INT64_C(1000000)
#define HUNG_MAX 3
#define PAUSE_US INT64_C(10000000)
/* Credit is time. A second that one worker spent is repaid after APP_SHARE / workers seconds. When
 * the repayment of all that was spent would last APP_CREDIT_US, nothing more can be spent. */
#define APP_SHARE 16
#define APP_CREDIT_US INT64_C(24000000)
#define ALL_SHARE 32
#define ALL_CREDIT_US INT64_C(32000000)

struct seat {
    _Atomic int64_t app_id;     /* 0: free */
    _Atomic int64_t call_since; /* 0: no call now */
    _Atomic bool waits;         /* its worker waits for a seat */
};

struct record {
    _Atomic int64_t channel_id; /* 0: free */
    _Atomic int64_t shut_until; /* 0: open; past: the next call is a probe */
    _Atomic int hung;           /* in a row */
};

struct gate {
    struct seat seats[SEATS_MAX];
    _Atomic int64_t app_repaid_at[CREDITS], all_repaid_at;
    struct record records[CHANNELS];
};

static struct gate *gate; /* NULL: every call passes */
static int workers, seats_of_all;

/* This worker's own. */
static struct seat *own;
static int64_t seated_us;
static bool beyond; /* its app is beyond its own seats */

static int within(int64_t n, int most)
{
    return n < 1 ? 1 : n > most ? most : (int)n;
}

void gate_open(int64_t count)
{
    workers = within(count, SEATS_MAX);
    seats_of_all = within(workers - within(workers / 4, SEATS_MAX), SEATS_MAX);
    void *at =
        mmap(NULL, sizeof(struct gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        log_event(LOG_ERROR, "gate.off", KV("text", "no shared memory"));
    else
        gate = at;
    gate_worker(0);
}

void gate_worker(size_t place)
{
    if (!gate)
        return;
    own = &gate->seats[place % (size_t)workers];
    atomic_store(&own->waits, false);
    atomic_store(&own->call_since, 0);
    atomic_store(&own->app_id, 0);
}

/* ---- credit */

static _Atomic int64_t *credit_of(int64_t app_id)
{
    return &gate->app_repaid_at[(uint64_t)app_id & (CREDITS - 1)];
}

/* A request that looks for a seat: since when, and what time it is. */
struct seeker {
    int64_t app_id;
    int64_t began, now;
};

static bool has_credit(const struct seeker *s)
{
    return atomic_load(credit_of(s->app_id)) - s->now < APP_CREDIT_US;
}

static void charge(_Atomic int64_t *repaid_at, int64_t us, int64_t share, int64_t now)
{
    int64_t before = atomic_load(repaid_at), after;

    do
        after = (before > now ? before : now) + us * share / workers;
    while (!atomic_compare_exchange_weak(repaid_at, &before, after));
}

/* ---- seats */

struct survey {
    int of_app, of_all, waiting;
    int calls, slow; /* slow: no seat comes free soon */
};

static struct survey look_around(const struct seeker *seeker)
{
    struct survey s = { .slow = 0 };

    for (int i = 0; i < workers; i++) {
        const struct seat *seat = &gate->seats[i];
        const int64_t owner = atomic_load(&seat->app_id), since = atomic_load(&seat->call_since);
        s.of_app += owner == seeker->app_id;
        s.of_all += owner != 0;
        s.waiting += seat != own && atomic_load(&seat->waits);
        s.calls += since != 0;
        s.slow += since != 0 && seeker->now - since >= SLOW_CALL_US;
    }
    return s;
}

/* May an app that has so many seats, a new one among them, keep it while `left` are free? The last
 * one is for an app that has none, so that those whose calls are slow cannot take all. */
static bool is_fair(int of_app, int left, bool credit)
{
    return left >= 0 && (of_app == 1 || left >= (credit ? 1 : of_app - 1));
}

/* The seat is written first, then all are counted: two workers at once cannot both get the last
 * one. A new request does not overtake one that waits. */
static bool take_seat(const struct seeker *seeker, bool newcomer)
{
    const bool credit = has_credit(seeker);
    struct survey s = look_around(seeker);
    const int left = seats_of_all - s.of_all - 1;

    if (!is_fair(s.of_app + 1, left, credit) || left < (newcomer ? s.waiting : 0))
        return false;
    atomic_store(&own->app_id, seeker->app_id);
    s = look_around(seeker);
    if (is_fair(s.of_app, seats_of_all - s.of_all, credit)) {
        beyond = !is_fair(s.of_app, seats_of_all - s.of_all, false);
        return true;
    }
    atomic_store(&own->app_id, 0);
    return false;
}

static bool seat_may_wait(const struct seeker *seeker)
{
    const struct survey s = look_around(seeker);

    return (s.calls == 0 || s.slow < s.calls) && seeker->now - seeker->began < PATIENCE_US &&
           has_credit(seeker) && atomic_load(&gate->all_repaid_at) - seeker->now < ALL_CREDIT_US;
}

static void wait_paid(const struct seeker *seeker)
{
    const int64_t now = clock_ticks_us(), waited = now - seeker->began;

    charge(credit_of(seeker->app_id), waited, APP_SHARE, now);
    charge(&gate->all_repaid_at, waited, ALL_SHARE, now);
    atomic_store(&own->waits, false);
}

static bool take_or_wait(int64_t app_id, bool patient)
{
    struct seeker seeker = { .app_id = app_id, .began = clock_ticks_us() };
    bool seated, waits = false;

    for (seeker.now = seeker.began;; seeker.now = clock_ticks_us()) {
        seated = take_seat(&seeker, !waits);
        if (seated || !patient || !seat_may_wait(&seeker))
            break;
        waits = true;
        atomic_store(&own->waits, true);
        clock_sleep_ms(NAP_MS);
    }
    if (waits)
        wait_paid(&seeker);
    return seated;
}

static bool sit(int64_t app_id, enum gate_wait wait)
{
    if (!gate || atomic_load(&own->app_id) != 0)
        return true;
    if (!take_or_wait(app_id, wait == GATE_WAIT))
        return false;
    seated_us = clock_ticks_us();
    return true;
}

bool gate_sit(int64_t app_id, enum gate_wait wait)
{
    if (sit(app_id, wait))
        return true;
    stats_add("shroff_channel_not_called_total", NULL, 1);
    return false;
}

/* It may wait for its seat, and may be long at work: as in gate_enter, no other request is to wait
 * on a connection that this worker keeps. */
bool gate_sit_to_read(int64_t app_id)
{
    fcgi_slow();
    return sit(app_id, GATE_WAIT);
}

void gate_rise(void)
{
    const int64_t app_id = gate ? atomic_load(&own->app_id) : 0;
    const int64_t now = clock_ticks_us();

    if (app_id == 0)
        return;
    if (beyond)
        charge(credit_of(app_id), now - seated_us, APP_SHARE, now);
    atomic_store(&own->app_id, 0);
}

/* ---- the breaker */

static struct record *record_of(int64_t channel_id)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        struct record *r = &gate->records[((uint64_t)channel_id + i) & (CHANNELS - 1)];
        int64_t owner = atomic_load(&r->channel_id);
        if (owner == 0 && atomic_compare_exchange_strong(&r->channel_id, &owner, channel_id))
            owner = channel_id;
        if (owner == channel_id)
            return r;
    }
    return NULL;
}

/* The worker whose exchange succeeds sends the probe, and shuts the breaker for the others again.
 */
static bool breaker_lets(struct record *r, int64_t now)
{
    int64_t shut = atomic_load(&r->shut_until);

    return shut == 0 ||
           (shut <= now && atomic_compare_exchange_strong(&r->shut_until, &shut, now + PAUSE_US));
}

bool gate_is_shut(int64_t channel_id)
{
    const struct record *r = gate ? record_of(channel_id) : NULL;

    return r && atomic_load(&r->shut_until) > clock_ticks_us();
}

bool gate_enter(const struct channel_account *account, struct gate_pass *pass)
{
    *pass = (struct gate_pass){ .since = clock_ticks_us() };
    if (!gate)
        return true;
    if (!gate_sit(account->app_id, GATE_WAIT))
        return false;
    pass->since = clock_ticks_us();
    pass->record = record_of(account->id);
    if (pass->record && !breaker_lets(pass->record, pass->since)) {
        stats_add("shroff_channel_not_called_total", NULL, 1);
        return false;
    }
    atomic_store(&own->call_since, pass->since);
    fcgi_slow();
    return true;
}

static void hung_note(struct record *r, int64_t now)
{
    if (atomic_fetch_add(&r->hung, 1) + 1 != HUNG_MAX)
        return;
    atomic_store(&r->shut_until, now + PAUSE_US);
    log_event(LOG_WARN, "channel.hangs", KN("channel_id", atomic_load(&r->channel_id)),
              KN("pause_ms", PAUSE_US / 1000));
}

void gate_leave(const struct gate_pass *pass, bool answered)
{
    struct record *r = pass->record;
    const int64_t now = clock_ticks_us();

    if (own)
        atomic_store(&own->call_since, 0);
    if (r && answered) {
        atomic_store(&r->hung, 0);
        if (atomic_exchange(&r->shut_until, 0) != 0)
            log_event(LOG_INFO, "channel.answers", KN("channel_id", atomic_load(&r->channel_id)));
    } else if (r && now - pass->since >= HUNG_US) {
        hung_note(r, now);
    }
}
