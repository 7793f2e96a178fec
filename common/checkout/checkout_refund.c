/* checkout_refund.c - in: a request to refund, or a refund that is due; out: what became of it. */
#include "checkout/checkout_refund.h"

#include <stdio.h>

#include "app/alert.h"
#include "app/due_owner.h"
#include "channel/ask_gaps.h"
#include "channel/gate.h"
#include "checkout/checkout_out.h"
#include "refund/refund_send.h"

/* ---- its requests to the channel */

static enum pay_err refund_out_send(const struct channel_config *channel, const void *object,
                                    struct channel_said *said)
{
    return refund_send(channel, object, said);
}

static enum pay_err refund_out_ask(const struct channel_config *channel, const void *object,
                                   struct channel_said *said)
{
    return refund_ask(channel, object, said);
}

static struct outgoing refund_outgoing(struct db *db, const struct config *config,
                                       const struct refund *refund)
{
    return (struct outgoing){
        .db = db,
        .config = config,
        .channel_id = refund->channel_id,
        .object = refund,
        .send = refund_out_send,
        .ask = refund_out_ask,
    };
}

/* ---- a request */

static enum pay_err result_of(const struct refund *refund)
{
    return refund->status == REFUND_FAILURE ? PAY_REFUSED : PAY_OK;
}

/* Once the channel was asked, "nothing was done" would be wrong of any error. */
static enum pay_err refund_send_now(const struct refund_call *call, struct refund *refund)
{
    const struct outgoing outgoing = refund_outgoing(call->db, call->config, refund);
    enum pay_err err = outgoing_send(&outgoing);

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
    struct refund_request request = call->request;

    request.left_to_job = !gate_sit(request.app->id, GATE_WAIT);
    enum pay_err err = refund_reserve(call->db, &request, out);
    return err == PAY_OK && out->sends && !request.left_to_job ? refund_send_now(call, &out->refund)
                                                               : err;
}

/* ---- refunds that are due */

/* clang-format off */
const struct db_due REFUNDS_DUE = {
    .due = DUE_BY_CHANNEL("pay_refund", "idx_sync",
                          "status = " STATE(REFUND_WAITING)
                          " AND next_sync_time <= UTC_TIMESTAMP(3)", "next_sync_time"),
    .claim = "UPDATE pay_refund"
             "   SET claim_token = ?, next_sync_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
             " WHERE id = ?",
    .done = "UPDATE pay_refund"
            "   SET claim_token = 0, sync_times = sync_times + 1,"
            "       next_sync_time = IF(status = " STATE(REFUND_WAITING) ","
            "                           UTC_TIMESTAMP(3) + INTERVAL ? SECOND, NULL)"
            " WHERE id = ? AND claim_token = ?",
    .lease_s = 60,
    .owners = OF_APP_AND_CHANNEL,
};
/* clang-format on */

static enum pay_err refund_overdue_work(struct db *db, void *arg)
{
    const struct refund *refund = arg;
    char text[256];

    snprintf(text, sizeof(text),
             "refund %s of order %s (%lld %s): channel %s (%lld) was asked %lld"
             " times and has not decided",
             refund->no, refund->order_no, (long long)refund->refund_price.minor, refund->currency,
             refund->channel_code, (long long)refund->channel_id,
             (long long)refund->sync_times + 1);
    return alert_raise_silence(db, refund->channel_id,
                               &(const struct alert_crowd){ .kind = "refund_unknown",
                                                            .app_id = refund->app_id,
                                                            .about = refund->no,
                                                            .text = text });
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
    const struct outgoing outgoing = refund_outgoing(db, config, &refund);
    const enum pay_err asked = outgoing_ask(&outgoing);
    err = refund_by_id(db, row->id, &refund);
    db_end(db);
    if (err == PAY_OK && refund.status == REFUND_WAITING && ask_is_overdue(refund.sync_times + 1))
        err = db_txn(db, refund_overdue_work, &refund);
    return asked == PAY_OK || outgoing_is_channels(asked) ? err : asked;
}
