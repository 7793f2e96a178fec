/* cancel.c - see cancel.h. The note is made under the order's lock, as settle decides under it:
 * either the money came first, and no cancel is sent, or SUCCESS is doubted from then on. */
#include "settle/cancel.h"

#include "app/channel_setup.h"
#include "base/fault.h"
#include "order/order_row.h"

static enum pay_err channel_put(struct db *db, const struct channel_config *channel,
                                channel_ask *ask, const char *no, struct channel_said *out)
{
    *out = (struct channel_said){ .meaning = MEANS_NOTHING };
    const enum pay_err err = ask(&channel->account, no, out);
    FP("sync.asked");
    channel_setup_tell(db, channel, out);
    out->asked = true;
    return err == PAY_OK ? PAY_OK : PAY_UNKNOWN;
}

enum pay_err attempt_question(struct db *db, const struct channel_config *channel, const char *no,
                              struct channel_said *out)
{
    return channel_put(db, channel, channel->driver->query, no, out);
}

/* ---- a cancel */

#define NOTE_TIME "'2020-01-01' + INTERVAL ? MICROSECOND"
struct noting {
    const char *no;
    int64_t time;   /* of this cancel: us by the database's clock, since 2020 */
    int64_t before; /* an earlier one was noted, and its answer may be lost */
    bool noted;     /* false: it has its money, or has ended */
};

static enum pay_err note_work(struct db *db, void *arg)
{
    static const char SQL_ORDER[] = ORDER_SELECT
        " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e WHERE e.no = ?)"
        " FOR UPDATE";
    static const char SQL_BEFORE[] =
        "SELECT cancel_time IS NOT NULL FROM pay_order_extension WHERE no = ?";
    static const char SQL_TIME[] =
        "SELECT TIMESTAMPDIFF(MICROSECOND, '2020-01-01', GREATEST(UTC_TIMESTAMP(3),"
        "         IFNULL(cancel_time, '2020-01-01') + INTERVAL 1000 MICROSECOND))"
        "  FROM pay_order_extension WHERE no = ?";
    static const char SQL_NOTE[] = "UPDATE pay_order_extension SET cancel_time = " NOTE_TIME
                                   " WHERE no = ? AND status = " STATE(ATTEMPT_WAITING);
    static struct order order;
    struct noting *w = arg;
    const struct db_param by[] = { DB_STR(w->no) };

    enum pay_err err = order_read(db, SQL_ORDER, DB_LIST(by), &order);
    if (err == PAY_OK)
        err = db_number(db, SQL_BEFORE, DB_LIST(by), &w->before);
    if (err == PAY_OK)
        err = db_number(db, SQL_TIME, DB_LIST(by), &w->time);
    const struct db_param in[] = { DB_NUM(w->time), DB_STR(w->no) };
    if (err == PAY_OK)
        err = db_exec_one(db, SQL_NOTE, DB_LIST(in));
    w->noted = err == PAY_OK;
    return err == PAY_WRONG_STATE ? PAY_OK : err;
}

/* The cancel did nothing. Another program's, sent since, has another time. */
static enum pay_err undo_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE pay_order_extension SET cancel_time = NULL"
        " WHERE no = ? AND status = " STATE(ATTEMPT_WAITING) "   AND cancel_time = " NOTE_TIME;
    const struct noting *w = arg;
    const struct db_param in[] = { DB_STR(w->no), DB_NUM(w->time) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err cancel_put(struct db *db, const struct channel_config *channel,
                               struct noting *w, struct channel_said *out)
{
    enum pay_err err = db_txn(db, note_work, w);

    if (err != PAY_OK)
        return err;
    if (!w->noted)
        return attempt_question(db, channel, w->no, out);
    FP("cancel.noted");
    err = channel_put(db, channel, channel->driver->close, w->no, out);
    FP("cancel.sent");
    const bool ended = out->state == CHANNEL_CLOSED || out->gone_back || out->part_back;
    return err == PAY_OK && !ended && w->before == 0 ? db_txn(db, undo_work, w) : err;
}

static enum pay_err is_noted(struct db *db, const char *no, int64_t *noted)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM pay_order_extension WHERE no = ? AND cancel_time IS NOT NULL";
    const struct db_param in[] = { DB_STR(no) };

    enum pay_err err = db_number(db, SQL, DB_LIST(in), noted);
    db_end(db);
    return err;
}

/* An earlier cancel may have found the money. A new note would put off the day when SUCCESS counts,
 * so a payment that stands is not cancelled again. */
static enum pay_err cancel_again(struct db *db, const struct channel_config *channel,
                                 struct noting *w, struct channel_said *out)
{
    const enum pay_err err = attempt_question(db, channel, w->no, out);

    if (err != PAY_OK || out->state == CHANNEL_SUCCESS || out->state == CHANNEL_CLOSED)
        return err;
    return cancel_put(db, channel, w, out);
}

enum pay_err attempt_close(struct db *db, const struct channel_config *channel, const char *no,
                           struct channel_said *out)
{
    struct noting w = { .no = no };
    int64_t noted = 0;

    if (!channel->account.product->close_refunds)
        return channel_put(db, channel, channel->driver->close, no, out);
    const enum pay_err err = is_noted(db, no, &noted);
    if (err != PAY_OK)
        return err;
    return noted > 0 ? cancel_again(db, channel, &w, out) : cancel_put(db, channel, &w, out);
}
