/* test_clock.h - the clock for tests: instead of time going on, what waits becomes due earlier. */
#ifndef KEEP_TEST_CLOCK_H
#define KEEP_TEST_CLOCK_H

#include "io/db/db.h"

struct clock_jump { int64_t app_id, seconds; const char *nonce; };

/* Moves back by so many seconds, for this app's open rows: the end of WAITING orders, WAITING
 * attempts' next question at their channel, WAITING notifications' next try (those in a runner's
 * hands are left to it), and the wait for hosts that keep failing. One transaction with the nonce.
 * PAY_NONCE_USED. */
MUST_USE enum pay_err test_clock_advance(struct db *db, const struct clock_jump *jump);

#endif
