/* refund_reserve.h - a refund's money is reserved on its order before any channel is asked: one
 * conditional UPDATE, the refund's row and the nonce are one transaction. So refunds that arrive at
 * once can never sum to more than the price. */
#ifndef REFUND_REFUND_RESERVE_H
#define REFUND_REFUND_RESERVE_H

#include "app/app.h"
#include "refund/refund.h"

#define REMAINING_UNSAID (-1)

struct refund_terms {
    char merchant_refund_id[MERCHANT_NO_SIZE], notify_url[URL_SIZE], reason[REASON_SIZE];
    struct money refund_price;
    int64_t expected_remaining; /* minor units, or REMAINING_UNSAID */
};

struct refund_request {
    const struct app *app;
    const char *nonce;
    const struct order_key *order;
    const struct refund_terms *terms;
    bool left_to_job; /* no request of ours sends it: the job is to do so at once */
};

struct refund_reserved {
    struct refund refund;
    bool created;           /* a new row; else the number was known */
    bool sends;             /* reserved just now, for the first time or again: to be sent */
    const char *field;      /* with PAY_BAD_FIELD and PAY_CONFLICT: a static name */
    struct money remaining; /* with PAY_OVER_REFUND and PAY_STALE: what can still go back */
};

/* A transaction of its own. The same number with the same order and price gives the refund as it
 * is; one that failed is reserved again under its number. PAY_NONCE_USED; PAY_NOT_FOUND: no such
 * order; PAY_CONFLICT: the number was used with other terms; PAY_CLOSED, PAY_EXPIRED, PAY_BAD_FIELD
 * (order_no): the order is not paid; PAY_STALE; PAY_OVER_REFUND; PAY_LOW_BALANCE: the wallet that a
 * recharge filled holds less than is to be taken. */
MUST_USE enum pay_err refund_reserve(struct db *db, const struct refund_request *request,
                                     struct refund_reserved *out);

/* Why an automatic refund is made: pay_refund.cause. */
#define CAUSE_MERCHANT "merchant"
#define CAUSE_DUPLICATE "duplicate"
#define CAUSE_LATE "late"
/* Inside the transaction that records a payment that cannot stay (or an operator's decision on it),
 * under its order's lock: the refund of all that the attempt brought in, due at once. It changes
 * neither the order's money nor its state. An attempt has one such refund: PAY_OK, too, when it is
 * there already. */
MUST_USE enum pay_err refund_add(struct db *db, const struct order *order,
                                 const struct attempt *attempt, const char *cause);

/* The automatic refund of an attempt; its id is 0 when there is none. */
MUST_USE enum pay_err refund_of_attempt(struct db *db, const struct attempt *attempt,
                                        struct refund *out);

/* Inside a transaction, under the order's lock (`order` is as it is there): a refund that failed
 * waits again, its money reserved anew. PAY_OVER_REFUND: what is left does not cover it.
 * PAY_LOW_BALANCE: nor does the wallet that the recharge filled; but with a shortfall (not NULL)
 * what the wallet lacks is booked as lost, and returned there. */
MUST_USE enum pay_err refund_reopen(struct db *db, const struct order *order,
                                    const struct refund *refund, struct money *shortfall);

#endif
