/* notify_hosts.h - merchants' hosts as one runner sees them, each with its breaker, its pace, and
 * the tries in hand there. */
#ifndef JOB_NOTIFY_HOSTS_H
#define JOB_NOTIFY_HOSTS_H

#include <stdbool.h>
#include <stdint.h>
#include "job/notify/notify_breaker.h"
#include "job/notify/notify_crowd.h"
#include "job/notify/notify_pace.h"
#include "notify/notify_queue.h"

struct notify_host {
    int64_t app_id; /* 0: an empty place */
    struct http_url url;
    struct notify_breaker breaker;
    struct notify_pace pace;
    int in_hand;      /* claimed, waiting or under way */
    int tentative;    /* the same, in a claim that is not committed yet */
    int unrecorded;   /* answered, and the result is not recorded yet */
    int64_t full_us;  /* the time of a look at what waits: no more may begin there */
    int64_t queue_us; /* when what is parked behind it would be done */
};

/* The place of an app's host: (app, scheme, host, port) of the URL. It stays until nothing is in
 * hand there and all is recorded. NULL: the URL cannot be called. */
struct notify_host *notify_host_find(int64_t app_id, const char *url);
uint64_t notify_url_key(const char *url);

/* A claim begins, anew: forgets what the one before had planned. */
void notify_hosts_begin_claim(void);
/* Room in the runner, and whether a probe was won in this claim; out: something was parked because
 * its host or its app has enough in hand. */
struct notify_room {
    bool room, probed, busy;
};
/* Sets the fate of a due task of this host (notify_decide.h), inside the claim's transaction. */
MUST_USE enum pay_err notify_host_decide(struct notify_host *host, struct db *db,
                                         struct notify_due *due, struct notify_room *room);

/* One more try in hand: the claim with it was committed. */
void notify_host_take(struct notify_host *host, bool probe);
/* Out of hand: answered, failed, or handed back without being begun. */
void notify_host_drop(struct notify_host *host, bool probe);
/* Is there a slot for one more try of its app, once most are taken? */
bool notify_host_may_take_slot(const struct notify_host *host, bool first);

#endif
