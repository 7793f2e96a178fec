/* settle.c - what a channel says of one attempt, applied once. Under the order's lock the two
 * states decide: money (settle_money.c), the attempt's end (settle_end.c), or nothing new. A copy
 * of what was committed needs no lock. */
#include "settle/settle.h"

#include <stdio.h>

#include "base/fault.h"
#include "app/alert.h"
#include "settle/callback_log.h"
#include "order/order_row.h"
#include "settle/settle_private.h"

/* Order row first, found through its attempt without a lock; the attempt is then read under it. */
static enum pay_err attempt_rows_lock(struct db *db, struct settling *w)
{
    static const char SQL_ORDER[] = ORDER_SELECT
        " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e"
        "                WHERE e.no = ? AND e.channel_id = ?)"
        " FOR UPDATE";
    static const char SQL_ATTEMPT[] = ATTEMPT_SELECT " WHERE e.no = ?";
    const struct db_param find[] = { DB_STR(w->said->no), DB_NUM(w->channel->account.id) };
    const struct db_param read[] = { DB_STR(w->said->no) };

    if (!ulid_is(w->said->no))
        return PAY_NOT_FOUND;
    enum pay_err err = order_read(db, SQL_ORDER, DB_LIST(find), &w->order);
    return err == PAY_OK ? attempt_read(db, SQL_ATTEMPT, DB_LIST(read), &w->attempt) : err;
}

enum pay_err attempt_alert(struct db *db, const struct settling *w, const char *kind,
                           const char *text)
{
    return alert_raise_each(
        db, &(const struct alert_crowd){
                .kind = kind, .app_id = w->order.app_id, .about = w->attempt.no, .text = text });
}

static enum pay_err account_conflict(struct db *db, struct settling *w)
{
    char text[256];

    w->verdict = VERDICT_OTHER_ACCOUNT;
    snprintf(text, sizeof(text),
             "channel %s (%lld) speaks of attempt %s in the name of a merchant"
             " account that is not its own",
             w->channel->account.code, (long long)w->channel->account.id, w->attempt.no);
    return attempt_alert(db, w, "other_account", text);
}

static enum pay_err price_conflict(struct db *db, struct settling *w)
{
    char text[512];

    w->verdict = VERDICT_OTHER_PRICE;
    snprintf(text, sizeof(text), "order %s asks for %lld %s, channel %s (%lld) says %lld %s",
             w->order.no, (long long)w->attempt.price.minor, w->attempt.currency,
             w->channel->account.code, (long long)w->channel->account.id,
             (long long)w->said->price.minor, w->said->currency);
    return attempt_alert(db, w, "other_price", text);
}

/* A reverse at WeChat Pay leaves REFUND of an attempt that never was paid here. */
static bool has_gone_back(const struct settling *w)
{
    return w->said->gone_back || (w->said->part_back && w->attempt.status != ATTEMPT_SUCCESS &&
                                  w->attempt.cancelled != CANCELLED_NOT);
}

static enum pay_err success_apply(struct db *db, struct settling *w)
{
    if (has_gone_back(w))
        return settle_gone_back(db, w);
    return attempt_is_doubted(&w->attempt, w->said) ? settle_doubted(db, w) : settle_money(db, w);
}

static enum pay_err attempt_said_apply(struct db *db, struct settling *w)
{
    if (w->said->other_account)
        return account_conflict(db, w);
    if (!said_price_is(w->said, w->attempt.price, w->attempt.currency))
        return price_conflict(db, w);
    switch (w->said->state) {
    case CHANNEL_SUCCESS:
        return success_apply(db, w);
    case CHANNEL_FAILED:
        return settle_ended(db, w, "FAILED");
    case CHANNEL_CLOSED:
        return settle_ended(db, w, "CLOSED");
    case CHANNEL_WAITING:
    case CHANNEL_NOT_FOUND:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err attempt_settle_work(struct db *db, void *arg)
{
    struct settling *w = arg;

    w->verdict = VERDICT_REPEATED;
    enum pay_err err = attempt_rows_lock(db, w);
    FP_AFTER(err, "order.locked");
    if (err == PAY_OK)
        err = attempt_said_apply(db, w);
    FP_AFTER(err, "order.settled");
    if (err == PAY_OK && w->raw)
        err = callback_log_add(db, w->raw, w->verdict, w->attempt.id);
    return err;
}

/* The conflict is on record; nothing else was changed. */
static enum pay_err conflict_of(enum verdict verdict)
{
    static const struct {
        enum verdict verdict;
        enum pay_err err;
    } CONFLICTS[] = {
        { VERDICT_OTHER_PRICE, PAY_OTHER_PRICE },
        { VERDICT_OTHER_PAYMENT, PAY_OTHER_PAYMENT },
        { VERDICT_OTHER_ACCOUNT, PAY_OTHER_ACCOUNT },
        { VERDICT_OVER_REFUND, PAY_OVER_REFUND },
    };

    for (size_t i = 0; i < COUNT(CONFLICTS); i++)
        if (CONFLICTS[i].verdict == verdict)
            return CONFLICTS[i].err;
    return PAY_OK;
}

enum pay_err settle_by_statements(struct db *db, struct settling *w)
{
    w->verdict = VERDICT_ACCEPTED;
    return db_txn(db, attempt_settle_work, w);
}

/* Is all of it on record already? Judged without a lock, and only where no later change could make
 * it untrue: an attempt that was paid or has ended never waits again. A thousand copies of one
 * callback would wait for each other at the order's row. What contradicts a payment is judged under
 * the lock: it may be an alert. */
static enum pay_err attempt_said_is_known(struct db *db, const struct channel_said *said,
                                          const struct attempt *attempt, bool *known)
{
    *known = false;
    if (said->other_account || !said_price_is(said, attempt->price, attempt->currency))
        return PAY_OK;
    switch (said->state) {
    case CHANNEL_SUCCESS:
        return said->gone_back ? PAY_OK : money_is_known(db, said, attempt, known);
    case CHANNEL_FAILED:
    case CHANNEL_CLOSED:
        *known = attempt->status == ATTEMPT_CLOSED;
        return PAY_OK;
    case CHANNEL_WAITING:
    case CHANNEL_NOT_FOUND:
        *known = true;
        return PAY_OK;
    }
    return PAY_FAULT;
}

enum pay_err settle_inside(struct db *db, const struct channel_config *channel,
                           const struct channel_said *said, enum verdict *verdict)
{
    static struct settling work;

    work.channel = channel;
    work.said = said;
    work.raw = NULL;
    enum pay_err err = attempt_settle_work(db, &work);
    *verdict = work.verdict;
    return err == PAY_OK ? conflict_of(*verdict) : err;
}

static enum pay_err settle_order(struct db *db, const struct channel_config *channel,
                                 const struct channel_said *said, const struct callback_raw *raw,
                                 enum verdict *verdict)
{
    static struct settling work;
    const struct order_attempt *pair;
    bool known = false;

    *verdict = VERDICT_ACCEPTED;
    enum pay_err err = settle_pair(db, channel, said, raw, &pair);
    if (err == PAY_OK)
        err = attempt_said_is_known(db, said, &pair->attempt, &known);
    if (err != PAY_OK)
        return err;
    if (known) {
        *verdict = VERDICT_REPEATED;
        return raw ? callback_log_repeated(db, raw, pair->attempt.id) : PAY_OK;
    }
    err = PAY_WRONG_STATE;
    if (said->state == CHANNEL_SUCCESS && !said->other_account && !said->gone_back)
        err = settle_paid(db, channel, said, raw, pair);
    if (err != PAY_WRONG_STATE && err != PAY_DUPLICATE)
        return err;
    work.channel = channel;
    work.said = said;
    work.raw = raw;
    err = settle_by_statements(db, &work);
    *verdict = work.verdict;
    return err;
}

bool settle_is_conflict(enum pay_err err)
{
    return err == PAY_OTHER_PRICE || err == PAY_OTHER_PAYMENT || err == PAY_OTHER_ACCOUNT;
}

typedef enum pay_err settler(struct db *db, const struct channel_config *channel,
                             const struct channel_said *said, const struct callback_raw *raw,
                             enum verdict *verdict);
static settler *const BY_ABOUT[] = {
    [ABOUT_ORDER] = settle_order,
    [ABOUT_REFUND] = settle_refund,
    [ABOUT_TRANSFER] = settle_transfer,
};

enum pay_err settle(struct db *db, const struct channel_config *channel,
                    const struct channel_said *said, const struct callback_raw *raw,
                    enum verdict *verdict)
{
    enum pay_err err = BY_ABOUT[said->about](db, channel, said, raw, verdict);

    if (err == PAY_NOT_FOUND)
        *verdict = VERDICT_UNKNOWN_ATTEMPT;
    return err == PAY_OK ? conflict_of(*verdict) : err;
}
