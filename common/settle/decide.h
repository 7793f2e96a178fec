/* decide.h - an operator's decision on money that its order did not take: it is held, or the
 * channel refused its automatic refund. */
#ifndef SETTLE_DECIDE_H
#define SETTLE_DECIDE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/ulid.h"
#include "base/word.h"
#include "io/db/db.h"

/* REFUND: it goes back, for the first time or once more. ACCEPT: it pays its order, which was
 * closed. KEEP: nothing is done with it here; the remark says what was done elsewhere. */
enum decision { DECIDE_REFUND, DECIDE_ACCEPT, DECIDE_KEEP };
extern const struct word DECISIONS[]; /* "refund", "accept", "keep" */

struct deciding {
    int64_t alert_id;
    enum decision decision;
    const char *who, *remark;
};

struct decided {
    bool before;       /* it was decided so already; nothing was done */
    char problem[256]; /* with PAY_WRONG_STATE: why the decision does not fit */
    char pay_id[NO_SIZE], order_no[NO_SIZE];
};

/* A transaction of its own under the order's lock, with its row in admin_log. All alerts about this
 * money are closed. PAY_NOT_FOUND: no such alert. PAY_WRONG_STATE: see out->problem; nothing was
 * done. */
MUST_USE enum pay_err alert_decide(struct db *db, const struct deciding *deciding,
                                   struct decided *out);

#endif
