/* checkout_private.h - what create and submit share: an attempt's way from plan to ticket. */
#ifndef CHECKOUT_CHECKOUT_PRIVATE_H
#define CHECKOUT_CHECKOUT_PRIVATE_H

#include "checkout/checkout.h"
#include "settle/ask.h"

/* Refuses a disabled app, then a channel that is absent or disabled. *channel is NULL when the call
 * names none. */
MUST_USE enum pay_err checkout_admit(const struct checkout_call *call,
                                     const struct channel_config **channel);

/* An attempt that is to be inserted: its number, and for offline channels where to pay. */
struct attempt_plan {
    const struct checkout_call *call;
    const struct channel_config *channel;
    char pay_id[NO_SIZE];
    bool offline;                 /* submitting makes no call: the ticket was made before */
    struct channel_ticket ticket; /* empty until the channel was called */
};
/* As it is stored: NULL when the page to pay on is what is shown, an address stored once. */
static inline const char *ticket_pay_url(const struct channel_ticket *ticket)
{
    return str_eq(ticket->pay_url, ticket->display_content) ? NULL : ticket->pay_url;
}
/* Before the transaction: makes an offline channel's ticket. order needs the members that channels
 * read (subject, price …); for offline ones its numbers may still be missing. PAY_BAD_FIELD: the
 * channel does not accept the order's currency. */
MUST_USE enum pay_err attempt_plan(const struct checkout_call *call,
                                   const struct channel_config *channel, const struct order *order,
                                   struct attempt_plan *out);
/* Inside the transaction that holds the order. */
MUST_USE enum pay_err attempt_insert(struct db *db, const struct attempt_plan *plan,
                                     const struct order *order, struct attempt *out);
/* The row of such an attempt, without id and create_time. */
MUST_USE enum pay_err attempt_planned(const struct attempt_plan *plan, const struct order *order,
                                      struct attempt *out);
/* A request that will call a channel got no seat (gate.h): PAY_UNKNOWN and why, in out. */
MUST_USE enum pay_err checkout_crowded(struct checkout *out);
/* After its COMMIT: calls a channel that is not offline, records what it said in out->attempt. */
MUST_USE enum pay_err attempt_send(const struct attempt_plan *plan, struct checkout *out);

/* PAY_ATTEMPTS when the order may have no more. Inside its transaction. */
MUST_USE enum pay_err attempt_room(struct db *db, int64_t order_id, const struct open_list *open);

#endif
