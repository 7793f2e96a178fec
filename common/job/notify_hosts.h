/* notify_hosts.h - merchants' hosts as one runner sees them: the shared breaker (kept 1 s), its own
 * tries under way, how fast the host answers, and so: send to it, or park for how long. */
#ifndef JOB_NOTIFY_HOSTS_H
#define JOB_NOTIFY_HOSTS_H

#include <stdbool.h>
#include <stdint.h>
#include "pay/notify_queue.h"

#define NOTIFY_PER_HOST 4           /* requests under way */
#define NOTIFY_PER_APP_SLOW 24      /* in hand at hosts of one app that are slow or not known */
#define NOTIFY_PER_APP 48           /* under way: one app never has all the slots */
#define NOTIFY_QUEUED_MAX 92        /* claimed and waiting behind them, at a fast host */
#define NOTIFY_QUEUED_NEW 12        /* the same at one that has not answered yet */

struct notify_host {
    int64_t app_id;                 /* 0: an empty place */
    struct http_url url;
    struct notify_endpoint state;   /* as loaded at loaded_us; 0: load it again */
    int64_t loaded_us, open_until_us, ok_written_us;
    int in_hand;                    /* claimed, waiting or under way */
    int tentative;                  /* the same, in a claim that is not committed yet */
    bool probing, probing_tentative;
    int running;                    /* of those in hand: under way */
    int unrecorded;                 /* answered, and the result is not written down yet */
    int64_t heard_us;               /* the last answer; or when it was first asked since */
    int64_t answers, window_best_us;
    int slow;                       /* it was: so many fast answers until it counts as fast */
    int64_t best_us;                /* how fast it answers when it is fast; 0: not known */
    int64_t served_until_us;        /* when what was parked because it is busy would be done */
    int64_t parked;                 /* since it opened, to spread their return */
};

/* The place of (app, scheme, host, port): never NULL, stays until nothing is in hand there and all
 * is recorded. */
struct notify_host *notify_host_find(int64_t app_id, const struct http_url *url);
/* Forgets what a claim that failed had planned. */
void notify_hosts_begin_claim(void);
/* One more try in hand: the claim with it was committed. */
void notify_host_take(struct notify_host *host, bool probe);
/* It is under way. */
void notify_host_begin(struct notify_host *host);
/* It is out of hand: answered (or failed) after us, or (0) handed back without being begun. */
void notify_host_drop(struct notify_host *host, bool probe, int64_t us);
/* Nothing was heard of it for a second, though it was asked, or it has become so slow that twice
 * too much waits for it: nothing more should wait here for it. */
bool notify_host_keeps_waiting(const struct notify_host *host);

/* Has the app as much under way as one may have? */
bool notify_app_is_full(int64_t app_id);

/* What to do with a due task of this host: fate NOTIFY_SEND (maybe as the probe), NOTIFY_PARK with
 * wait_ms, or NOTIFY_LEAVE when there is no room for it: in the runner, or at a host so quick that
 * its turn comes before parking it would pay. *probed: one probe was won in this claim; *busy: it
 * was parked only because the host has enough in hand. */
struct notify_room { bool room, probed, busy; };
MUST_USE enum pay_err notify_host_decide(struct notify_host *host, struct db *db,
                                         struct notify_due *due, struct notify_room *room);

#endif
