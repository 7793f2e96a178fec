/* test_clock.h - the clock for tests: it does not move time forward, but moves due times back. */
#ifndef KEEP_TEST_CLOCK_H
#define KEEP_TEST_CLOCK_H

#include "io/db/db.h"

struct clock_jump {
    int64_t app_id, seconds;
    const char *nonce;
};

/* Moves times of this app's open rows back by so many seconds: the end of WAITING orders, the next
 * query of WAITING attempts, the next try of WAITING notifications, and the wait for hosts that
 * keep failing. Notifications that a runner has claimed stay as they are. One transaction with the
 * nonce. PAY_NONCE_USED. */
MUST_USE enum pay_err test_clock_advance(struct db *db, const struct clock_jump *jump);

#endif
