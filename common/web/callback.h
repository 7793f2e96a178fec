/* callback.h - a channel tells us a result: from the raw bytes to the verdict on record. */
#ifndef WEB_CALLBACK_H
#define WEB_CALLBACK_H

#include "pay/channel_config.h"
#include "web/endpoint.h"

/* Takes the request's JSON body as a callback about an order's attempt. channel NULL: the attempt's
 * own (driver: whose language the address speaks), for choosing the key and nothing else. PAY_OK
 * once the result is committed; every refusal leaves its raw row, or is PAY_DB_AWAY when even that
 * fails. The request's log line and shroff_callbacks_total tell the verdict. */
MUST_USE enum pay_err callback_take(struct call *call, const struct channel_driver *driver,
                                    const struct channel_config *channel);

#endif
