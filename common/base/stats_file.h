/* stats_file.h - what the counters' file looks like; only stats.c and stats_print.c look inside. */
#ifndef BASE_STATS_FILE_H
#define BASE_STATS_FILE_H

#include <stdatomic.h>
#include <stdint.h>

#define STATS_MAGIC UINT64_C(0x3153544154534853) /* "SHSTATS1", its last byte the version */
#define STATS_SLOTS 1024
#define STATS_NAME 48 /* with NUL */
#define STATS_LABEL 128
#define STATS_BOUNDS 13

enum stats_kind { STATS_COUNTER = 1, STATS_GAUGE, STATS_HISTOGRAM };

struct stats_slot {
    _Atomic uint64_t hash;  /* 0: free */
    _Atomic uint32_t ready; /* the kind, once name and label are written */
    uint32_t unused;
    char name[STATS_NAME];
    char label[STATS_LABEL];
    _Atomic int64_t value;                     /* of a histogram: the sum in microseconds */
    _Atomic int64_t buckets[STATS_BOUNDS + 1]; /* each its own, not cumulative; last: beyond */
};

struct stats_file {
    _Atomic uint64_t magic;
    _Atomic int64_t dropped; /* counts lost because all slots were taken */
    struct stats_slot slots[STATS_SLOTS];
};
_Static_assert(sizeof(struct stats_slot) == 312, "the file's layout is part of its version");

extern struct stats_file *stats_mapped; /* NULL: counting is off */
extern const int64_t STATS_BOUND_US[STATS_BOUNDS];
void stats_close(void);

#endif
