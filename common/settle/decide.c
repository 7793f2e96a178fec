/* decide.c - see decide.h. The rows under the order's lock say which decisions fit, not the alert:
 * so one that is repeated, or made twice at once, is done once. */
#include "settle/decide.h"

#include <stdio.h>

#include "app/admin_log.h"
#include "app/alert.h"
#include "base/fault.h"
#include "order/order_row.h"
#include "refund/refund_reserve.h"
#include "settle/settle_private.h"

const struct word DECISIONS[] = {
    { DECIDE_REFUND, "refund", "the money goes back" },
    { DECIDE_ACCEPT, "accept", "the money pays its closed order" },
    { DECIDE_KEEP, "keep", "it is dealt with elsewhere" },
    { 0, NULL, NULL },
};

struct money_alert {
    int64_t id, is_money;
    char kind[33], about[65], decision[9], closed_by[257];
};
static const struct db_column ALERT_COLUMNS[] = {
    DB_COLUMN(struct money_alert, id),       DB_COLUMN(struct money_alert, is_money),
    DB_COLUMN(struct money_alert, kind),     DB_COLUMN(struct money_alert, about),
    DB_COLUMN(struct money_alert, decision), DB_COLUMN(struct money_alert, closed_by),
};

struct work {
    const struct deciding *by;
    struct decided *out;
    struct money_alert alert;
    struct order order;
    struct attempt attempt;
    struct refund refund; /* its automatic one; id 0: there is none */
};

#define NO_FIT(w, ...) \
    (snprintf((w)->out->problem, sizeof((w)->out->problem), __VA_ARGS__), PAY_WRONG_STATE)

/* ---- what is there */

static enum pay_err alert_read(struct db *db, struct work *w)
{
    static const char SQL[] = "SELECT id, kind IN " MONEY_ALERTS
                              " AS is_money, kind, about, decision, closed_by"
                              "  FROM pay_alert WHERE id = ?";
    const struct db_param in[] = { DB_NUM(w->by->alert_id) };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(ALERT_COLUMNS),
                                                         .row = &w->alert });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

static enum pay_err money_read(struct db *db, struct work *w)
{
    static const char SQL_ORDER[] = ORDER_SELECT
        " WHERE o.id = (SELECT e.order_id FROM pay_order_extension e WHERE e.no = ?)"
        " FOR UPDATE";
    static const char SQL_ATTEMPT[] = ATTEMPT_SELECT " WHERE e.no = ?";
    const struct db_param in[] = { DB_STR(w->alert.about) };

    if (!ulid_is(w->alert.about))
        return PAY_FAULT;
    enum pay_err err = order_read(db, SQL_ORDER, DB_LIST(in), &w->order);
    FP_AFTER(err, "decide.locked");
    if (err == PAY_OK)
        err = attempt_read(db, SQL_ATTEMPT, DB_LIST(in), &w->attempt);
    if (err == PAY_OK)
        err = refund_of_attempt(db, &w->attempt, &w->refund);
    return err;
}

/* ---- does it fit? */

static enum pay_err refund_fits(struct work *w)
{
    if (w->refund.id == 0 || w->refund.status == REFUND_FAILURE)
        return PAY_OK;
    return NO_FIT(w, "refund %s of it %s", w->refund.no,
                  w->refund.status == REFUND_SUCCESS ? "was done already" : "is under way");
}

/* A refund that the channel refused may have been done there all the same. */
static enum pay_err accept_fits(struct work *w)
{
    if (w->attempt.duplicate_paid != 0)
        return NO_FIT(w, "order %s was paid by another payment", w->order.no);
    if (w->order.status != ORDER_CLOSED)
        return NO_FIT(w, "order %s is %s: only a closed one can still be paid", w->order.no,
                      state_word(&ORDER_STATE_TABLE, w->order.status));
    if (w->refund.id != 0)
        return NO_FIT(w, "refund %s of it was sent, and failed: try it again (refund), or keep it",
                      w->refund.no);
    return PAY_OK;
}

static enum pay_err decision_fits(struct work *w)
{
    if (w->attempt.status != ATTEMPT_SUCCESS)
        return NO_FIT(w, "attempt %s brought in no money", w->attempt.no);
    if (w->order.extension_id == w->attempt.id)
        return NO_FIT(w,
                      "it pays order %s: money of a paid order goes back by the merchant's"
                      " request",
                      w->order.no);
    enum pay_err err = refund_fits(w);
    return err == PAY_OK && w->by->decision == DECIDE_ACCEPT ? accept_fits(w) : err;
}

/* ---- it is done */

static enum pay_err give_back(struct db *db, struct work *w)
{
    if (w->refund.id != 0)
        return refund_reopen(db, &w->order, &w->refund, NULL);
    return refund_add(db, &w->order, &w->attempt,
                      w->attempt.duplicate_paid != 0 ? CAUSE_DUPLICATE : CAUSE_LATE);
}

/* The channel's fee is the one of now: that of the payment's day was not kept. */
static enum pay_err payment_accept(struct db *db, struct work *w)
{
    static const char SQL[] = "SELECT fee_rate FROM pay_channel WHERE id = ?";
    const struct db_param in[] = { DB_NUM(w->attempt.channel_id) };
    struct channel_config channel = { .account.id = w->attempt.channel_id };
    struct channel_said said = { .state = CHANNEL_SUCCESS,
                                 .success_time = w->attempt.success_time };
    static struct settling paying;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &channel.fee_rate);
    if (err != PAY_OK ||
        !text_copy(channel.account.code, sizeof(channel.account.code), w->attempt.channel_code) ||
        !text_copy(said.channel_no, sizeof(said.channel_no), w->attempt.channel_order_no))
        return err == PAY_OK ? PAY_FAULT : err;
    paying = (struct settling){ .channel = &channel, .said = &said };
    paying.order = w->order;
    paying.attempt = w->attempt;
    return settle_accept(db, &paying);
}

static enum pay_err alerts_close(struct db *db, const struct work *w)
{
    static const char SQL[] =
        "UPDATE pay_alert SET closed_by = ?, close_time = UTC_TIMESTAMP(3), remark = ?,"
        "       decision = ?"
        " WHERE kind IN " MONEY_ALERTS " AND about = ? AND (closed_by IS NULL OR id = ?)";
    const struct db_param in[] = {
        DB_STR(w->by->who),     DB_STR(w->by->remark), DB_STR(word_of(DECISIONS, w->by->decision)),
        DB_STR(w->alert.about), DB_NUM(w->alert.id),
    };
    char what[32], on[96];

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    if (err != PAY_OK)
        return err;
    snprintf(what, sizeof(what), "alert.%s", word_of(DECISIONS, w->by->decision));
    snprintf(on, sizeof(on), "%lld %s", (long long)w->alert.id, w->alert.about);
    return admin_log_add(db, w->by->who, what, on, w->by->remark);
}

static enum pay_err decision_do(struct db *db, struct work *w)
{
    switch (w->by->decision) {
    case DECIDE_REFUND:
        return give_back(db, w);
    case DECIDE_ACCEPT:
        return payment_accept(db, w);
    case DECIDE_KEEP:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err alert_decide_work(struct db *db, void *arg)
{
    struct work *w = arg;

    *w->out = (struct decided){ .before = false };
    enum pay_err err = alert_read(db, w);
    if (err != PAY_OK)
        return err;
    if (w->alert.is_money == 0)
        return NO_FIT(w, "it is about no money that came late or twice (%s): alerts close",
                      w->alert.kind);
    err = money_read(db, w);
    if (err == PAY_OK)
        err = alert_read(db, w);
    if (err != PAY_OK)
        return err;
    memcpy(w->out->pay_id, w->attempt.no, NO_SIZE);
    memcpy(w->out->order_no, w->order.no, NO_SIZE);
    w->out->before = *w->alert.closed_by != '\0' &&
                     str_eq(w->alert.decision, word_of(DECISIONS, w->by->decision));
    if (w->out->before)
        return PAY_OK;
    err = decision_fits(w);
    if (err == PAY_OK)
        err = decision_do(db, w);
    FP_AFTER(err, "decide.done");
    return err == PAY_OK ? alerts_close(db, w) : err;
}

enum pay_err alert_decide(struct db *db, const struct deciding *deciding, struct decided *out)
{
    static struct work work;

    work.by = deciding;
    work.out = out;
    return db_txn(db, alert_decide_work, &work);
}
