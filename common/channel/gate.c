/* gate.c - one record per channel in shared memory: a place for each worker that may wait, and the
 * breaker. A place is the moment until which it is taken, so that a worker that was killed in a
 * call gives it back by itself. */
#include "channel/gate.h"
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"

#define CHANNELS 1024           /* a power of two; what finds no record passes */
#define PLACES_MAX 16
#define LEASE_US ((int64_t)CHANNEL_CALL_MAX_MS * 1000)
#define HUNG_US INT64_C(1000000)
#define HUNG_MAX 3
#define PAUSE_US INT64_C(10000000)

struct record {
    _Atomic int64_t channel_id;             /* 0: free */
    _Atomic int64_t places[PLACES_MAX];
    _Atomic int64_t shut_until;             /* 0: open; past: the next call is a probe */
    _Atomic int hung;                       /* in a row */
};

static struct record *records;              /* NULL: everybody passes */
static int places;

void gate_open(int64_t workers)
{
    const size_t size = CHANNELS * sizeof(struct record);

    places = workers < 4 ? 1 : workers > 2 * PLACES_MAX ? PLACES_MAX : (int)(workers / 2);
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        log_event(LOG_ERROR, "gate.off", KV("text", "no shared memory"));
    else
        records = at;
}

static struct record *record_of(int64_t channel_id)
{
    for (size_t i = 0; records != NULL && i < CHANNELS; i++) {
        struct record *r = &records[((uint64_t)channel_id + i) & (CHANNELS - 1)];
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

static bool place_take(struct record *r, struct gate_pass *pass)
{
    for (int i = 0; i < places; i++) {
        int64_t taken = atomic_load(&r->places[i]);
        if (taken > pass->since ||
            !atomic_compare_exchange_strong(&r->places[i], &taken, pass->until))
            continue;
        pass->place = &r->places[i];
        return true;
    }
    return false;
}

bool gate_enter(int64_t channel_id, struct gate_pass *pass)
{
    struct record *r = record_of(channel_id);
    const int64_t now = clock_ticks_us();

    *pass = (struct gate_pass){ .since = now, .until = now + LEASE_US };
    if (r == NULL || (place_take(r, pass) && breaker_lets(r, now)))
        return true;
    if (pass->place != NULL)
        atomic_store((_Atomic int64_t *)pass->place, 0);
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
    struct record *r = record_of(channel_id);
    const int64_t now = clock_ticks_us();
    int64_t ours = pass->until;

    if (r == NULL || pass->place == NULL)
        return;
    if (answered) {
        atomic_store(&r->hung, 0);
        if (atomic_exchange(&r->shut_until, 0) != 0)
            log_event(LOG_INFO, "channel.answers", KN("channel_id", channel_id));
    } else if (now - pass->since >= HUNG_US) {
        hung_note(r, channel_id, now);
    }
    atomic_compare_exchange_strong((_Atomic int64_t *)pass->place, &ours, 0);
}
