/* transfer_send.c - in: a transfer that is open; out: what its channel says of it. */
#include "transfer/transfer_send.h"

#include <string.h>

#include "base/fault.h"

static struct channel_transfer transfer_for(const struct transfer *transfer)
{
    return (struct channel_transfer){
        .transfer_no = transfer->no,
        .subject = transfer->subject,
        .currency = transfer->currency,
        .user_account = transfer->user_account,
        .user_name = transfer->user_name,
        .price = transfer->price,
    };
}

static enum pay_err transfer_call(const struct channel_config *channel,
                                  const struct transfer *transfer, const char *extras,
                                  struct channel_said *said)
{
    struct channel_transfer asked = transfer_for(transfer);
    struct json *parsed = NULL;

    if (*extras != '\0' && json_parse(extras, strlen(extras), &parsed) != PAY_OK)
        return PAY_FAULT;
    asked.extras = parsed;
    FP("transfer.sending");
    enum pay_err err = channel->driver->transfer(&channel->account, &asked, said);
    FP("transfer.sent");
    json_free(&parsed);
    return err;
}

enum pay_err transfer_send(const struct channel_config *channel, const struct transfer *transfer,
                           const char *extras, struct channel_said *said)
{
    enum pay_err err = said_begin(ABOUT_TRANSFER, transfer->no, said);
    if (err == PAY_OK && !channel->driver->transfer)
        return said_not_supported(said, "this channel cannot pay out");
    if (err == PAY_OK)
        err = transfer_call(channel, transfer, extras, said);
    return said_end(err, ABOUT_TRANSFER, transfer->no, said);
}

/* A channel that cannot be asked is sent the transfer again, which is safe. A refusal to answer
 * says nothing about the transfer. */
enum pay_err transfer_ask(const struct channel_config *channel, const struct transfer *transfer,
                          struct channel_said *said)
{
    const struct channel_transfer asked = transfer_for(transfer);

    enum pay_err err = said_begin(ABOUT_TRANSFER, transfer->no, said);
    if (err != PAY_OK)
        return err;
    if (!channel->driver->transfer_query) {
        said->state = CHANNEL_NOT_FOUND;
        return PAY_OK;
    }
    err = channel->driver->transfer_query(&channel->account, &asked, said);
    return said_end(err == PAY_REFUSED ? PAY_UNKNOWN : err, ABOUT_TRANSFER, transfer->no, said);
}
