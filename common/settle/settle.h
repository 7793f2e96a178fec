/* settle.h - applies what a channel says of an order, a refund or a transfer, by callback, query or
 * bill. It is the only place where orders become paid.
 *
 * One transaction locks the order's row and writes attempt, order, notification task, alerts and,
 * for a callback, its raw row. A payment's copy has only that row, without the lock. The result is
 * the same however often and in whatever order callbacks and answers arrive. Money is never
 * dropped. */
#ifndef SETTLE_SETTLE_H
#define SETTLE_SETTLE_H

#include "app/channel_config.h"
#include "order/order.h"
#include "settle/callback_log.h"

/* PAY_OK: applied, or known already (*verdict says which). PAY_OTHER_PRICE, PAY_OTHER_PAYMENT (the
 * channel's number belongs to another attempt), PAY_OTHER_ACCOUNT: a conflict, recorded with its
 * alert. PAY_OVER_REFUND: a refund that failed here was
 * done there, and the order's rest does not cover it; alerted, too. PAY_NOT_FOUND: no such attempt
 * or refund on this channel. After any other error nothing is on record, and the caller commits the
 * raw row alone. raw may be NULL. */
MUST_USE enum pay_err settle(struct db *db, const struct channel_config *channel,
                             const struct channel_said *said, const struct callback_raw *raw,
                             enum verdict *verdict);
/* The same of an attempt, inside the caller's transaction, which holds its order: for a channel
 * that is our own ledger. */
MUST_USE enum pay_err settle_inside(struct db *db, const struct channel_config *channel,
                                    const struct channel_said *said, enum verdict *verdict);
/* The channel's word conflicts with what is on record: nothing was changed, an alert says so. */
bool settle_is_conflict(enum pay_err err);
/* Reads an attempt and its order without a lock, once for a callback, since each round trip is
 * expensive; by a refund's number the attempt whose money goes back. A transfer has none: *found is
 * NULL. Until the signature is checked only *channel_id may be used, to choose the key. *found
 * lives until the next call. PAY_NOT_FOUND when there is no such attempt, refund or transfer. */
MUST_USE enum pay_err attempt_find(struct db *db, const char *pay_id,
                                   const struct order_attempt **found, int64_t *channel_id);
MUST_USE enum pay_err attempt_find_about(struct db *db, enum channel_about about, const char *no,
                                         const struct order_attempt **found, int64_t *channel_id);

#endif
