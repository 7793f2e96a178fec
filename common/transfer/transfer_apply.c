/* transfer_apply.c - see transfer_apply.h. */
#include "transfer/transfer_apply.h"

#include "base/fault.h"
#include "ledger/journal.h"
#include "ledger/wallet_channel.h"
#include "transfer/transfer_event.h"

static enum pay_err end_write(struct db *db, const struct transfer *before,
                              const struct transfer *after)
{
    static const char SQL[] =
        "UPDATE pay_transfer"
        "   SET status = ?, version = ?, success_time = ?, channel_transfer_no = ?,"
        "       channel_error_code = ?, channel_error_msg = ?, next_sync_time = NULL"
        " WHERE id = ? AND status = ?";
    const struct db_param in[] = {
        DB_NUM(after->status),
        DB_NUM(after->version),
        DB_WHEN(after->success_time),
        DB_OPT(after->channel_transfer_no),
        DB_OPT(after->channel_error_code),
        DB_OPT(after->channel_error_msg),
        DB_NUM(before->id),
        DB_NUM(before->status),
    };

    return db_exec_one(db, SQL, DB_LIST(in));
}

/* A transfer on the channel wallet is on the balance of its receiver. */
static enum pay_err transfer_balance_add(struct db *db, const struct transfer *after)
{
    const struct wallet_key key = { after->app_id, after->user_account, after->currency };
    const struct journal journal = {
        .cause = BIZ_TRANSFER,
        .biz_id = after->id,
        .step = after->version,
        .rows = { { ACCOUNT_WALLET, ENTRY_TRANSFER, after->price },
                  { ACCOUNT_CHANNEL, ENTRY_TRANSFER, MONEY(-after->price.minor) } },
    };
    struct journal_booked booked;
    struct wallet wallet;

    if (!str_eq(after->channel_code, CHANNEL_WALLET_CODE))
        return PAY_OK;
    enum pay_err err = wallet_lock(db, &key, &wallet);
    return err == PAY_OK ? journal_book(db, &journal, &wallet, &booked) : err;
}

static enum pay_err transfer_end(struct db *db, const struct transfer_ending *ending,
                                 const struct transfer *after, const char *name)
{
    const struct transfer_change change = { after, name, ending->when };

    enum pay_err err = end_write(db, ending->transfer, after);
    FP_AFTER(err, "transfer.updated");
    if (err == PAY_OK && after->status == TRANSFER_SUCCESS)
        err = transfer_balance_add(db, after);
    return err == PAY_OK ? transfer_notify(db, ending->app, &change) : err;
}

/* The row as it was, one event later. */
static void next_of(const struct transfer_ending *ending, enum transfer_state state,
                    struct transfer *out)
{
    *out = *ending->transfer;
    out->status = state;
    out->version++;
}

enum pay_err transfer_succeed(struct db *db, const struct transfer_ending *ending)
{
    static struct transfer after;
    const char *channel_no = ending->said->channel_no;

    next_of(ending, TRANSFER_SUCCESS, &after);
    if (*channel_no != '\0' &&
        !text_copy(after.channel_transfer_no, sizeof(after.channel_transfer_no), channel_no))
        return PAY_FAULT;
    after.success_time = ending->when;
    return transfer_end(db, ending, &after, "transfer.success");
}

enum pay_err transfer_fail(struct db *db, const struct transfer_ending *ending, const char *word)
{
    static struct transfer after;
    const struct channel_said *said = ending->said;

    next_of(ending, TRANSFER_CLOSED, &after);
    if (!text_copy(after.channel_error_code, sizeof(after.channel_error_code),
                   str_or(said->error_code, word)) ||
        !text_copy(after.channel_error_msg, sizeof(after.channel_error_msg), said->error_msg))
        return PAY_FAULT;
    return transfer_end(db, ending, &after, "transfer.failure");
}

enum pay_err transfer_note(struct db *db, const struct transfer *transfer,
                           const struct channel_said *said)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_transfer"
        "   SET status = " STATE(TRANSFER_PROCESSING) ","
        "       channel_transfer_no = IFNULL(?, channel_transfer_no)"
        " WHERE id = ? AND status IN " STATE_IN(TRANSFER_OPEN);
    /* clang-format on */
    const struct db_param in[] = { DB_OPT(said->channel_no), DB_NUM(transfer->id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

enum pay_err transfer_number(struct db *db, const struct transfer *transfer,
                             const struct channel_said *said)
{
    static const char SQL[] = "UPDATE pay_transfer SET channel_transfer_no = ?"
                              " WHERE id = ? AND channel_transfer_no IS NULL";
    const struct db_param in[] = { DB_STR(said->channel_no), DB_NUM(transfer->id) };

    return *said->channel_no == '\0' ? PAY_OK : db_exec(db, SQL, DB_LIST(in), NULL);
}
