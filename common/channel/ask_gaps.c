/* ask_gaps.c - see ask_gaps.h. */
#include "channel/ask_gaps.h"

#include "base/err.h"

static const int64_t FIRST[] = { 10, 30, 120, 600 };
#define HOURLY 25 /* the fifth, and for a day more */
#define HOUR_S 3600
#define DAY_S 86400

bool ask_is_overdue(int64_t times)
{
    return times >= (int64_t)COUNT(FIRST) + HOURLY;
}

int64_t ask_gap_s(int64_t times)
{
    if (times < (int64_t)COUNT(FIRST))
        return FIRST[times < 0 ? 0 : times];
    return ask_is_overdue(times) ? DAY_S : HOUR_S;
}
