/* order_open.h - a new order, and its first attempt, in one call of the database
 * (checkout_create.c); for checkout/ and bench/. */
#ifndef CHECKOUT_ORDER_OPEN_H
#define CHECKOUT_ORDER_OPEN_H

#include "channel/channel.h"
#include "io/db/db.h"
#include "io/db/db_procedure.h"
#include "order/order.h"
#include "settle/order_pay.h"

struct order_opening {
    const struct order *order; /* its terms and its numbers */
    const char *nonce;
    int64_t expire_in;                     /* seconds */
    const struct channel_account *channel; /* NULL: no attempt, and nothing below counts */
    const char *pay_id, *extras;
    const struct channel_ticket *ticket; /* empty: the channel is yet to be called */
};

/* What the database made of it. Times in ms. */
struct order_opened {
    int64_t id, create_time, expire_time, attempt_id;
};

/* A transaction of its own. PAY_NONCE_USED; PAY_DUPLICATE: the app has an order of this number. */
MUST_USE enum pay_err order_open(struct db *db, const struct order_opening *opening,
                                 struct order_opened *out);

/* The same, paid from a wallet at once. */
struct order_opening_paid {
    struct order_opening opening;       /* with a channel and its ticket */
    const struct order_paid_plan *plan; /* made with the database's clock as its success_time */
    const char *other_no;               /* of the channel's row in the journal */
    int64_t fee_rate;                   /* parts per million */
};

/* A transaction of its own, which sets only the two ids of *out. PAY_WRONG_STATE: the nonce is
 * spent, or the wallet does not cover the price; PAY_DUPLICATE as above. */
MUST_USE enum pay_err order_open_paid(struct db *db, const struct order_opening_paid *opening,
                                      struct order_opened *out);

extern const struct db_procedure ORDER_OPEN, ORDER_OPEN_PAID;

#endif
