/* notify_hosts.h - merchants' hosts as one runner sees them: the shared breaker (kept 1 s), its own
 * tries under way, how fast the host answers. What follows from it: notify_decide.c. */
#ifndef JOB_NOTIFY_HOSTS_H
#define JOB_NOTIFY_HOSTS_H

#include <stdbool.h>
#include <stdint.h>
#include "notify/notify_queue.h"

#define NOTIFY_PER_HOST 4           /* requests under way */
#define NOTIFY_PER_HOST_HUNG 8      /* and so many first tries past those that hang */
#define NOTIFY_PER_HOST_MOST (NOTIFY_PER_HOST + NOTIFY_PER_HOST_HUNG)
#define NOTIFY_PER_APP_SLOW 24      /* in hand at hosts of one app that are not known to be fast */
#define NOTIFY_SLOW_CROWDED 40      /* when all apps together have so many in hand there, */
#define NOTIFY_PER_APP_CROWDED 8    /* one may have so many */
#define NOTIFY_PER_APP 48           /* under way: one app never has all the slots, */
#define NOTIFY_SLOW_RUNNING 48      /* nor have the slow hosts of all apps */
#define NOTIFY_PER_APP_IN_HAND 112  /* nor all the room */
#define NOTIFY_QUEUED_MAX 92        /* claimed and waiting behind them, at a fast host */
#define NOTIFY_QUEUED_NEW 12        /* the same at one that has not answered yet */
#define NOTIFY_FAST_US 250000       /* a host that answers in this time is fast */

/* A request under way; begun_us 0: an empty place. */
struct notify_under_way { uint64_t url; int64_t begun_us; bool later; };

struct notify_host {
    int64_t app_id;                 /* 0: an empty place */
    struct http_url url;
    struct notify_endpoint state;   /* as loaded at loaded_us; 0: load it again */
    int64_t loaded_us, open_until_us, first_until_us, ok_written_us;
    int in_hand;                    /* claimed, waiting or under way */
    int tentative;                  /* the same, in a claim that is not committed yet */
    bool probing, probing_tentative;
    int running, running_later;     /* of those in hand: under way; of these: not first tries */
    struct notify_under_way under_way[NOTIFY_PER_HOST_MOST];
    int unrecorded;                 /* answered, and the result is not written down yet */
    int64_t answered_us;               /* the last answer; or when it was first asked since */
    int64_t answers, window_best_us;
    int64_t best_us;                /* how fast it answers when it is fast; 0: not known */
    int64_t mean_us;                /* how fast it answered lately */
    int64_t served_until_us;        /* when what was parked because it is busy would be done */
    int64_t parked;                 /* since it opened, to spread their return */
};

/* The place of (app, scheme, host, port): never NULL, stays until nothing is in hand there and all
 * is recorded. */
struct notify_host *notify_host_find(int64_t app_id, const struct http_url *url);
/* Forgets what a claim that failed had planned. */
void notify_hosts_begin_claim(void);
/* Loads the shared breaker's state when it is not fresh. */
MUST_USE enum pay_err notify_host_look(struct notify_host *host, struct db *db);
/* One more try in hand: the claim with it was committed. */
void notify_host_take(struct notify_host *host, bool probe);
/* Out of hand: answered, failed, or handed back without being begun. */
void notify_host_drop(struct notify_host *host, bool probe);

/* May a request to this URL begin now? First tries go past those that hang, to other URLs. */
bool notify_host_may_begin(const struct notify_host *host, uint64_t url, bool later);
/* It is under way: the place it has there. */
int notify_host_begin(struct notify_host *host, uint64_t url, bool later);
/* Answered, or failed, after us. */
void notify_host_answered(struct notify_host *host, int place, int64_t us);
uint64_t notify_url_key(const char *url);

/* For how long a host that is being asked has not answered, us; 0 while it is not asked. */
int64_t notify_host_silence(const struct notify_host *host);
/* It answers in NOTIFY_FAST_US in the mean, and answered within the last second. */
bool notify_host_is_fast(const struct notify_host *host);
/* Does a request to just this URL hang there? */
bool notify_host_url_hangs(const struct notify_host *host, uint64_t url);
/* How many may be in hand at once, at the pace it answers; a slow host gets what can be under way
 * and no more. */
int notify_host_allowance(const struct notify_host *host);
/* It has not answered for a second, though it was asked, or it has become so slow that twice too
 * much waits for it: what cannot begin should not wait here for it. */
bool notify_host_keeps_waiting(const struct notify_host *host);

/* What one app has in hand, and what all have at hosts that are not fast. */
struct notify_share { int running, in_hand, slow, slow_of_all, slow_running_of_all; };
struct notify_share notify_share_of(int64_t app_id);
/* Is there a slot for one more try there, once most are taken? Neither one app nor all slow hosts
 * together have all of them. */
bool notify_host_may_take_slot(const struct notify_host *host);

#endif
