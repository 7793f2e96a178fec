/* callers.c - see callers.h. All of it is in memory that the workers share. Each worker writes its
 * own mark of being busy; when it dies, its successor clears the mark (callers_begin). */
#include "web/callers.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include "base/clock.h"
#include "base/log.h"
#include "settle/settle.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/server.h"

#define CALLER_SETS 256 /* a power of two */
#define CALLER_WAYS 4
/* Strangers that come in a burst, as a channel does after a restart, may take what is kept for the
 * known: a hundred at once, then ten a second. */
#define BURST_STEP_US 100000
#define BURST_US (100 * BURST_STEP_US)
#define RECALL_AGAIN_US INT64_C(5000000) /* while the database is away */

struct known {
    _Atomic uint64_t owner;
    _Atomic int64_t seen_us;
};
struct callers {
    struct known known[CALLER_SETS][CALLER_WAYS];
    _Atomic int64_t burst_full_at;
    _Atomic int64_t recall_at;      /* when one worker may ask; INT64_MAX: it is done */
    _Atomic bool busy[WORKERS_MAX]; /* with a stranger */
};

static struct callers *callers; /* NULL: every request is admitted */
static size_t places, for_strangers;

void callers_open(const struct config *config)
{
    places = (size_t)config->workers < WORKERS_MAX ? (size_t)config->workers : WORKERS_MAX;
    for_strangers = places > 3 ? places - 2 : (places + 1) / 2;
    void *at = mmap(NULL, sizeof(struct callers), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        log_event(LOG_ERROR, "callers.off", KV("text", "no shared memory"));
    else
        callers = at;
}

void callers_begin(void)
{
    if (callers)
        atomic_store(&callers->busy[server_place()], false);
}

/* The owner's place; when it has none, the one that was quiet for longest, to be taken over. */
static struct known *known_of(uint64_t owner)
{
    struct known *set = callers->known[owner & (CALLER_SETS - 1)], *oldest = &set[0];

    for (int i = 0; i < CALLER_WAYS; i++) {
        if (atomic_load(&set[i].owner) == owner)
            return &set[i];
        if (atomic_load(&set[i].seen_us) < atomic_load(&oldest->seen_us))
            oldest = &set[i];
    }
    return oldest;
}

static bool caller_is_known(uint64_t owner)
{
    return owner != 0 && atomic_load(&known_of(owner)->owner) == owner;
}

static void remember(uint64_t owner)
{
    if (owner == 0)
        return;
    struct known *known = known_of(owner);
    atomic_store(&known->seen_us, clock_ticks_us());
    atomic_store(&known->owner, owner);
}

static bool take_worker(void)
{
    size_t busy = 0;
    int wait;

    atomic_store(&callers->busy[server_place()], true);
    for (size_t i = 0; i < places; i++)
        busy += atomic_load(&callers->busy[i]);
    if (busy <= for_strangers ||
        rate_pass(&callers->burst_full_at, BURST_STEP_US, BURST_US, RATE_TAKE, &wait))
        return true;
    callers_begin();
    return false;
}

static bool admits(const char *address)
{
    int wait;

    return caller_is_known(rate_owner('k', address)) ||
           (rate_look_refused(address, &wait) && take_worker());
}

static enum pay_err recalled(void *arg, void *row)
{
    const struct callback_sender *sender = row;

    (void)arg;
    remember(rate_owner('k', sender->address));
    return PAY_OK;
}

/* True: what callback_log knows was read just now. */
static bool recall(struct db *db)
{
    const int64_t now = clock_ticks_us();
    int64_t at = atomic_load(&callers->recall_at);

    if (now < at ||
        !atomic_compare_exchange_strong(&callers->recall_at, &at, now + RECALL_AGAIN_US) ||
        callback_senders(db, recalled, NULL) != PAY_OK)
        return false;
    atomic_store(&callers->recall_at, INT64_MAX);
    return true;
}

bool callers_enter(struct db *db, const char *address)
{
    return !callers || admits(address) || (recall(db) && admits(address));
}

void callers_leave(const char *address, enum caller_end end)
{
    if (!callers)
        return;
    callers_begin();
    if (end == CALLER_BELIEVED)
        remember(rate_owner('k', address));
    else if (end == CALLER_REFUSED)
        rate_count_refused(address);
}
