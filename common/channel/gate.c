/* gate.c - in shared memory: places for all workers that may wait for channels, and one record per
 * channel with its own places and the breaker. A place is the moment until which it is taken, so
 * that a worker that was killed in a call gives it back by itself. */
#include "channel/gate.h"
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"

#define CHANNELS 1024           /* a power of two; what finds no record passes */
#define PLACES_MAX 16
#define ALL_MAX 512
#define LEASE_US ((int64_t)CHANNEL_CALL_MAX_MS * 1000)
/* For a place, while the calls that have one are not older than that. With the short one the last
 * quarter of the workers waits, since requests that need no channel need them. */
#define PATIENCE_US INT64_C(250000)
#define SHORT_US INT64_C(50000)
#define NAP_MS 5
#define HUNG_US INT64_C(1000000)
#define HUNG_MAX 3
#define PAUSE_US INT64_C(10000000)

struct record {
    _Atomic int64_t channel_id;             /* 0: free */
    _Atomic int64_t places[PLACES_MAX];
    _Atomic int64_t shut_until;             /* 0: open; past: the next call is a probe */
    _Atomic int hung;                       /* in a row */
};

struct gate {
    _Atomic int64_t places[ALL_MAX];        /* for whichever channel */
    _Atomic int64_t seats[ALL_MAX];         /* of those that wait for a place */
    struct record records[CHANNELS];
};

static struct gate *gate;                   /* NULL: every call passes */
static int places, places_of_all;

static int within(int64_t n, int most)
{
    return n < 1 ? 1 : n > most ? most : (int)n;
}

void gate_open(int64_t workers)
{
    places = within(workers / 2, PLACES_MAX);
    places_of_all = within(workers - within(workers / 4, ALL_MAX), ALL_MAX);
    void *at = mmap(NULL, sizeof(struct gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);
    if (at == MAP_FAILED)
        log_event(LOG_ERROR, "gate.off", KV("text", "no shared memory"));
    else
        gate = at;
}

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

/* The one whose exchange succeeds is the probe; it shuts the breaker for the others again. */
static bool breaker_lets(struct record *r, int64_t now)
{
    int64_t shut = atomic_load(&r->shut_until);

    return shut == 0 ||
           (shut <= now && atomic_compare_exchange_strong(&r->shut_until, &shut, now + PAUSE_US));
}

static _Atomic int64_t *place_take(_Atomic int64_t *all, int count, const struct gate_pass *pass)
{
    for (int i = 0; i < count; i++) {
        int64_t taken = atomic_load(&all[i]);
        if (taken <= pass->since && atomic_compare_exchange_strong(&all[i], &taken, pass->until))
            return &all[i];
    }
    return NULL;
}

static void place_give(void *place, int64_t until)
{
    if (place != NULL)      /* unless its lease was over and another one has it */
        atomic_compare_exchange_strong((_Atomic int64_t *)place, &until, 0);
}

/* Places that are all taken; none when it was the breaker. */
struct crowd { _Atomic int64_t *all; int count; };

/* A channel beyond the records has the places of all alone. */
static bool enter(struct record *r, struct gate_pass *pass, struct crowd *full)
{
    *full = (struct crowd){ gate->places, places_of_all };
    pass->of_all = place_take(full->all, full->count, pass);
    if (pass->of_all == NULL || r == NULL)
        return pass->of_all != NULL;
    *full = (struct crowd){ r->places, places };
    pass->place = place_take(full->all, full->count, pass);
    if (pass->place == NULL)
        return false;
    *full = (struct crowd){ NULL, 0 };
    return breaker_lets(r, pass->since);
}

/* Will one come free soon? Not when a call that has one takes long already. */
static bool moves(const struct crowd *full, int64_t now, int64_t patience)
{
    for (int i = 0; i < full->count; i++) {
        const int64_t until = atomic_load(&full->all[i]);
        if (until > now && now - (until - LEASE_US) >= patience)
            return false;
    }
    return full->count > 0;
}

static int taken(_Atomic int64_t *all, int64_t now)
{
    int count = 0;

    for (int i = 0; i < places_of_all; i++)
        count += atomic_load(&all[i]) > now;
    return count;
}

/* The long one while calls and those that wait leave a quarter of the workers to others. */
static int64_t patience(struct gate_pass *seat, int64_t now)
{
    if (seat->place == NULL)
        seat->place = place_take(gate->seats, places_of_all, seat);
    const bool room = taken(gate->places, now) + taken(gate->seats, now) <= places_of_all;
    return seat->place != NULL && room ? PATIENCE_US : SHORT_US;
}

static void give_back(const struct gate_pass *pass)
{
    place_give(pass->place, pass->until);
    place_give(pass->of_all, pass->until);
}

static bool try_enter(int64_t channel_id, struct gate_pass *pass, int64_t now, struct crowd *full)
{
    *pass = (struct gate_pass){ .since = now, .until = now + LEASE_US };
    if (enter(record_of(channel_id), pass, full))
        return true;
    give_back(pass);
    return false;
}

static bool enter_or_wait(int64_t channel_id, struct gate_pass *pass, int64_t began)
{
    struct gate_pass seat = { .since = began, .until = began + PATIENCE_US };
    struct crowd full;
    bool in, waits;

    do {
        const int64_t now = clock_ticks_us();
        in = try_enter(channel_id, pass, now, &full);
        const int64_t most = in ? 0 : patience(&seat, now);
        waits = now - began < most && moves(&full, now, most);
        if (waits)
            clock_sleep_ms(NAP_MS);
    } while (waits);
    place_give(seat.place, seat.until);
    return in;
}

bool gate_enter(int64_t channel_id, struct gate_pass *pass)
{
    const int64_t now = clock_ticks_us();

    *pass = (struct gate_pass){ .since = now, .until = now };
    if (gate == NULL || enter_or_wait(channel_id, pass, now))
        return true;
    stats_add("shroff_channel_not_called_total", NULL, 1);
    return false;
}

static void hung_note(struct record *r, int64_t channel_id, int64_t now)
{
    if (atomic_fetch_add(&r->hung, 1) + 1 != HUNG_MAX)
        return;
    atomic_store(&r->shut_until, now + PAUSE_US);
    log_event(LOG_WARN, "channel.hangs", KN("channel_id", channel_id),
              KN("pause_ms", PAUSE_US / 1000));
}

void gate_leave(int64_t channel_id, const struct gate_pass *pass, bool answered)
{
    struct record *r = pass->place != NULL ? record_of(channel_id) : NULL;
    const int64_t now = clock_ticks_us();

    if (r != NULL && answered) {
        atomic_store(&r->hung, 0);
        if (atomic_exchange(&r->shut_until, 0) != 0)
            log_event(LOG_INFO, "channel.answers", KN("channel_id", channel_id));
    } else if (r != NULL && now - pass->since >= HUNG_US) {
        hung_note(r, channel_id, now);
    }
    give_back(pass);
}
