/* callback.h - a channel tells us a result: from the raw bytes to the verdict on record. */
#ifndef WEB_CALLBACK_H
#define WEB_CALLBACK_H

#include "web/skeleton/endpoint.h"

/* Reads the request's JSON body and takes it as a callback about an order's attempt. channel_id: of
 * the channel it is addressed to; 0: the mock channel's own address, where the attempt names the
 * channel, for choosing the key and nothing else. PAY_OK once the result is committed. A refusal
 * leaves its raw row, within bounds (settle/settle.h), or is PAY_DB_AWAY when that fails; PAY_RATE
 * leaves none. The request's log line and shroff_callbacks_total tell the verdict. */
MUST_USE enum pay_err callback_take(struct call *call, int64_t channel_id);

#endif
