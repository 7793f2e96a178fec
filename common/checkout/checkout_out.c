/* checkout_out.c - see checkout_out.h. */
#include "checkout/checkout_out.h"

#include "app/channel_setup.h"
#include "settle/settle.h"

static enum pay_err said_apply(struct db *db, const struct channel_config *channel,
                               const struct channel_said *said)
{
    enum verdict verdict;

    return settle(db, channel, said, NULL, &verdict);
}

static enum pay_err channel_of(const struct outgoing *out, const struct channel_config **channel)
{
    enum pay_err err = channel_config_by_id(out->db, out->config, out->channel_id, channel);

    db_end(out->db);
    return err == PAY_OK ? PAY_OK : PAY_FULL;
}

enum pay_err outgoing_send(const struct outgoing *out)
{
    static struct channel_said said;
    const struct channel_config *channel;

    enum pay_err err = channel_of(out, &channel);
    if (err == PAY_OK) {
        err = out->send(channel, out->object, &said);
        channel_setup_tell(out->db, channel, &said);
    }
    return err == PAY_OK ? said_apply(out->db, channel, &said) : err;
}

enum pay_err outgoing_ask(const struct outgoing *out)
{
    static struct channel_said said;
    const struct channel_config *channel;

    enum pay_err err = channel_of(out, &channel);
    if (err == PAY_OK) {
        err = out->ask(channel, out->object, &said);
        channel_setup_tell(out->db, channel, &said);
    }
    if (err != PAY_OK)
        return err;
    return said.state == CHANNEL_NOT_FOUND ? outgoing_send(out)
                                           : said_apply(out->db, channel, &said);
}

bool outgoing_is_channels(enum pay_err err)
{
    return err == PAY_UNKNOWN || err == PAY_FULL || settle_is_conflict(err) ||
           err == PAY_OVER_REFUND;
}
