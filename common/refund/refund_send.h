/* refund_send.h - a refund's requests to its channel. To be called outside any transaction. What
 * comes of it is applied by settle. */
#ifndef REFUND_REFUND_SEND_H
#define REFUND_REFUND_SEND_H

#include "app/channel_config.h"
#include "refund/refund.h"

/* Sends a refund that was reserved: the channel knows it by its refund_no, so it is safe to send it
 * again. PAY_OK: *said is what the channel says; a definite no is CHANNEL_FAILED, with its words.
 * PAY_UNKNOWN: it may be done or not. PAY_FULL: nothing was sent. */
MUST_USE enum pay_err refund_send(const struct channel_config *channel, const struct refund *refund,
                                  struct channel_said *said);
/* Asks what became of it. CHANNEL_NOT_FOUND: the channel does not know it. */
MUST_USE enum pay_err refund_ask(const struct channel_config *channel, const struct refund *refund,
                                 struct channel_said *said);

#endif
