/* notify_crowd.c - see notify_crowd.h. */
#include "job/notify/notify_crowd.h"

bool notify_crowd_is_over(const struct notify_share *share, bool fast)
{
    bool crowded = share->slow_of_all >= NOTIFY_SLOW_CROWDED;
    int most_slow = crowded ? NOTIFY_PER_APP_CROWDED : NOTIFY_PER_APP_SLOW;

    return share->in_hand >= NOTIFY_PER_APP_IN_HAND || (!fast && share->slow >= most_slow);
}

bool notify_crowd_may_take_slot(const struct notify_share *share, bool slow, bool fast)
{
    return share->running < NOTIFY_PER_APP &&
           (!slow || share->slow_running_of_all < NOTIFY_SLOW_RUNNING) &&
           (fast || share->unproven_running_of_all < NOTIFY_UNPROVEN_RUNNING);
}
