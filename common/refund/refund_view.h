/* refund_view.h - what a refund shows of itself: answers, notifications, lists. */
#ifndef REFUND_REFUND_VIEW_H
#define REFUND_REFUND_VIEW_H

#include "base/view.h"
#include "refund/refund.h"

/* The members of an answer to `refund`, in the contract's order. */
void refund_view(struct json_text *to, const struct refund *refund);
/* The same with reason, cause, create_time and version: queries and lists. */
void refund_view_whole(struct json_text *to, const struct refund *refund);
/* Those with merchant_order_id and app_key: a notification's data. */
void refund_view_notification(struct json_text *to, const struct refund *refund,
                              const char *app_key);

/* A refund with what is shown beside its own row. */
struct refund_shown {
    const struct refund *refund;
    const char *merchant_refund_id, *app_key; /* NULL: left out */
};
/* Of a refund_shown: for shroffctl. */
extern const struct view REFUND_IN_LIST, REFUND_WHOLE;

#endif
