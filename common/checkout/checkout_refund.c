/* checkout_refund.c - in: a request to refund, or a refund that is due; out: what became of it. */
#include "checkout/checkout_refund.h"

#include <stdio.h>

#include "app/alert.h"
#include "channel/ask_gaps.h"
#include "channel/gate.h"
#include "refund/refund_send.h"
#include "settle/settle.h"

/* ---- one answer of the channel */

static enum pay_err said_apply(struct db *db, const struct channel_config *channel,
                               const struct channel_said *said)
{
    enum verdict verdict;

    return settle(db, channel, said, NULL, &verdict);
}

/* A channel without a configuration that works is not sent anything. */
static enum pay_err channel_of(struct db *db, const struct config *config,
                               const struct refund *refund, const struct channel_config **out)
{
    enum pay_err err = channel_config_by_id(db, config, refund->channel_id, out);

    db_end(db);
    return err == PAY_OK ? PAY_OK : PAY_FULL;
}

static enum pay_err send_and_apply(struct db *db, const struct config *config,
                                   const struct refund *refund)
{
    static struct channel_said said;
    const struct channel_config *channel;

    enum pay_err err = channel_of(db, config, refund, &channel);
    if (err == PAY_OK)
        err = refund_send(channel, refund, &said);
    return err == PAY_OK ? said_apply(db, channel, &said) : err;
}

/* ---- a request */

static enum pay_err result_of(const struct refund *refund)
{
    return refund->status == REFUND_FAILURE ? PAY_REFUSED : PAY_OK;
}

/* Once the channel was asked, "nothing was done" would be wrong of any error. */
static enum pay_err sent(const struct refund_call *call, struct refund *refund)
{
    enum pay_err err = send_and_apply(call->db, call->config, refund);

    if (err == PAY_FULL)
        return PAY_OK;
    if (err == PAY_OK)
        err = refund_by_id(call->db, refund->id, refund);
    db_end(call->db);
    return err == PAY_OK ? result_of(refund) : PAY_UNKNOWN;
}

/* Without a seat (gate.h) the refund is reserved, and sent by the job. */
enum pay_err checkout_refund(const struct refund_call *call, struct refund_reserved *out)
{
    const bool seated = gate_sit(call->request.app->id, GATE_WAIT);

    enum pay_err err = refund_reserve(call->db, &call->request, out);
    return err == PAY_OK && out->sends && seated ? sent(call, &out->refund) : err;
}

/* ---- refunds that are due */

/* clang-format off */
const struct db_due REFUNDS_DUE = {
    .due = "SELECT id FROM pay_refund FORCE INDEX (idx_sync)"
           " WHERE status = " STATE(REFUND_WAITING) " AND next_sync_time <= UTC_TIMESTAMP(3)"
           " ORDER BY next_sync_time LIMIT ?"
           "   FOR UPDATE SKIP LOCKED",
    .claim = "UPDATE pay_refund"
             "   SET claim_token = ?, next_sync_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
             " WHERE id = ?",
    .done = "UPDATE pay_refund"
            "   SET claim_token = 0, sync_times = sync_times + 1,"
            "       next_sync_time = IF(status = " STATE(REFUND_WAITING) ","
            "                           UTC_TIMESTAMP(3) + INTERVAL ? SECOND, NULL)"
            " WHERE id = ? AND claim_token = ?",
    .lease_s = 60,
};
/* clang-format on */

/* Asked first: it may be done. What the channel does not know is sent. */
static enum pay_err ask_and_apply(struct db *db, const struct config *config,
                                  const struct refund *refund)
{
    static struct channel_said said;
    const struct channel_config *channel;

    enum pay_err err = channel_of(db, config, refund, &channel);
    if (err == PAY_OK)
        err = refund_ask(channel, refund, &said);
    if (err != PAY_OK)
        return err;
    return said.state == CHANNEL_NOT_FOUND ? send_and_apply(db, config, refund)
                                           : said_apply(db, channel, &said);
}

static enum pay_err overdue_work(struct db *db, void *arg)
{
    const struct refund *refund = arg;
    char text[256];

    snprintf(text, sizeof(text),
             "refund %s of order %s (%lld %s): channel %s (%lld) was asked %lld"
             " times and has not decided",
             refund->no, refund->order_no, (long long)refund->refund_price.minor, refund->currency,
             refund->channel_code, (long long)refund->channel_id,
             (long long)refund->sync_times + 1);
    return alert_raise(db, "refund_unknown", refund->app_id, refund->no, text);
}

/* What the channel did not answer is asked again later: an error is the database's alone. */
static bool is_channels(enum pay_err err)
{
    return err == PAY_UNKNOWN || err == PAY_FULL || err == PAY_OTHER_PRICE ||
           err == PAY_OTHER_ACCOUNT || err == PAY_OVER_REFUND;
}

enum pay_err checkout_refund_due(struct db *db, const struct config *config,
                                 const struct db_due_row *row, int64_t *wait_s)
{
    static struct refund refund;

    enum pay_err err = refund_by_id(db, row->id, &refund);
    db_end(db);
    if (err != PAY_OK)
        return err;
    *wait_s = ask_gap_s(refund.sync_times + 1);
    if (refund.status != REFUND_WAITING)
        return PAY_OK;
    err = ask_and_apply(db, config, &refund);
    if (err != PAY_OK && !is_channels(err))
        return err;
    err = refund_by_id(db, row->id, &refund);
    db_end(db);
    if (err != PAY_OK || refund.status != REFUND_WAITING || !ask_is_overdue(refund.sync_times + 1))
        return err;
    return db_txn(db, overdue_work, &refund);
}
