/* notify_crowd.c - see notify_crowd.h. */
#include "job/notify/notify_crowd.h"

bool notify_crowd_is_over(const struct notify_share *share, bool fast)
{
    bool crowded = share->slow_of_all >= NOTIFY_SLOW_CROWDED;
    int most_slow = crowded ? NOTIFY_PER_APP_CROWDED : NOTIFY_PER_APP_SLOW;

    return share->in_hand >= NOTIFY_PER_APP_IN_HAND || (!fast && share->slow >= most_slow);
}

/* An app that has nothing under way takes one slot however many others have hosts that hang. */
bool notify_crowd_may_take_slot(const struct notify_share *share, const struct notify_wish *wish)
{
    if (wish->first && share->running == 0)
        return true;
    return share->running < NOTIFY_PER_APP && share->running_of_all < NOTIFY_SHARED_RUNNING &&
           (!wish->slow || share->slow_running_of_all < NOTIFY_SLOW_RUNNING) &&
           (wish->fast || share->unproven_running_of_all < NOTIFY_UNPROVEN_RUNNING);
}
