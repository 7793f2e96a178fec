/* notify_pace.h - how fast one host answers one runner, and what may be under way there. Pure: the
 * time is an argument, clock_ticks_us() at the caller. */
#ifndef JOB_NOTIFY_PACE_H
#define JOB_NOTIFY_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define NOTIFY_PER_HOST 4      /* requests under way */
#define NOTIFY_PER_HOST_HUNG 8 /* and so many first tries past those that hang */
#define NOTIFY_PER_HOST_MOST (NOTIFY_PER_HOST + NOTIFY_PER_HOST_HUNG)
#define NOTIFY_QUEUED_MAX 252 /* claimed and waiting behind them, at a fast host */
#define NOTIFY_QUEUED_NEW 12  /* the same at one that has not answered yet */
#define NOTIFY_FAST_US 250000 /* a host that answers in this time is fast */

/* A request under way; begun_us 0: an empty place. */
struct notify_under_way {
    uint64_t url;
    int64_t begun_us;
    bool later;
};

struct notify_pace {
    int running, running_later; /* requests under way; of these: not first tries */
    struct notify_under_way under_way[NOTIFY_PER_HOST_MOST];
    int64_t answered_us; /* the last answer, or the first request since all was idle */
    int64_t answers, window_best_us;
    int64_t best_us; /* its answers when it is fast; 0: not known */
    int64_t mean_us; /* its answers of late */
};

/* A request to this URL is under way: the place it has. */
int notify_pace_begin(struct notify_pace *pace, uint64_t url, bool later, int64_t now);
/* The request at that place was answered, or failed, after us. */
void notify_pace_end(struct notify_pace *pace, int place, int64_t us, int64_t now);

/* For how long a host that is being asked has not answered; 0 while it is not asked. */
int64_t notify_pace_silence(const struct notify_pace *pace, int64_t now);
/* It answers in NOTIFY_FAST_US in the mean, and answered within the last second. */
bool notify_pace_is_fast(const struct notify_pace *pace, int64_t now);
/* It takes a second and more. Not slow: a new host, and one that our own load delays. */
bool notify_pace_is_slow(const struct notify_pace *pace, int64_t now);
/* It answers as fast as a runner sends: parking its tasks costs more than sending them. */
bool notify_pace_keeps_up(const struct notify_pace *pace, int64_t now);
/* A request to just this URL hangs there. */
bool notify_pace_url_hangs(const struct notify_pace *pace, uint64_t url, int64_t now);
/* May a request to this URL begin now? First tries pass requests that hang at other URLs. */
bool notify_pace_may_begin(const struct notify_pace *pace, uint64_t url, bool later, int64_t now);
/* No request may begin, to whatever URL. */
bool notify_pace_is_full(const struct notify_pace *pace, int64_t now);
/* How many may be in hand at once, at the pace it answers. A slow host gets what can be under way
 * and no more. */
int notify_pace_allowance(const struct notify_pace *pace, int64_t now);
/* It has been silent for a second, or is so slow by now that what is in hand waits twice too long:
 * a task that cannot begin should not wait in this runner. */
bool notify_pace_is_stuck(const struct notify_pace *pace, int in_hand, int64_t now);
/* From one parked task to the next, us. */
int64_t notify_pace_gap_us(const struct notify_pace *pace, int64_t now);

#endif
