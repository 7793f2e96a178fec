/* notify_decide.h - what becomes of a due task now: sent, parked, or left. A pure function: no
 * clock, no database, nothing is changed. notify_hosts.c gathers what it looks at and carries out
 * what it says. */
#ifndef JOB_NOTIFY_DECIDE_H
#define JOB_NOTIFY_DECIDE_H

#include "job/notify/notify_breaker.h"
#include "job/notify/notify_crowd.h"
#include "job/notify/notify_pace.h"
#include "notify/notify_queue.h"

/* All that the decision looks at. */
struct notify_seen {
    int64_t now_us;
    uint32_t random;            /* any number */
    bool first, parked, manual; /* the task: a first try; parked before; an operator's resend */
    uint64_t url_key;
    int held;    /* in hand at its host, those of this claim too */
    bool room;   /* this runner has room for one more */
    bool probed; /* this claim has won a probe */
    const struct notify_breaker *breaker;
    const struct notify_pace *pace;
    const struct notify_share *share;
    int64_t host_queue_us, app_queue_us; /* when what is parked behind the host, behind the
                                               app's share, would be done */
};

/* Why a task is parked: the breaker; its host has enough in hand; its app has. */
enum notify_behind { NOTIFY_BEHIND_BREAKER, NOTIFY_BEHIND_HOST, NOTIFY_BEHIND_APP };

struct notify_decision {
    enum notify_fate fate;        /* NOTIFY_SEND, NOTIFY_PARK, NOTIFY_LEAVE */
    enum notify_probe_kind probe; /* NOTIFY_SEND: if this probe can be won, parked otherwise */
    int64_t wait_ms;              /* NOTIFY_PARK; or when the probe is lost */
    enum notify_behind behind;    /* NOTIFY_PARK */
    int64_t queue_us;             /* the new end of that queue */
};

struct notify_decision notify_decide(const struct notify_seen *seen);

#endif
