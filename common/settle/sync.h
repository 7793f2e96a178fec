/* sync.h - asks channels, unasked, what became of attempts whose result is not known. A callback
 * that never comes leads to a paid order by this alone. */
#ifndef SETTLE_SYNC_H
#define SETTLE_SYNC_H

#include "base/config.h"
#include "io/db/db_due.h"
#include "order/order.h"

/* Attempts whose channel is to be asked: 10 s after the call that opened them, then at the gaps of
 * channel/ask_gaps.h. */
extern const struct db_due ATTEMPTS_DUE;
/* Attempts that a cancel has ended and that a later word calls paid (settle_cancel.c). */
extern const struct db_due CANCELS_DUE;
/* Asks about one of either: what its order needs no more is ended at its channel. No answer is
 * no error. While the gate is shut (channel/gate.h) it is not asked, and is due a minute later. */
MUST_USE enum pay_err attempt_sync(struct db *db, const struct config *config, int64_t attempt_id);

/* For the merchant, at once: spends the nonce. The channels of one order are asked, once in 2 s at
 * most; an order past its end is ended. PAY_NOT_FOUND, PAY_NONCE_USED. A channel that does not
 * answer is no error. */
struct order_syncing {
    struct db *db;
    const struct config *config;
    int64_t app_id;
    const char *nonce;
    const struct order_key *key;
};
MUST_USE enum pay_err order_sync(const struct order_syncing *syncing);
/* The same for an operator, without a nonce or a pause: its open attempts are asked about.
 * out is the order afterwards. PAY_UNKNOWN: a channel did not answer. */
MUST_USE enum pay_err order_sync_by(struct db *db, const struct config *config, int64_t order_id,
                                    struct order *out);

#endif
