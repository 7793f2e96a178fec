/* checkout_transfer.c - in: a request to pay out, or a transfer that is due; out: what became of
 * it. */
#include "checkout/checkout_transfer.h"

#include <stdio.h>

#include "app/alert.h"
#include "app/due_owner.h"
#include "app/space.h"
#include "channel/ask_gaps.h"
#include "channel/gate.h"
#include "checkout/checkout_out.h"
#include "checkout/checkout_private.h"
#include "transfer/transfer_send.h"

/* ---- its requests to the channel */

struct sending {
    const struct transfer *transfer;
    char extras[TRANSFER_EXTRAS_SIZE];
};

static enum pay_err transfer_out_send(const struct channel_config *channel, const void *object,
                                      struct channel_said *said)
{
    const struct sending *sending = object;

    return transfer_send(channel, sending->transfer, sending->extras, said);
}

static enum pay_err transfer_out_ask(const struct channel_config *channel, const void *object,
                                     struct channel_said *said)
{
    const struct sending *sending = object;

    return transfer_ask(channel, sending->transfer, said);
}

static enum pay_err transfer_outgoing(struct db *db, const struct config *config,
                                      const struct transfer *transfer, struct outgoing *out)
{
    static struct sending sending;

    sending.transfer = transfer;
    *out = (struct outgoing){
        .db = db,
        .config = config,
        .channel_id = transfer->channel_id,
        .object = &sending,
        .send = transfer_out_send,
        .ask = transfer_out_ask,
    };
    enum pay_err err = transfer_extras(db, transfer->id, sending.extras);
    db_end(db);
    return err;
}

/* ---- a request */

/* Before the transaction: may the app pay out on this channel? */
static enum pay_err transfer_admit(const struct checkout_call *call,
                                   const struct transfer_terms *terms,
                                   const struct channel_config **channel, const char **field)
{
    enum pay_err err = checkout_admit(call, channel);

    if (err != PAY_OK)
        return err;
    const struct channel_product *product = (*channel)->account.product;
    const bool other = product->currency && !str_eq(product->currency, terms->currency);
    *field = !(*channel)->driver->transfer ? "channel" : other ? "currency" : NULL;
    if (*field)
        return PAY_BAD_FIELD;
    return space_is_short(call->db, call->config) ? PAY_DB_AWAY : PAY_OK;
}

/* Once the channel was asked, "nothing was done" would be wrong of any error. */
static enum pay_err transfer_send_now(const struct checkout_call *call, struct transfer *transfer)
{
    struct outgoing outgoing;

    enum pay_err err = transfer_outgoing(call->db, call->config, transfer, &outgoing);
    if (err == PAY_OK)
        err = outgoing_send(&outgoing);
    if (err == PAY_FULL)
        return PAY_OK;
    if (err == PAY_OK)
        err = transfer_by_id(call->db, transfer->id, transfer);
    db_end(call->db);
    if (err != PAY_OK)
        return PAY_UNKNOWN;
    return transfer->status == TRANSFER_CLOSED ? PAY_REFUSED : PAY_OK;
}

/* Without a seat (gate.h) the transfer is opened, and sent by the job. */
enum pay_err checkout_transfer(const struct checkout_call *call, const struct transfer_terms *terms,
                               struct transfer_opened *out)
{
    struct transfer_request request = {
        .app = call->app,
        .nonce = call->nonce,
        .extras = call->extras,
        .terms = terms,
        .left_to_job = !gate_sit(call->app->id, GATE_WAIT),
    };

    out->created = false;
    enum pay_err err = transfer_admit(call, terms, &request.channel, &out->field);
    if (err == PAY_OK)
        err = transfer_open(call->db, &request, out);
    return err == PAY_OK && out->created && !request.left_to_job
               ? transfer_send_now(call, &out->transfer)
               : err;
}

/* ---- transfers that are due */

/* clang-format off */
/* One that has ended has no next_sync_time, so the index has open ones alone. */
const struct db_due TRANSFERS_DUE = {
    .due = DUE_BY_CHANNEL("pay_transfer", "idx_sync",
                          "next_sync_time <= UTC_TIMESTAMP(3)"
                          " AND status IN " STATE_IN(TRANSFER_OPEN), "next_sync_time"),
    .claim = "UPDATE pay_transfer"
             "   SET claim_token = ?, next_sync_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
             " WHERE id = ?",
    .done = "UPDATE pay_transfer"
            "   SET claim_token = 0, sync_times = sync_times + 1,"
            "       next_sync_time = IF(status IN " STATE_IN(TRANSFER_OPEN) ","
            "                           UTC_TIMESTAMP(3) + INTERVAL ? SECOND, NULL)"
            " WHERE id = ? AND claim_token = ?",
    .lease_s = 60,
    .owners = OF_APP_AND_CHANNEL,
};
/* clang-format on */

static enum pay_err transfer_overdue_work(struct db *db, void *arg)
{
    const struct transfer *transfer = arg;
    char text[256];

    snprintf(text, sizeof(text),
             "transfer %s (%lld %s): channel %s (%lld) was asked %lld"
             " times and has not decided",
             transfer->no, (long long)transfer->price.minor, transfer->currency,
             transfer->channel_code, (long long)transfer->channel_id,
             (long long)transfer->sync_times + 1);
    return alert_raise_silence(db, transfer->channel_id,
                               &(const struct alert_crowd){ .kind = "transfer_unknown",
                                                            .app_id = transfer->app_id,
                                                            .about = transfer->no,
                                                            .text = text });
}

enum pay_err checkout_transfer_due(struct db *db, const struct config *config,
                                   const struct db_due_row *row, int64_t *wait_s)
{
    static struct transfer transfer;
    struct outgoing outgoing;

    enum pay_err err = transfer_by_id(db, row->id, &transfer);
    db_end(db);
    if (err != PAY_OK)
        return err;
    *wait_s = ask_gap_s(transfer.sync_times + 1);
    if (!transfer_is_open(&transfer))
        return PAY_OK;
    enum pay_err asked = transfer_outgoing(db, config, &transfer, &outgoing);
    if (asked == PAY_OK)
        asked = outgoing_ask(&outgoing);
    err = transfer_by_id(db, row->id, &transfer);
    db_end(db);
    if (err == PAY_OK && transfer_is_open(&transfer) && ask_is_overdue(transfer.sync_times + 1))
        err = db_txn(db, transfer_overdue_work, &transfer);
    return asked == PAY_OK || outgoing_is_channels(asked) ? err : asked;
}
