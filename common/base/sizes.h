/* sizes.h - how many workers the programs get, and how much MariaDB gets, on a machine like this
 * one. The one place that computes them: the settings' defaults, `scripts/run`, `shroffctl sizes`
 * and `doctor` ask here. */
#ifndef BASE_SIZES_H
#define BASE_SIZES_H

#include <stdint.h>

/* What a machine, or the container it is seen from, gives. */
struct machine_size {
    int64_t cores, memory_mb;
};

/* What the requests of a program mostly do: its workers follow from that. */
enum load { LOAD_WRITE, LOAD_READ, LOAD_FEW };

struct sizes {
    int64_t workers[3];       /* by enum load */
    int64_t connections;      /* that MariaDB must take: of all programs and some to spare */
    int64_t pool_mb, redo_mb; /* InnoDB's buffer pool and redo log */
};

void machine_read(struct machine_size *out);
void sizes_for(const struct machine_size *machine, struct sizes *out);
/* Of this machine, read once. */
const struct sizes *sizes_here(void);

#endif
