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
#include "settle/verdict.h"

/* A callback as it came, for callback_log. */
struct callback_raw {
    int64_t channel_id;                          /* 0 when not known */
    const char *kind, *remote_address, *headers; /* headers: a JSON object */
    const char *headers_brief;                   /* the same in 2 KiB: for a refused one */
    const char *body;
    size_t body_len;                   /* NULL: not read, since it was too large */
    int64_t announced;                 /* its Content-Length, when body is NULL */
    const struct order_attempt *found; /* by attempt_find for this callback; NULL: not yet */
};

/* PAY_OK: applied, or known already (*verdict says which). PAY_OTHER_PRICE, PAY_OTHER_PAYMENT (the
 * channel's number belongs to another attempt), PAY_OTHER_ACCOUNT: a conflict, recorded with its
 * alert. PAY_OVER_REFUND: a refund that failed here was
 * done there, and the order's rest does not cover it; alerted, too. PAY_NOT_FOUND: no such attempt
 * or refund on this channel. After any other error nothing is on
 * record, and the caller commits the raw row alone. raw may be NULL. */
MUST_USE enum pay_err settle(struct db *db, const struct channel_config *channel,
                             const struct channel_said *said, const struct callback_raw *raw,
                             enum verdict *verdict);
/* The same of an attempt, inside the caller's transaction, which holds its order: for a channel
 * that is our own ledger. */
MUST_USE enum pay_err settle_inside(struct db *db, const struct channel_config *channel,
                                    const struct channel_said *said, enum verdict *verdict);
/* The channel's word conflicts with what is on record: nothing was changed, an alert says so. */
bool settle_is_conflict(enum pay_err err);
/* Commits the raw row of a genuine callback that was not applied. */
MUST_USE enum pay_err callback_record(struct db *db, const struct callback_raw *raw,
                                      enum verdict verdict);
/* The raw row of a refused callback: the first 2 KiB of its body, its length and hash. If it names
 * an open attempt of its channel: up to 16 KiB with its headers, 20 a day for each attempt. The
 * number of rows is bounded by day and address. *kept is false beyond the bound, with PAY_OK. */
MUST_USE enum pay_err callback_refused(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, bool *kept);
/* Up to 256 addresses of genuine callbacks: of the newest 10,000, a week old at most. */
MUST_USE enum pay_err callback_senders(struct db *db, void (*each)(const char *address));

/* Reads an attempt and its order without a lock, once for a callback, since each round trip is
 * expensive; by a refund's number the attempt whose money goes back. A transfer has none: *found is
 * NULL. Until the signature is checked only *channel_id may be used, to choose the key. *found
 * lives until the next call. PAY_NOT_FOUND when there is no such attempt, refund or transfer. */
MUST_USE enum pay_err attempt_find(struct db *db, const char *pay_id,
                                   const struct order_attempt **found, int64_t *channel_id);
MUST_USE enum pay_err attempt_find_about(struct db *db, enum channel_about about, const char *no,
                                         const struct order_attempt **found, int64_t *channel_id);

#endif
