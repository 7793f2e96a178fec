/* order_event.h - the notification's body for an event of an order. */
#ifndef ORDER_ORDER_EVENT_H
#define ORDER_ORDER_EVENT_H

#include "notify/notify.h"
#include "order/order.h"

/* An event ("order.success", "order.closed") that happened at a time (ms). order is the row after
 * the change. What out points at lives until the next call, and as long as order. */
struct order_change {
    const struct order *order;
    const char *name;
    int64_t happened;
};
MUST_USE enum pay_err order_event(const struct app *app, const struct order_change *change,
                                  struct notify_event *out);

/* The same as a task, inside the caller's transaction. */
MUST_USE enum pay_err order_notify(struct db *db, const struct app *app,
                                   const struct order_change *change);

#endif
