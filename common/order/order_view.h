/* order_view.h - what orders and attempts show of themselves: answers, notifications, lists. */
#ifndef ORDER_ORDER_VIEW_H
#define ORDER_ORDER_VIEW_H

#include "base/view.h"
#include "order/order.h"

/* An order with what is shown beside its own row; NULL is left out. */
struct order_shown {
    const struct order *order;
    const struct attempt *open;    /* the open attempt, while the order is WAITING */
    const struct attempt *payable; /* the same, until the order's end */
    const char *pay_url;           /* where a person can pay, when there is such a page */
    const char *channel;           /* the open attempt's, else that of the payment */
    const char *app_key;
    const char *cashier_url; /* where a payer chooses how to pay, while the order can be paid */
    const char *kind;        /* of a recharge */
    bool notify_url_blocked; /* the address guard would refuse the notify_url today */
};
/* Of an order_shown: for shroffctl's list, beside the views below. */
extern const struct view ORDER_IN_LIST;

/* The members of an answer's data, in the contract's order; open: the open attempt, the
 * one that paid the order just now, or NULL. cashier_url is shown while the order can be paid. */
void order_view(struct json_text *to, const struct order *order, const struct attempt *open,
                const char *cashier_url, bool notify_url_blocked);
/* The same without query_token, cashier_url, pay_id, display_*, pay_url, with app_key: a
 * notification's data. */
void order_view_notification(struct json_text *to, const struct order *order, const char *app_key);
/* One element of query's `attempts`. */
void attempt_view(struct json_text *to, const struct attempt *attempt);
/* What the payer's browser may see (status). */
void order_view_public(struct json_text *to, const struct order *order);

#endif
