/* checkout_out.h - money on its way out, a refund or a transfer: sent to its channel, or asked
 * about; what the channel answers is applied as if a callback said it. */
#ifndef CHECKOUT_CHECKOUT_OUT_H
#define CHECKOUT_CHECKOUT_OUT_H

#include "app/channel_config.h"

/* object: the refund or transfer that both functions are given. */
struct outgoing {
    struct db *db;
    const struct config *config;
    int64_t channel_id;
    const void *object;
    enum pay_err (*send)(const struct channel_config *channel, const void *object,
                         struct channel_said *said);
    enum pay_err (*ask)(const struct channel_config *channel, const void *object,
                        struct channel_said *said);
};

/* PAY_OK: applied. PAY_UNKNOWN: the channel may have done it. PAY_FULL: nothing was sent, also when
 * the channel has no configuration that works. */
MUST_USE enum pay_err outgoing_send(const struct outgoing *out);
/* Asked first: it may be done. What the channel does not know is sent. */
MUST_USE enum pay_err outgoing_ask(const struct outgoing *out);
/* True: the channel's answer, or that it gave none, and it is asked again later. An error of the
 * database is none of these. */
bool outgoing_is_channels(enum pay_err err);

#endif
