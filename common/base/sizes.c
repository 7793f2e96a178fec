/* sizes.c - in: cores and memory; out: workers, connections, buffer pool, redo log. */
#include "base/sizes.h"
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "base/text.h"

/* Measured on 2 cores: a write mostly waits for a row or for the disk, so 8 workers a core keep
 * both busy; a worker that reads keeps many connections and seldom waits. docs/performance.md. */
#define WRITERS_A_CORE 8
#define READERS_A_CORE 4
#define FEW 4
#define CONNECTIONS_LEAST 400
#define CONNECTIONS_TO_SPARE 200 /* jobs, people, programs that start while others end */

static int64_t between(int64_t least, int64_t n, int64_t most)
{
    return n < least ? least : n > most ? most : n;
}

void sizes_for(const struct machine_size *machine, struct sizes *out)
{
    const int64_t writers = between(8, machine->cores * WRITERS_A_CORE, 128);
    const int64_t readers = between(4, machine->cores * READERS_A_CORE, 64);
    /* create, callback and refund; query, close, transfer, wallet, the mock gateway and the two
     * played channels; metrics and the sandbox's control API */
    const int64_t all = 3 * writers + 7 * readers + 2 * FEW;

    *out = (struct sizes){ .workers = { writers, readers, FEW } };
    out->connections = between(CONNECTIONS_LEAST, all + CONNECTIONS_TO_SPARE, INT32_MAX);
    out->pool_mb = between(128, machine->memory_mb / 4, 4096);
    out->redo_mb = between(128, out->pool_mb / 2, 1024);
}

/* The first number in a file of the control group; false when it has none ("max"). */
static bool cgroup_number(const char *path, int64_t *first, int64_t *second)
{
    char room[64];

    if (file_read(path, room, sizeof(room)) != PAY_OK)
        return false;
    const size_t n = strspn(room, "0123456789");
    const char *rest = room + n + strspn(room + n, " ");

    *second = 0;
    if (*rest && !str_to_i64(rest, 1, INT64_MAX, second))
        return false;
    return str_to_i64_n(room, n, 1, INT64_MAX, first);
}

static int64_t cores_here(void)
{
    cpu_set_t set;
    int64_t quota, period;
    int64_t cores = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
                                                                 : sysconf(_SC_NPROCESSORS_ONLN);

    if (cgroup_number("/sys/fs/cgroup/cpu.max", &quota, &period) && period > 0)
        cores = between(1, (quota + period / 2) / period, cores);
    return cores;
}

void machine_read(struct machine_size *out)
{
    const int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    int64_t limit, unused;

    out->cores = between(1, cores_here(), 4096);
    out->memory_mb = pages > 0 && page > 0 ? pages / (1048576 / page) : 1024;
    if (cgroup_number("/sys/fs/cgroup/memory.max", &limit, &unused))
        out->memory_mb = between(1, limit >> 20, out->memory_mb);
}

const struct sizes *sizes_here(void)
{
    static struct sizes sizes;
    struct machine_size machine;

    if (sizes.connections == 0) {
        machine_read(&machine);
        sizes_for(&machine, &sizes);
    }
    return &sizes;
}
