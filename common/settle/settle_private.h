/* settle_private.h - what the files of settle share. */
#ifndef SETTLE_SETTLE_PRIVATE_H
#define SETTLE_SETTLE_PRIVATE_H

#include "order/order_row.h"
#include "settle/settle.h"

/* One result at work: order and attempt as they are under the order's lock. */
struct settling {
    const struct channel_config *channel;
    const struct channel_said *said;
    const struct callback_raw *raw;
    enum verdict verdict;
    struct order order;
    struct attempt attempt;
};

/* Any case, under the order's lock: channel, result and raw are given, the rest is filled. */
MUST_USE enum pay_err settle_by_statements(struct db *db, struct settling *w);

/* An alert about the attempt: a hundred of a kind and app, then they are counted. Money that came
 * late or twice has an alert of its own each, since an operator decides about it. */
MUST_USE enum pay_err attempt_alert(struct db *db, const struct settling *w, const char *kind,
                                    const char *text);

/* settle_money.c: the channel says SUCCESS, and the price agrees. Sets w->verdict. */
MUST_USE enum pay_err settle_money(struct db *db, struct settling *w);
/* Read without a lock: *known when this payment of the attempt is on record already. It stays so,
 * since a paid attempt keeps its state and its number. */
MUST_USE enum pay_err money_is_known(struct db *db, const struct channel_said *said,
                                     const struct attempt *attempt, bool *known);

/* settle_end.c: the channel says that the attempt failed or was closed (word: which), or that it
 * was paid and that all of the money has gone back. Set w->verdict. */
MUST_USE enum pay_err settle_ended(struct db *db, struct settling *w, const char *word);
MUST_USE enum pay_err settle_gone_back(struct db *db, struct settling *w);

/* settle_cancel.c: a cancel was sent that may have given the money back. True: SUCCESS is not to be
 * believed, unless it answers a question put when no cancel can be at work any more. */
bool attempt_is_doubted(const struct attempt *attempt, const struct channel_said *said);
/* It changes nothing yet: the channel is asked as soon as its answer counts. Sets w->verdict. */
MUST_USE enum pay_err settle_doubted(struct db *db, struct settling *w);

/* settle_owner.c: the attempt that has a payment's number, where that is unique. */
struct owner {
    int64_t id, of_id;
    char no[NO_SIZE];
};
/* PAY_NO_ROW when none has it. */
MUST_USE enum pay_err owner_find(struct db *db, const struct attempt *attempt,
                                 const struct channel_said *said, struct owner *out);
/* After a duplicate key. */
MUST_USE enum pay_err owner_read(struct db *db, const struct settling *w, struct owner *out);
/* The verdict and the alert that the number is another attempt's; after a duplicate key, too. */
MUST_USE enum pay_err number_is_others(struct db *db, struct settling *w,
                                       const struct owner *owner);
MUST_USE enum pay_err number_conflict(struct db *db, struct settling *w);

/* The attempt has its money; an operator decided that it pays its closed order after all. Under the
 * order's lock; order and attempt are given, and of the channel what is recorded. */
MUST_USE enum pay_err settle_accept(struct db *db, struct settling *w);

/* The order as it will be once this attempt has paid it. */
MUST_USE enum pay_err order_as_paid(const struct order *order, const struct attempt *attempt,
                                    const struct channel_config *channel,
                                    const struct channel_said *said, struct order *out);
/* True when it is over ten years before or after now: then the channel's clock is wrong. */
bool success_time_is_odd(const struct channel_said *said);
/* When it happened: now when the channel gives no time, or an odd one. */
int64_t success_time_of(const struct channel_said *said);

/* settle_refund.c: what a channel says of a refund. */
MUST_USE enum pay_err settle_refund(struct db *db, const struct channel_config *channel,
                                    const struct channel_said *said, const struct callback_raw *raw,
                                    enum verdict *verdict);

/* settle_transfer.c: of a transfer. */
MUST_USE enum pay_err settle_transfer(struct db *db, const struct channel_config *channel,
                                      const struct channel_said *said,
                                      const struct callback_raw *raw, enum verdict *verdict);

/* Attempt and order as they are without a lock: what was read for the callback, or is read now. */
MUST_USE enum pay_err settle_pair(struct db *db, const struct channel_config *channel,
                                  const struct channel_said *said, const struct callback_raw *raw,
                                  const struct order_attempt **out);
/* The plain case, a waiting order paid by its waiting attempt, in one call. raw may be NULL.
 * PAY_WRONG_STATE, PAY_DUPLICATE: it is not that case, and nothing was done. */
MUST_USE enum pay_err settle_paid(struct db *db, const struct channel_config *channel,
                                  const struct channel_said *said, const struct callback_raw *raw,
                                  const struct order_attempt *pair);

#endif
