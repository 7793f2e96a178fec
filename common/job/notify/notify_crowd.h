/* notify_crowd.h - how much of one runner an app may have, and the slow hosts of all apps together.
 *
 * A merchant may name a new host with every order, and each may take ten seconds, or just less than
 * any mark. So the tasks in hand at hosts that have not shown to be fast are bounded for each app,
 * and so are all of an app's: the others find room, whatever one app does. */
#ifndef JOB_NOTIFY_CROWD_H
#define JOB_NOTIFY_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#define NOTIFY_PER_APP_SLOW 24     /* in hand at hosts of one app that are not known to be fast */
#define NOTIFY_SLOW_CROWDED 40     /* when all apps together have so many in hand there, */
#define NOTIFY_PER_APP_CROWDED 8   /* one may have so many */
#define NOTIFY_PER_APP 48          /* under way: one app never has all the slots, */
#define NOTIFY_SLOW_RUNNING 48     /* nor have the slow hosts of all apps, */
#define NOTIFY_UNPROVEN_RUNNING 56 /* nor those and the ones that never answered yet */
#define NOTIFY_SHARED_RUNNING 64   /* the others are for apps that have nothing under way */
#define NOTIFY_PER_APP_IN_HAND 384 /* nor all the room */

/* What one app has under way and in hand; slow: at hosts that are not fast; of_all: all apps. */
struct notify_share {
    int running, in_hand, slow, slow_of_all, slow_running_of_all, unproven_running_of_all;
    int running_of_all;
};

/* No more of this app may be claimed for a host that is fast, or is not. */
bool notify_crowd_is_over(const struct notify_share *share, bool fast);
/* Is there a slot for one more try of this app once most are taken? first: it is the task's first
 * try. slow, fast: its host; neither is a host in between, or one that never answered yet. */
struct notify_wish {
    bool first, slow, fast;
};
bool notify_crowd_may_take_slot(const struct notify_share *share, const struct notify_wish *wish);

#endif
