/* settle.h - the one door for what a channel says of an order, a refund or a transfer, by callback,
 * query or bill: the one place where orders become paid.
 *
 * One transaction: order row locked, attempt, order, notification task, alerts, and the raw
 * callback row when a callback told it. Any number of times, in any order, from callback, submit or
 * sync: the same end. Money is never dropped. */
#ifndef SETTLE_SETTLE_H
#define SETTLE_SETTLE_H

#include "app/channel_config.h"
#include "order/order.h"
#include "settle/verdict.h"

/* A callback as it came, for callback_log. */
struct callback_raw {
    int64_t channel_id;             /* 0 when not known */
    const char *kind, *remote_address, *headers;    /* headers: JSON object text */
    const char *headers_brief;      /* the same, what fits into 2 KiB: for a refused one */
    const char *body; size_t body_len;  /* NULL: not read, since it was too large */
    int64_t announced;              /* its Content-Length then */
    const struct order_attempt *found;  /* by attempt_find for this callback; NULL: not yet */
};

/* After an outage or a fault nothing is on record: the caller commits the raw row alone.
 * PAY_OK: applied or known already (*verdict tells). PAY_OTHER_PRICE, PAY_OTHER_PAYMENT (the
 * channel's number belongs to another attempt), PAY_OTHER_ACCOUNT: a conflict, recorded with its
 * alert. PAY_NOT_FOUND:
 * no such attempt on this channel. raw may be NULL. */
MUST_USE enum pay_err settle(struct db *db, const struct channel_config *channel,
                             const struct channel_said *said, const struct callback_raw *raw,
                             enum verdict *verdict);
/* The raw row of a callback that was believed and not applied, committed alone. */
MUST_USE enum pay_err callback_record(struct db *db, const struct callback_raw *raw,
                                      enum verdict verdict);
/* The raw row of one that was not believed: the first 2 KiB of its body, its length and hash; whole
 * to 16 KiB with its headers when it names an open attempt of its channel, 20 a day of each. Rows
 * are bounded in number by day and address: *kept tells, and PAY_OK is also "not kept". */
MUST_USE enum pay_err callback_refused(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, bool *kept);
/* The addresses of believed callbacks, up to 256: of the newest 10,000, a week old at most. */
MUST_USE enum pay_err callback_senders(struct db *db, void (*each)(const char *address));

/* An attempt and its order as they stand, read without a lock: once for a callback, since round
 * trips are what it costs. Before the signature holds only *channel_id may be looked at, to choose
 * the key. *found lives until the next call. PAY_NOT_FOUND when there is no such attempt. */
MUST_USE enum pay_err attempt_find(struct db *db, const char *pay_id,
                                   const struct order_attempt **found, int64_t *channel_id);

#endif
