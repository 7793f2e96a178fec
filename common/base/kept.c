/* kept.c - see kept.h. */
#include "base/kept.h"

#include "base/clock.h"

bool kept_is_fresh(struct kept *kept)
{
    const int64_t now = clock_ticks_us();

    if (now >= kept->until_us)
        return false;
    kept->used_us = now;
    return true;
}

void kept_from(struct kept *kept, int64_t since_us)
{
    *kept = (struct kept){ since_us + KEPT_US, since_us };
}

void kept_end(struct kept *kept)
{
    kept->until_us = 0;
}

void *kept_oldest(void *table, size_t count, size_t size)
{
    char *oldest = table, *end = oldest + count * size;

    for (char *at = oldest; at < end; at += size)
        if (((struct kept *)(void *)at)->used_us < ((struct kept *)(void *)oldest)->used_us)
            oldest = at;
    return oldest;
}
