/* rate.c - buckets as GCRA: a slot has the moment at which its bucket will be full again. A request
 * moves it on by 1/rate s, and is refused when it would then be more than a burst ahead of now. */
#include "web/skeleton/rate.h"
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/net.h"
#include "base/ulid.h"

#define BUCKET_SETS 4096 /* a power of two */
#define BUCKET_WAYS 4
#define SECOND INT64_C(1000000)
#define LINES 50       /* a second */
#define LINES_BURST 40 /* seconds of them at once */
#define LINES_ALL 1000
#define LINES_ALL_BURST 20

struct slot {
    _Atomic uint64_t owner;
    _Atomic int64_t full_at;
};
struct table {
    struct slot slots[BUCKET_SETS][BUCKET_WAYS];
    _Atomic int64_t lines_at;
};

static struct table *buckets; /* NULL: everything is let through */
static int64_t address_rate, app_rate;
static uint64_t seed; /* so that strangers cannot choose keys of one set */

void rate_open(int64_t by_address, int64_t by_app)
{
    address_rate = by_address;
    app_rate = by_app;
    random_bytes(&seed, sizeof(seed));
    if (buckets) {
        memset((void *)buckets, 0, sizeof(*buckets));
        return;
    }
    void *at =
        mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        log_event(LOG_ERROR, "rate.off", KV("text", "no shared memory"));
    else
        buckets = at;
}

/* FNV-1a over the bytes, then a finaliser (splitmix64) that spreads them over all bits. */
static uint64_t hash(char kind, const void *at, size_t len)
{
    const unsigned char *bytes = at;
    uint64_t h = (seed ^ UINT64_C(0xCBF29CE484222325) ^ (unsigned char)kind) *
                 UINT64_C(0x100000001B3);

    for (size_t i = 0; i < len; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001B3);
    h = (h ^ h >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ h >> 27) * UINT64_C(0x94D049BB133111EB);
    h ^= h >> 31;
    return h ? h : 1;
}

/* The owner's slot; when it has none, the one whose bucket is full soonest, to be taken over. */
static struct slot *bucket_of(uint64_t owner, bool *own)
{
    struct slot *set = buckets->slots[owner & (BUCKET_SETS - 1)], *calmest = &set[0];

    *own = true;
    for (int i = 0; i < BUCKET_WAYS; i++) {
        if (atomic_load(&set[i].owner) == owner)
            return &set[i];
        if (atomic_load(&set[i].full_at) < atomic_load(&calmest->full_at))
            calmest = &set[i];
    }
    *own = false;
    return calmest;
}

static bool say_wait(int64_t ahead_us, int *wait)
{
    *wait = (int)((ahead_us + SECOND - 1) / SECOND);
    return false;
}

bool rate_pass(_Atomic int64_t *full_at, int64_t step, int64_t burst, enum rate_use use, int *wait)
{
    const int64_t now = clock_ticks_us();
    int64_t before = atomic_load(full_at), after;

    do {
        after = (before > now ? before : now) + step;
        if (use != RATE_CHARGE && after - now > burst + step / 2) /* the half hides rounding */
            return say_wait(after - now - burst, wait);
    } while (use != RATE_LOOK && !atomic_compare_exchange_weak(full_at, &before, after));
    return true;
}

/* `rate` a second, and `burst` seconds of it at once. */
struct bucket {
    uint64_t owner;
    int64_t rate, burst;
};

static bool bucket_pass(struct bucket of, enum rate_use use, int *wait)
{
    bool own;
    struct slot *slot = bucket_of(of.owner, &own);

    if (!own && use == RATE_LOOK)
        return true;
    if (!own) {
        atomic_store(&slot->owner, of.owner);
        atomic_store(&slot->full_at, clock_ticks_us());
    }
    return rate_pass(&slot->full_at, SECOND / of.rate, of.burst * SECOND, use, wait);
}

uint64_t rate_owner(char kind, const char *address)
{
    struct net_address a;

    return net_parse(address, &a) ? hash(kind, a.bytes, net_is_v4(&a) ? 16 : 8) : 0;
}

static bool pass_address(char kind, const char *address, enum rate_use use, int *wait)
{
    const uint64_t owner = rate_owner(kind, address);

    return !buckets || address_rate <= 0 || owner == 0 ||
           bucket_pass((struct bucket){ owner, address_rate, .burst = 1 }, use, wait);
}

bool rate_take_address(const char *address, int *wait)
{
    return pass_address('a', address, RATE_TAKE, wait);
}

bool rate_look_refused(const char *address, int *wait)
{
    return pass_address('r', address, RATE_LOOK, wait);
}

void rate_count_refused(const char *address)
{
    int wait;

    (void)pass_address('r', address, RATE_CHARGE, &wait);
}

bool rate_take_line(const char *address)
{
    const uint64_t owner = rate_owner('l', address);
    int wait;

    return !buckets || owner == 0 ||
           (bucket_pass((struct bucket){ owner, LINES, LINES_BURST }, RATE_TAKE, &wait) &&
            rate_pass(&buckets->lines_at, SECOND / LINES_ALL, LINES_ALL_BURST * SECOND, RATE_TAKE,
                      &wait));
}

static bool pass_app(const char *app_key, enum rate_use use, int *wait)
{
    const uint64_t owner = hash('k', app_key, strlen(app_key));

    return !buckets || app_rate <= 0 ||
           bucket_pass((struct bucket){ owner, app_rate, .burst = 1 }, use, wait);
}

bool rate_look_app(const char *app_key, int *wait)
{
    return pass_app(app_key, RATE_LOOK, wait);
}
bool rate_take_app(const char *app_key, int *wait)
{
    return pass_app(app_key, RATE_TAKE, wait);
}
