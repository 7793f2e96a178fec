/* refund_apply.c - see refund_apply.h. */
#include "refund/refund_apply.h"

#include "base/fault.h"
#include "refund/refund_event.h"
#include "refund/refund_ledger.h"

/* clang-format off */
/* Both rows in one statement: order and refund are known, so both must change. */
static const char SQL_DONE[] =
    "UPDATE pay_order o JOIN pay_refund r ON r.order_id = o.id"
    "   SET o.refund_price = o.refund_price + r.refund_price,"
    "       o.refunding_price = o.refunding_price - r.refund_price, o.status = ?,"
    "       r.status = " STATE(REFUND_SUCCESS) ", r.version = ?, r.success_time = ?,"
    "       r.channel_refund_no = ?, r.channel_error_code = NULL, r.channel_error_msg = NULL,"
    "       r.next_sync_time = NULL"
    " WHERE o.id = ? AND r.id = ? AND r.status = " STATE(REFUND_WAITING);
static const char SQL_FAILED[] =
    "UPDATE pay_order o JOIN pay_refund r ON r.order_id = o.id"
    "   SET o.refunding_price = o.refunding_price - r.refund_price,"
    "       r.status = " STATE(REFUND_FAILURE) ", r.version = ?, r.channel_error_code = ?,"
    "       r.channel_error_msg = ?, r.next_sync_time = NULL"
    " WHERE o.id = ? AND r.id = ? AND r.status = " STATE(REFUND_WAITING);
/* Money that was never the order's goes back without touching it. */
static const char SQL_AUTO_DONE[] =
    "UPDATE pay_refund"
    "   SET status = " STATE(REFUND_SUCCESS) ", version = ?, success_time = ?,"
    "       channel_refund_no = ?, channel_error_code = NULL, channel_error_msg = NULL,"
    "       next_sync_time = NULL"
    " WHERE id = ? AND status = " STATE(REFUND_WAITING);
static const char SQL_AUTO_FAILED[] =
    "UPDATE pay_refund"
    "   SET status = " STATE(REFUND_FAILURE) ", version = ?, channel_error_code = ?,"
    "       channel_error_msg = ?, next_sync_time = NULL"
    " WHERE id = ? AND status = " STATE(REFUND_WAITING);
/* clang-format on */

static enum pay_err both_update(struct db *db, const char *sql, const struct db_param *in, size_t n)
{
    int64_t changed = 0;

    enum pay_err err = db_exec(db, sql, in, n, &changed);
    return err == PAY_OK && changed != 2 ? PAY_WRONG_STATE : err;
}

static enum pay_err done_write(struct db *db, const struct refund_ending *ending,
                               const struct refund *after)
{
    const struct order *order = ending->order;
    const bool all = order->refund_price.minor + after->refund_price.minor == order->price.minor;
    const struct db_param in[] = {
        DB_NUM(all ? ORDER_REFUND : ORDER_SUCCESS),
        DB_NUM(after->version),
        DB_WHEN(after->success_time),
        DB_OPT(after->channel_refund_no),
        DB_NUM(order->id),
        DB_NUM(after->id),
    };
    const struct db_param automatic[] = { in[1], in[2], in[3], in[5] };

    return refund_is_automatic(after) ? db_exec_one(db, SQL_AUTO_DONE, DB_LIST(automatic))
                                      : both_update(db, SQL_DONE, DB_LIST(in));
}

static enum pay_err failure_write(struct db *db, const struct refund_ending *ending,
                                  const struct refund *after)
{
    const struct db_param in[] = {
        DB_NUM(after->version),
        DB_STR(after->channel_error_code),
        DB_OPT(after->channel_error_msg),
        DB_NUM(ending->order->id),
        DB_NUM(after->id),
    };
    const struct db_param automatic[] = { in[0], in[1], in[2], in[4] };

    return refund_is_automatic(after) ? db_exec_one(db, SQL_AUTO_FAILED, DB_LIST(automatic))
                                      : both_update(db, SQL_FAILED, DB_LIST(in));
}

static enum pay_err refund_tell(struct db *db, const struct refund_ending *ending,
                                const struct refund *after, const char *name)
{
    const struct refund_change change = { after, name, ending->when };

    FP("refund.updated");
    return refund_notify(db, ending->app, &change);
}

enum pay_err refund_succeed(struct db *db, const struct refund_ending *ending)
{
    static struct refund after;
    const struct channel_said *said = ending->said;

    after = *ending->refund;
    after.status = REFUND_SUCCESS;
    after.success_time = ending->when;
    after.version++;
    after.channel_error_code[0] = after.channel_error_msg[0] = '\0';
    if (*said->channel_no != '\0' &&
        !text_copy(after.channel_refund_no, sizeof(after.channel_refund_no), said->channel_no))
        return PAY_FAULT;
    enum pay_err err = done_write(db, ending, &after);
    if (err == PAY_OK)
        err = refund_ledger_done(db, ending->order, &after);
    return err == PAY_OK ? refund_tell(db, ending, &after, "refund.success") : err;
}

enum pay_err refund_fail(struct db *db, const struct refund_ending *ending, const char *word)
{
    static struct refund after;
    const struct channel_said *said = ending->said;

    after = *ending->refund;
    after.status = REFUND_FAILURE;
    after.version++;
    if (!text_copy(after.channel_error_code, sizeof(after.channel_error_code),
                   str_or(said->error_code, word)) ||
        !text_copy(after.channel_error_msg, sizeof(after.channel_error_msg), said->error_msg))
        return PAY_FAULT;
    enum pay_err err = failure_write(db, ending, &after);
    if (err == PAY_OK)
        err = refund_ledger_failed(db, ending->order, &after);
    return err == PAY_OK ? refund_tell(db, ending, &after, "refund.failure") : err;
}

bool refund_is_noted(const struct refund *refund, const struct channel_said *said)
{
    return (*said->channel_no == '\0' || str_eq(said->channel_no, refund->channel_refund_no)) &&
           (*said->error_code == '\0' || str_eq(said->error_code, refund->channel_error_code));
}

enum pay_err refund_note(struct db *db, const struct refund *refund,
                         const struct channel_said *said)
{
    static const char SQL[] =
        "UPDATE pay_refund SET channel_refund_no = ?, channel_error_code = ?, channel_error_msg = ?"
        " WHERE id = ?";
    const bool stuck = *said->error_code != '\0';
    const struct db_param in[] = {
        DB_OPT(str_or(said->channel_no, refund->channel_refund_no)),
        DB_OPT(stuck ? said->error_code : refund->channel_error_code),
        DB_OPT(stuck ? said->error_msg : refund->channel_error_msg),
        DB_NUM(refund->id),
    };

    return refund_is_noted(refund, said) ? PAY_OK : db_exec(db, SQL, DB_LIST(in), NULL);
}
