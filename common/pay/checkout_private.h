/* checkout_private.h - what create and submit share: an attempt's way from plan to ticket. */
#ifndef PAY_CHECKOUT_PRIVATE_H
#define PAY_CHECKOUT_PRIVATE_H

#include "pay/checkout.h"

/* Refuses a disabled app, then a channel that is absent or disabled. *channel is NULL when the call
 * names none. */
MUST_USE enum pay_err checkout_admit(const struct checkout_call *call,
                                     const struct channel_config **channel);

/* An attempt that is to be inserted: its number, and for offline channels where to pay. */
struct attempt_plan {
    const struct checkout_call *call;
    const struct channel_config *channel;
    char pay_id[NO_SIZE];
    struct channel_ticket ticket;       /* empty until the channel was called */
};
/* Before the transaction: an offline channel's ticket is made here. order needs what channels see
 * (subject, price …); for offline ones its numbers may still be missing. */
MUST_USE enum pay_err attempt_plan(const struct checkout_call *call,
                                   const struct channel_config *channel, const struct order *order,
                                   struct attempt_plan *out);
/* Inside the transaction that holds the order. */
MUST_USE enum pay_err attempt_insert(struct db *db, const struct attempt_plan *plan,
                                     const struct order *order, struct attempt *out);
/* What the row of such an attempt holds, but for id and create_time. */
MUST_USE enum pay_err attempt_planned(const struct attempt_plan *plan, const struct order *order,
                                      struct attempt *out);
/* After its COMMIT: calls a channel that is not offline, records what it said in out->attempt. */
MUST_USE enum pay_err attempt_send(const struct attempt_plan *plan, struct checkout *out);

#endif
