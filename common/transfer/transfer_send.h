/* transfer_send.h - a transfer's requests to its channel. To be called outside any transaction.
 * What comes of it is applied by settle. */
#ifndef TRANSFER_TRANSFER_SEND_H
#define TRANSFER_TRANSFER_SEND_H

#include "app/channel_config.h"
#include "transfer/transfer.h"

/* Sends a transfer that was opened: the channel knows it by its transfer_no, so it is safe to send
 * it again. extras: its channel_extras, or "". PAY_OK: *said is what the channel says; a definite
 * no is CHANNEL_FAILED, with its words. PAY_UNKNOWN: it may be done or not. PAY_FULL: nothing was
 * sent. */
MUST_USE enum pay_err transfer_send(const struct channel_config *channel,
                                    const struct transfer *transfer, const char *extras,
                                    struct channel_said *said);
/* Asks what became of it. CHANNEL_NOT_FOUND: the channel does not know it. */
MUST_USE enum pay_err transfer_ask(const struct channel_config *channel,
                                   const struct transfer *transfer, struct channel_said *said);

#endif
