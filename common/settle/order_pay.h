/* order_pay.h - the usual payment in one call of the database: a waiting order is paid by its
 * waiting attempt (settle_paid.c); for settle/ and bench/. */
#ifndef SETTLE_ORDER_PAY_H
#define SETTLE_ORDER_PAY_H

#include "io/db/db_procedure.h"
#include "notify/notify.h"
#include "order/order.h"
#include "settle/settle.h"

/* What a payment makes of an order, before it is done: the order as it will be, and the
 * notification. pair: order and attempt as they are. The task's body lives until the next call of
 * order_event. */
struct order_paid_plan {
    struct order order;
    struct notify_plan task;
};
MUST_USE enum pay_err order_paid_plan(const struct app *app, const struct order_attempt *pair,
                                      const struct channel_config *channel,
                                      const struct channel_said *said, struct order_paid_plan *out);

struct order_paying {
    const struct order *paid;     /* the order as it will be */
    int64_t others;               /* 1: the order has other attempts */
    int64_t attempt_id, fee_rate; /* fee: parts per million */
    const struct channel_said *said;
    const struct notify_plan *task; /* its no "": no notification */
    const struct callback_raw *raw; /* NULL: it did not come by callback */
};

/* A transaction of its own. PAY_WRONG_STATE: order or attempt is not as the caller saw it;
 * PAY_DUPLICATE: another attempt has the channel's number. */
MUST_USE enum pay_err order_pay(struct db *db, const struct order_paying *paying);

extern const struct db_procedure ORDER_PAY;

#endif
