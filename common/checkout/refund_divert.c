/* refund_divert.c - see refund_divert.h. */
#include "checkout/refund_divert.h"

#include "app/channel_config.h"

static enum pay_err divert_note(struct db *db, void *arg)
{
    const struct refund_diverting *by = arg;

    return admin_log_add(db, by->actor->who, "refund.divert", by->refund->no, by->actor->why);
}

/* The job asks what became of it, and applies it. Why it was stuck is over: if it is stuck again,
 * that is told anew. */
static enum pay_err divert_due(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_refund SET next_sync_time = UTC_TIMESTAMP(3), sync_times = 0,"
        "   channel_error_code = NULL, channel_error_msg = NULL"
        " WHERE id = ? AND status = " STATE(REFUND_WAITING);
    /* clang-format on */
    const struct refund_diverting *by = arg;
    const struct db_param in[] = { DB_NUM(by->refund->id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err divert_send(struct refund_diverting *by, const struct channel_config *channel,
                                struct channel_said *said)
{
    by->to.refund_no = by->refund->no;
    by->to.channel_refund_no = by->refund->channel_refund_no;
    enum pay_err err = db_txn(by->db, divert_note, by);
    if (err == PAY_OK)
        err = said_begin(ABOUT_REFUND, by->refund->no, said);
    if (err == PAY_OK)
        err = channel->driver->divert(&channel->account, &by->to, said);
    return err == PAY_OK ? db_txn(by->db, divert_due, by) : err;
}

enum pay_err refund_divert(struct refund_diverting *by, struct channel_said *said)
{
    const struct channel_config *channel;

    said->error_code[0] = said->error_msg[0] = '\0';
    if (by->refund->status != REFUND_WAITING || *by->refund->channel_refund_no == '\0')
        return PAY_WRONG_STATE;
    enum pay_err err = channel_config_by_id(by->db, by->config, by->refund->channel_id, &channel);
    if (err != PAY_OK)
        return PAY_FULL;
    if (channel->driver->divert)
        return divert_send(by, channel, said);
    said_reason(said, "NOT_SUPPORTED", "this channel gives money back to its payer alone");
    return PAY_REFUSED;
}
