/* test_clock.h - the clock for tests: it does not move time forward, but moves due times back. */
#ifndef KEEP_TEST_CLOCK_H
#define KEEP_TEST_CLOCK_H

#include "io/db/db.h"

#define CLOCK_KINDS 6
#define CLOCK_ROWS_MAX 20000 /* of one kind: they move in one statement, which has 3 s */
/* What the rows are, "orders" …; NULL: not counted. */
extern const char *const CLOCK_MOVED[CLOCK_KINDS];

struct clock_jump {
    int64_t app_id, seconds;
    const char *nonce;
    int64_t due[CLOCK_KINDS]; /* out: how many of each became due by it */
    size_t over;              /* out with PAY_FULL: of which kind there are too many */
};

/* Moves times of this app's open rows back by so many seconds: the end of WAITING orders, the next
 * question about open attempts, refunds and transfers, the next try of WAITING notifications, and
 * the wait for hosts that keep failing. What a job has claimed is waited for, a second at
 * most, and stays as it is otherwise. One transaction with the nonce. PAY_NONCE_USED.
 * PAY_FULL: more than CLOCK_ROWS_MAX of a kind are open; nothing moved. */
MUST_USE enum pay_err test_clock_advance(struct db *db, struct clock_jump *jump);

#endif
