/* refund_send.c - in: a refund that waits; out: what its channel says of it. */
#include "refund/refund_send.h"

#include "base/fault.h"

static struct channel_refund refund_for(const struct refund *refund)
{
    return (struct channel_refund){
        .refund_no = refund->no,
        .pay_id = refund->pay_id,
        .channel_order_no = refund->channel_order_no,
        .currency = refund->currency,
        .reason = refund->reason,
        .refund_price = refund->refund_price,
        .price = refund->pay_price,
    };
}

enum pay_err refund_send(const struct channel_config *channel, const struct refund *refund,
                         struct channel_said *said)
{
    const struct channel_refund asked = refund_for(refund);

    enum pay_err err = said_begin(ABOUT_REFUND, refund->no, said);
    if (err == PAY_OK && !channel->driver->refund)
        return said_not_supported(said, "this channel cannot give money back");
    if (err == PAY_OK) {
        FP("refund.sending");
        err = channel->driver->refund(&channel->account, &asked, said);
        FP("refund.sent");
    }
    return said_end(err, ABOUT_REFUND, refund->no, said);
}

/* A channel that cannot be asked is sent the refund again, which is safe. A refusal to answer says
 * nothing about the refund. */
enum pay_err refund_ask(const struct channel_config *channel, const struct refund *refund,
                        struct channel_said *said)
{
    const struct channel_refund asked = refund_for(refund);

    enum pay_err err = said_begin(ABOUT_REFUND, refund->no, said);
    if (err != PAY_OK)
        return err;
    if (!channel->driver->refund_query) {
        said->state = CHANNEL_NOT_FOUND;
        return PAY_OK;
    }
    err = channel->driver->refund_query(&channel->account, &asked, said);
    return said_end(err == PAY_REFUSED ? PAY_UNKNOWN : err, ABOUT_REFUND, refund->no, said);
}
