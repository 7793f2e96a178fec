/* list_reply.h - pages of an app's orders, refunds and transfers and of a wallet's entries, newest
 * first. */
#ifndef WEB_LIST_REPLY_H
#define WEB_LIST_REPLY_H

#include "web/fields.h"
#include "web/skeleton/endpoint.h"

/* `items` and, when there are more, `next`, into reply_data. PAY_RATE: the app has too many long
 * lists under way. PAY_NOT_FOUND: it has nothing called `after`. */
MUST_USE enum pay_err reply_orders(struct call *call, const struct list_choice *want);
MUST_USE enum pay_err reply_refunds(struct call *call, const struct list_choice *want);
MUST_USE enum pay_err reply_entries(struct call *call, int64_t wallet_id,
                                    const struct list_choice *want);
MUST_USE enum pay_err reply_transfers(struct call *call, const struct list_choice *want);
/* The app's enabled channels: `items`. */
MUST_USE enum pay_err reply_channels(struct call *call);

#endif
