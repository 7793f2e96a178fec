/* notify_pace.c - see notify_pace.h. */
#include "job/notify/notify_pace.h"

#define PACE_WINDOW 16 /* answers that best_us is taken from */
#define MEAN_OF 8      /* the weight of earlier answers in the mean */
#define SILENT_US 1000000
#define QUICK_US 1500  /* four at a time are about all that a runner can send */
#define GAP_MIN_US 800 /* a runner cannot park faster than this besides its work */
#define GAP_SILENT_US 4000

int notify_pace_begin(struct notify_pace *pace, uint64_t url, bool later, int64_t now)
{
    int place = 0;

    while (pace->under_way[place].begun_us != 0)
        place++;
    pace->under_way[place] = (struct notify_under_way){ url, now, later };
    if (pace->running++ == 0)
        pace->answered_us = now;
    pace->running_later += later;
    return place;
}

/* The best of some answers: a single time may include waiting for our own turn. The mean shows a
 * host that answers quickly only now and then. */
static void measure(struct notify_pace *pace, int64_t us)
{
    pace->mean_us = pace->mean_us == 0 ? us : pace->mean_us + (us - pace->mean_us) / MEAN_OF;
    if (pace->window_best_us == 0 || us < pace->window_best_us)
        pace->window_best_us = us;
    if (pace->best_us == 0 || us < pace->best_us)
        pace->best_us = us;
    if (++pace->answers % PACE_WINDOW != 0)
        return;
    pace->best_us = pace->window_best_us;
    pace->window_best_us = 0;
}

void notify_pace_end(struct notify_pace *pace, int place, int64_t us, int64_t now)
{
    pace->running--;
    pace->running_later -= pace->under_way[place].later;
    pace->under_way[place].begun_us = 0;
    pace->answered_us = now;
    measure(pace, us);
}

/* ---- how fast it is */

int64_t notify_pace_silence(const struct notify_pace *pace, int64_t now)
{
    return pace->running > 0 ? now - pace->answered_us : 0;
}

bool notify_pace_is_fast(const struct notify_pace *pace, int64_t now)
{
    return pace->best_us > 0 && pace->mean_us <= NOTIFY_FAST_US &&
           notify_pace_silence(pace, now) <= SILENT_US;
}

bool notify_pace_is_slow(const struct notify_pace *pace, int64_t now)
{
    return pace->mean_us > SILENT_US || notify_pace_silence(pace, now) > SILENT_US;
}

bool notify_pace_keeps_up(const struct notify_pace *pace, int64_t now)
{
    return pace->best_us > 0 && pace->best_us <= QUICK_US && notify_pace_is_fast(pace, now) &&
           notify_pace_silence(pace, now) <= NOTIFY_FAST_US;
}

/* ---- what may be there */

static bool hangs(const struct notify_under_way *one, int64_t now)
{
    return one->begun_us != 0 && now - one->begun_us > NOTIFY_FAST_US;
}

bool notify_pace_url_hangs(const struct notify_pace *pace, uint64_t url, int64_t now)
{
    for (int i = 0; i < NOTIFY_PER_HOST_MOST; i++)
        if (pace->under_way[i].url == url && hangs(&pace->under_way[i], now))
            return true;
    return false;
}

static int hanging(const struct notify_pace *pace, int64_t now)
{
    int n = 0;

    for (int i = 0; i < NOTIFY_PER_HOST_MOST; i++)
        n += hangs(&pace->under_way[i], now);
    return n;
}

bool notify_pace_is_full(const struct notify_pace *pace, int64_t now)
{
    return pace->running >= NOTIFY_PER_HOST_MOST ||
           pace->running - hanging(pace, now) >= NOTIFY_PER_HOST;
}

bool notify_pace_may_begin(const struct notify_pace *pace, uint64_t url, bool later, int64_t now)
{
    if (later && !notify_pace_is_fast(pace, now) && pace->running_later >= NOTIFY_PER_HOST / 2)
        return false;
    if (pace->running < NOTIFY_PER_HOST)
        return true;
    return !later && !notify_pace_is_full(pace, now) && !notify_pace_url_hangs(pace, url, now);
}

/* How many it answers soon, at its pace. */
static int allowance_by_pace(const struct notify_pace *pace)
{
    if (pace->best_us == 0)
        return NOTIFY_PER_HOST + NOTIFY_QUEUED_NEW;
    int64_t more = NOTIFY_PER_HOST * NOTIFY_FAST_US / pace->best_us;
    return NOTIFY_PER_HOST + (int)(more < NOTIFY_QUEUED_MAX ? more : NOTIFY_QUEUED_MAX);
}

int notify_pace_allowance(const struct notify_pace *pace, int64_t now)
{
    bool silent = notify_pace_silence(pace, now) > NOTIFY_FAST_US;

    return silent ? NOTIFY_PER_HOST : allowance_by_pace(pace);
}

bool notify_pace_is_stuck(const struct notify_pace *pace, int in_hand, int64_t now)
{
    return notify_pace_silence(pace, now) > SILENT_US || in_hand > 2 * allowance_by_pace(pace);
}

/* Rather too short: a task that comes back early is parked again, one that comes back late leaves
 * the host idle. */
int64_t notify_pace_gap_us(const struct notify_pace *pace, int64_t now)
{
    int64_t gap = pace->best_us / NOTIFY_PER_HOST / 2;

    if (notify_pace_silence(pace, now) > SILENT_US && gap < GAP_SILENT_US)
        return GAP_SILENT_US;
    return gap > GAP_MIN_US ? gap : GAP_MIN_US;
}
