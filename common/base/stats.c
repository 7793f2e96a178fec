/* stats.c - the counters' file: a head and 1024 slots of fixed size, mapped by every program.
 *
 * A slot belongs to the 64-bit hash of its kind, name and label, taken with one compare-and-swap
 * on a zero word. A program that finds the slot before its texts are marked ready writes them and
 * marks them; two programs write the same bytes. So what a crash leaves unfinished, the next caller
 * finishes. Slots are never given back. */
#include "base/stats.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/stats_file.h"

struct stats_file *stats_mapped;

/* Sets the head of a new file; false when it is something else's or another version's. */
static bool stats_map(int fd)
{
    struct stat st;
    uint64_t none = 0;

    if (fstat(fd, &st) != 0 || (st.st_size != 0 && st.st_size != (off_t)sizeof(struct stats_file)))
        return false;
    /* Blocks are reserved now: a full disk must not become SIGBUS while counting. */
    if (posix_fallocate(fd, 0, sizeof(struct stats_file)) != 0)
        return false;
    void *at = mmap(NULL, sizeof(struct stats_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return false;
    struct stats_file *file = at;
    if (!atomic_compare_exchange_strong(&file->magic, &none, STATS_MAGIC) && none != STATS_MAGIC) {
        munmap(at, sizeof(struct stats_file));
        return false;
    }
    stats_mapped = file;
    return true;
}

/* Moves a file of another version aside, once, also when several programs try at the same time. */
static void set_aside(int fd, const char *path)
{
    char old[4096];
    struct text name = TEXT(old);
    struct stat ours, there;

    text_addf(&name, "%s.old", path);
    if (!name.full && flock(fd, LOCK_EX) == 0 && fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
        ours.st_ino == there.st_ino && rename(path, old) != 0)
        log_event(LOG_WARN, "stats.set_aside", KV("path", path), KN("errno", errno));
}

void stats_open(const char *path)
{
    stats_close();
    if (!path || !*path)
        return;
    for (int tries = 0; tries < 3 && !stats_mapped; tries++) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            break;
        if (!stats_map(fd))
            set_aside(fd, path);
        close(fd);
    }
    if (!stats_mapped)
        log_event(LOG_WARN, "stats.off", KV("path", path), KN("errno", errno));
}

void stats_close(void)
{
    if (stats_mapped)
        munmap(stats_mapped, sizeof(*stats_mapped));
    stats_mapped = NULL;
}

/* FNV-1a; the zero byte after each part keeps "ab","c" and "a","bc" apart. */
static uint64_t hash_part(uint64_t hash, const char *s)
{
    do {
        hash = (hash ^ (uint8_t)*s) * UINT64_C(1099511628211);
    } while (*s++);
    return hash;
}

static uint64_t stats_hash(enum stats_kind kind, const char *name, const char *label)
{
    uint64_t hash = UINT64_C(14695981039346656037) + kind;

    hash = hash_part(hash_part(hash, name), label);
    hash ^= hash >> 32;
    return hash != 0 ? hash : 1;
}

static void name_slot(struct stats_slot *slot, enum stats_kind kind, const char *name,
                      const char *label)
{
    if (atomic_load_explicit(&slot->ready, memory_order_acquire) != 0)
        return;
    memcpy(slot->name, name, strlen(name)); /* the file's bytes are zero before */
    memcpy(slot->label, label, strlen(label));
    atomic_store_explicit(&slot->ready, (uint32_t)kind, memory_order_release);
}

static struct stats_slot *slot_find(enum stats_kind kind, const char *name, const char *label)
{
    label = str_or(label, "");
    if (!stats_mapped || strlen(name) >= STATS_NAME || strlen(label) >= STATS_LABEL)
        return NULL;
    const uint64_t hash = stats_hash(kind, name, label);
    for (size_t i = 0; i < STATS_SLOTS; i++) {
        struct stats_slot *slot = &stats_mapped->slots[(hash + i) % STATS_SLOTS];
        uint64_t owner = atomic_load_explicit(&slot->hash, memory_order_relaxed);
        if (owner == 0 && atomic_compare_exchange_strong(&slot->hash, &owner, hash))
            owner = hash;
        if (owner == hash) {
            name_slot(slot, kind, name, label);
            return slot;
        }
    }
    atomic_fetch_add_explicit(&stats_mapped->dropped, 1, memory_order_relaxed);
    return NULL;
}

void stats_add(const char *name, const char *label, int64_t n)
{
    struct stats_slot *slot = slot_find(STATS_COUNTER, name, label);

    if (slot)
        atomic_fetch_add_explicit(&slot->value, n, memory_order_relaxed);
}

void stats_set(const char *name, const char *label, int64_t n)
{
    struct stats_slot *slot = slot_find(STATS_GAUGE, name, label);

    if (slot)
        atomic_store_explicit(&slot->value, n, memory_order_relaxed);
}

bool stats_read(const char *name, const char *label, int64_t *out)
{
    label = str_or(label, "");
    for (size_t i = 0; stats_mapped && i < STATS_SLOTS; i++) {
        const struct stats_slot *slot = &stats_mapped->slots[i];
        if (slot->ready != 0 && slot->ready != STATS_HISTOGRAM && str_eq(slot->name, name) &&
            str_eq(slot->label, label)) {
            *out = slot->value;
            return true;
        }
    }
    return false;
}

void stats_observe_us(const char *name, const char *label, int64_t us)
{
    struct stats_slot *slot = slot_find(STATS_HISTOGRAM, name, label);
    size_t bucket = 0;

    if (!slot)
        return;
    if (us < 0)
        us = 0;
    while (bucket < STATS_BOUNDS && us > STATS_BOUND_US[bucket])
        bucket++;
    atomic_fetch_add_explicit(&slot->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&slot->value, us, memory_order_relaxed);
}
