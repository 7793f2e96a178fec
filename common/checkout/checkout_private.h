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
    bool by_ledger;               /* it is paid in the transaction that inserts it */
    bool refused;                 /* by the ledger; the reason is in the ticket */
    const char *field;            /* with PAY_BAD_FIELD: what the channel does not accept */
    bool offline;                 /* submitting makes no call: the ticket was made before */
    struct channel_ticket ticket; /* empty until the channel was called */
};
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

/* Asks the channel; db: the transaction, for BY_LEDGER alone. */
MUST_USE enum pay_err attempt_submitted(struct db *db, const struct attempt_plan *plan,
                                        const struct order *order, struct channel_ticket *out);
/* Ends an attempt that its channel refused. Inside a transaction, under the order's lock. */
MUST_USE enum pay_err attempt_refused(struct db *db, const struct attempt *attempt,
                                      const struct channel_ticket *ticket);

/* ---- checkout_ledger.c: attempts that are paid by the ledger */
/* The plain case of create: makes the order in out and pays it, in one call. PAY_WRONG_STATE: its
 * wallet does not cover it, or the nonce is spent, and nothing was done. PAY_DUPLICATE: the app has
 * an order of this number. */
MUST_USE enum pay_err ledger_open(const struct attempt_plan *plan, int64_t expire_in,
                                  struct checkout *out);
/* Inside the transaction that holds the order: makes the attempt and pays by it. When the balance
 * does not cover it, the attempt is ended, and plan->refused says so: that is to be committed. */
MUST_USE enum pay_err ledger_pay(struct db *db, struct attempt_plan *plan, struct checkout *out);
/* After the COMMIT: PAY_OK, or PAY_REFUSED with the reason in out. */
MUST_USE enum pay_err ledger_answer(const struct attempt_plan *plan, struct checkout *out);
/* Both, in a transaction of their own. */
MUST_USE enum pay_err ledger_send(struct attempt_plan *plan, struct checkout *out);

/* PAY_ATTEMPTS when the order may have no more. Inside its transaction. */
MUST_USE enum pay_err attempt_room(struct db *db, int64_t order_id, const struct open_list *open);

#endif
