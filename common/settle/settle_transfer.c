/* settle_transfer.c - what a channel says of one transfer, applied once. Under the row's lock the
 * transfer's state decides: it ends (transfer/transfer_apply.h), or nothing is new. */
#include <stdio.h>

#include "base/fault.h"
#include "settle/callback_log.h"
#include "settle/settle_out.h"
#include "transfer/transfer_apply.h"
#include "transfer/transfer_row.h"

struct transfer_settling {
    struct settling_out out;
    struct transfer transfer;
};

static bool is_refusal(const struct channel_said *said)
{
    return said->state == CHANNEL_FAILED || said->state == CHANNEL_CLOSED;
}

static void transfer_out_fill(struct transfer_settling *w)
{
    static const char OWNER[] =
        "SELECT x.no FROM pay_transfer t JOIN pay_transfer x"
        "    ON x.channel_transfer_no = ? AND x.number_scope = t.number_scope AND x.id <> t.id"
        " WHERE t.id = ?";
    struct settling_out *out = &w->out;

    out->id = w->transfer.id;
    out->app_id = w->transfer.app_id;
    out->price = w->transfer.price;
    out->currency = w->transfer.currency;
    out->about = w->transfer.no;
    out->owner_sql = OWNER;
    out->refusal = is_refusal(out->said);
    snprintf(out->name, sizeof(out->name), "transfer %s", w->transfer.no);
}

static enum pay_err transfer_row_lock(struct db *db, struct transfer_settling *w)
{
    static const char SQL[] = TRANSFER_SELECT " WHERE t.no = ? AND t.channel_id = ? FOR UPDATE";
    const struct db_param in[] = { DB_STR(w->out.said->no), DB_NUM(w->out.channel->account.id) };

    if (!ulid_is(w->out.said->no))
        return PAY_NOT_FOUND;
    enum pay_err err = transfer_read(db, SQL, DB_LIST(in), &w->transfer);
    if (err == PAY_OK)
        transfer_out_fill(w);
    return err;
}

/* It ended here, and there it ended otherwise: no step leads from one end to another, and sending
 * the callback again would not help. */
static enum pay_err other_end(struct db *db, struct transfer_settling *w, const char *says)
{
    w->out.verdict = VERDICT_OTHER_END;
    return settling_alert(db, &w->out, "transfer_other_end", says);
}

/* Paid out there once more, under another number: acknowledged, since sending it again changes
 * nothing. The channel may have given no number when it first said SUCCESS. */
static enum pay_err transfer_said_before(struct db *db, const struct transfer_settling *w)
{
    const char *ours = w->transfer.channel_transfer_no, *theirs = w->out.said->channel_no;
    char says[224];

    if (*ours == '\0' || said_number_is(w->out.said, ours))
        return transfer_number(db, &w->transfer, w->out.said);
    snprintf(says, sizeof(says),
             "it was paid out as %s, and the channel says now that it paid it out as %s", ours,
             theirs);
    return settling_alert(db, &w->out, "transferred_twice", says);
}

static enum pay_err transfer_ending_of(struct db *db, const struct transfer_settling *w,
                                       struct transfer_ending *out)
{
    *out = (struct transfer_ending){ .transfer = &w->transfer,
                                     .said = w->out.said,
                                     .when = success_time_of(w->out.said) };
    return app_by_id(db, w->transfer.app_id, &out->app);
}

static enum pay_err transfer_said_succeeded(struct db *db, struct transfer_settling *w)
{
    struct transfer_ending ending;

    if (w->transfer.status == TRANSFER_SUCCESS)
        return transfer_said_before(db, w);
    if (w->transfer.status == TRANSFER_CLOSED)
        return other_end(db, w, "it was paid out there, after it had failed");
    w->out.verdict = VERDICT_ACCEPTED;
    enum pay_err err = transfer_ending_of(db, w, &ending);
    return err == PAY_OK ? transfer_succeed(db, &ending) : err;
}

static enum pay_err transfer_said_failed(struct db *db, struct transfer_settling *w,
                                         const char *word)
{
    struct transfer_ending ending;

    if (w->transfer.status == TRANSFER_CLOSED)
        return PAY_OK;
    if (w->transfer.status == TRANSFER_SUCCESS)
        return other_end(db, w, "it failed there, after it had been paid out");
    w->out.verdict = VERDICT_ACCEPTED;
    enum pay_err err = transfer_ending_of(db, w, &ending);
    return err == PAY_OK ? transfer_fail(db, &ending, word) : err;
}

static enum pay_err transfer_said_apply(struct db *db, struct transfer_settling *w)
{
    bool conflict;

    enum pay_err err = settling_conflict(db, &w->out, &conflict);
    if (err != PAY_OK || conflict)
        return err;
    switch (w->out.said->state) {
    case CHANNEL_SUCCESS:
        return transfer_said_succeeded(db, w);
    case CHANNEL_FAILED:
        return transfer_said_failed(db, w, "FAILED");
    case CHANNEL_CLOSED:
        return transfer_said_failed(db, w, "CLOSED");
    case CHANNEL_WAITING:
        return transfer_is_open(&w->transfer) ? transfer_note(db, &w->transfer, w->out.said)
                                              : PAY_OK;
    case CHANNEL_NOT_FOUND:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err transfer_settle_work(struct db *db, void *arg)
{
    struct transfer_settling *w = arg;

    w->out.verdict = VERDICT_REPEATED;
    enum pay_err err = transfer_row_lock(db, w);
    FP_AFTER(err, "transfer.locked");
    if (err == PAY_OK)
        err = transfer_said_apply(db, w);
    FP_AFTER(err, "transfer.settled");
    if (err == PAY_OK && w->out.raw)
        err = callback_log_add(db, w->out.raw, w->out.verdict, 0);
    return err;
}

/* Is all of it on record already? */
static bool transfer_said_is_known(const struct channel_said *said, const struct transfer *transfer)
{
    const bool same = said_number_is(said, transfer->channel_transfer_no);

    if (said->other_account || !said_price_is(said, transfer->price, transfer->currency))
        return false;
    switch (said->state) {
    case CHANNEL_SUCCESS:
        return same && transfer->status == TRANSFER_SUCCESS;
    case CHANNEL_FAILED:
    case CHANNEL_CLOSED:
        return transfer->status == TRANSFER_CLOSED;
    case CHANNEL_WAITING:
        return same && transfer->status != TRANSFER_WAITING;
    case CHANNEL_NOT_FOUND:
        return same;
    }
    return false;
}

/* A copy of what was committed needs no lock, like that of a payment (settle.c). */
static enum pay_err transfer_look(struct db *db, struct transfer_settling *w, bool *known)
{
    static const char SQL[] = TRANSFER_SELECT " WHERE t.no = ? AND t.channel_id = ?";
    const struct db_param in[] = { DB_STR(w->out.said->no), DB_NUM(w->out.channel->account.id) };

    *known = false;
    if (!ulid_is(w->out.said->no))
        return PAY_NOT_FOUND;
    enum pay_err err = transfer_read(db, SQL, DB_LIST(in), &w->transfer);
    db_end(db);
    *known = err == PAY_OK && transfer_said_is_known(w->out.said, &w->transfer);
    return err;
}

enum pay_err settle_transfer(struct db *db, const struct channel_config *channel,
                             const struct channel_said *said, const struct callback_raw *raw,
                             enum verdict *verdict)
{
    static struct transfer_settling work;
    bool known = false;

    work.out.channel = channel;
    work.out.said = said;
    work.out.raw = raw;
    *verdict = VERDICT_REPEATED;
    enum pay_err err = raw ? transfer_look(db, &work, &known) : PAY_OK;
    if (err != PAY_OK || known)
        return known ? callback_log_repeated(db, raw, 0) : err;
    err = settling_txn(db, transfer_settle_work, &work);
    *verdict = work.out.verdict;
    return err;
}
