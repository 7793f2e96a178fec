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

/* A definite no without a word of its own says at least who said so. */
static enum pay_err refused(struct channel_said *said)
{
    said->state = CHANNEL_FAILED;
    return *said->error_code != '\0' ||
                   text_copy(said->error_code, sizeof(said->error_code), "REFUSED")
               ? PAY_OK
               : PAY_FAULT;
}

static enum pay_err not_supported(struct channel_said *said)
{
    return text_copy(said->error_code, sizeof(said->error_code), "NOT_SUPPORTED") &&
                   text_copy(said->error_msg, sizeof(said->error_msg),
                             "this channel cannot give money back")
               ? refused(said)
               : PAY_FAULT;
}

static enum pay_err said_begin(const struct refund *refund, struct channel_said *said)
{
    *said = (struct channel_said){ .about = ABOUT_REFUND };
    return text_copy(said->no, sizeof(said->no), refund->no) ? PAY_OK : PAY_FAULT;
}

/* Whatever the driver wrote, it is about this refund. */
static enum pay_err said_end(enum pay_err err, const struct refund *refund,
                             struct channel_said *said)
{
    said->about = ABOUT_REFUND;
    if (!text_copy(said->no, sizeof(said->no), refund->no))
        return PAY_FAULT;
    return err == PAY_REFUSED ? refused(said) : err;
}

enum pay_err refund_send(const struct channel_config *channel, const struct refund *refund,
                         struct channel_said *said)
{
    const struct channel_refund asked = refund_for(refund);

    enum pay_err err = said_begin(refund, said);
    FP("refund.sending");
    if (err == PAY_OK && !channel->driver->refund)
        return not_supported(said);
    if (err == PAY_OK)
        err = channel->driver->refund(&channel->account, &asked, said);
    FP("refund.answered");
    return said_end(err, refund, said);
}

/* A channel that cannot be asked is sent the refund again, which is safe. A refusal to answer says
 * nothing about the refund. */
enum pay_err refund_ask(const struct channel_config *channel, const struct refund *refund,
                        struct channel_said *said)
{
    const struct channel_refund asked = refund_for(refund);

    enum pay_err err = said_begin(refund, said);
    if (err != PAY_OK)
        return err;
    if (!channel->driver->refund_query) {
        said->state = CHANNEL_NOT_FOUND;
        return PAY_OK;
    }
    err = channel->driver->refund_query(&channel->account, &asked, said);
    return said_end(err == PAY_REFUSED ? PAY_UNKNOWN : err, refund, said);
}
