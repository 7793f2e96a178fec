/* kept.h - what a process keeps of the database for a second. A change of configuration has to be
 * in force everywhere within 2 s, so nothing of it is kept for longer. */
#ifndef BASE_KEPT_H
#define BASE_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_US 1000000

struct kept {
    int64_t until_us, used_us;
}; /* ticks of base/clock.h; 0: nothing is kept */

/* May it still be used? Notes the use, for kept_oldest. */
bool kept_is_fresh(struct kept *kept);
/* It was read at since_us, before the question to the database went out. */
void kept_from(struct kept *kept, int64_t since_us);
/* It is read again before the next use. */
void kept_end(struct kept *kept);
/* The element of a table that was not used for the longest time. Each begins with a struct kept. */
void *kept_oldest(void *table, size_t count, size_t size);

#endif
