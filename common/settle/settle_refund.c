/* settle_refund.c - what a channel says of one refund, applied once. Under the order's lock the
 * refund's state decides: it ends (refund/refund_apply.h), or nothing is new. */
#include <stdio.h>

#include "base/fault.h"
#include "app/alert.h"
#include "order/order_row.h"
#include "refund/refund_apply.h"
#include "refund/refund_reserve.h"
#include "refund/refund_row.h"
#include "settle/callback_log.h"
#include "settle/settle_out.h"

struct refund_settling {
    struct settling_out out;
    struct order order;
    struct refund refund;
};

/* An automatic refund's alert is about the attempt whose money it is. */
static const char *about_of(const struct refund *refund)
{
    return refund_is_automatic(refund) ? refund->merchant_refund_id + sizeof(REFUND_AUTO) - 1
                                       : refund->no;
}

static void refund_out_fill(struct refund_settling *w)
{
    static const char OWNER[] =
        "SELECT x.no FROM pay_refund r JOIN pay_refund x"
        "    ON x.channel_refund_no = ? AND x.number_scope = r.number_scope AND x.id <> r.id"
        " WHERE r.id = ?";
    struct settling_out *out = &w->out;

    out->id = w->refund.id;
    out->app_id = w->order.app_id;
    out->price = w->refund.refund_price;
    out->currency = w->refund.currency;
    out->about = about_of(&w->refund);
    out->owner_sql = OWNER;
    out->refusal = out->said->state == CHANNEL_FAILED;
    snprintf(out->name, sizeof(out->name), "refund %s of order %s", w->refund.no, w->order.no);
}

/* Order row first, found through its refund without a lock; the refund is then read under it. */
static enum pay_err refund_rows_lock(struct db *db, struct refund_settling *w)
{
    static const char SQL[] = ORDER_SELECT
        " WHERE o.id = (SELECT r.order_id FROM pay_refund r WHERE r.no = ? AND r.channel_id = ?)"
        " FOR UPDATE";
    const struct db_param in[] = { DB_STR(w->out.said->no), DB_NUM(w->out.channel->account.id) };

    if (!ulid_is(w->out.said->no))
        return PAY_NOT_FOUND;
    enum pay_err err = order_read(db, SQL, DB_LIST(in), &w->order);
    const struct refund_key key = { .refund_no = w->out.said->no };
    if (err == PAY_OK)
        err = refund_find(db, w->order.app_id, &key, &w->refund);
    if (err == PAY_OK)
        refund_out_fill(w);
    return err;
}

/* An operator decides about this money, so it has an alert of its own, however many there are. */
static enum pay_err alert_failed(struct db *db, const struct refund_settling *w, const char *word)
{
    char says[512], text[SETTLING_TEXT_SIZE];

    snprintf(says, sizeof(says), "it refused (%s %s), and has the money of attempt %s still",
             str_or(w->out.said->error_code, word), w->out.said->error_msg, about_of(&w->refund));
    settling_text(&w->out, says, text);
    return alert_raise(db, "refund_failed", w->order.app_id, about_of(&w->refund), text);
}

/* Done there once more, under another number: acknowledged, since sending it again changes nothing.
 */
static enum pay_err refund_said_before(struct db *db, const struct refund_settling *w)
{
    const char *ours = w->refund.channel_refund_no, *theirs = w->out.said->channel_no;
    char says[192];

    if (said_number_is(w->out.said, ours))
        return PAY_OK;
    if (*ours == '\0') /* the channel gave no number then */
        return refund_note(db, &w->refund, w->out.said);
    snprintf(says, sizeof(says), "it was done as %s, and the channel says now that it did it as %s",
             ours, theirs);
    return settling_alert(db, &w->out, "refunded_twice", says);
}

static enum pay_err refund_ending_of(struct db *db, const struct refund_settling *w,
                                     struct refund_ending *out)
{
    *out = (struct refund_ending){ .order = &w->order,
                                   .refund = &w->refund,
                                   .said = w->out.said,
                                   .when = success_time_of(w->out.said) };
    return app_by_id(db, w->order.app_id, &out->app);
}

static enum pay_err refund_said_succeeded(struct db *db, struct refund_settling *w)
{
    struct refund_ending ending;

    w->out.verdict = VERDICT_ACCEPTED;
    enum pay_err err = refund_ending_of(db, w, &ending);
    return err == PAY_OK ? refund_succeed(db, &ending) : err;
}

static enum pay_err wallet_lacks(struct db *db, const struct refund_settling *w,
                                 struct money shortfall)
{
    char says[160];

    snprintf(says, sizeof(says),
             "it gave a recharge back after all; the wallet of its user lacked %lld for that",
             (long long)shortfall.minor);
    return settling_alert(db, &w->out, "wallet_shortfall", says);
}

/* After the refusal an operator decided to keep the money, so it may have gone back elsewhere. */
static enum pay_err kept_meanwhile(struct db *db, const struct refund_settling *w)
{
    static const char SQL[] = "SELECT COUNT(*) FROM pay_alert"
                              " WHERE kind IN " MONEY_ALERTS " AND about = ? AND decision = 'keep'";
    const struct db_param in[] = { DB_STR(about_of(&w->refund)) };
    int64_t kept = 0;

    enum pay_err err = PAY_OK;
    if (refund_is_automatic(&w->refund))
        err = db_number(db, SQL, DB_LIST(in), &kept);
    return err == PAY_OK && kept > 0
               ? settling_alert(db, &w->out, "refunded_twice",
                                "it had refused, the money was decided to be dealt with elsewhere,"
                                " and now it did it after all")
               : err;
}

/* The channel refused, and did it all the same: an answer of an earlier try came late. If what is
 * left still covers it, the refund is what the channel says. */
static enum pay_err succeeded_after_all(struct db *db, struct refund_settling *w)
{
    struct money shortfall = MONEY(0);

    enum pay_err err = refund_reopen(db, &w->order, &w->refund, &shortfall);

    if (err == PAY_OVER_REFUND) {
        w->out.verdict = VERDICT_OVER_REFUND;
        return settling_alert(db, &w->out, "over_refund",
                              "it failed here and was done there; the rest of the"
                              " order does not cover it");
    }
    if (err == PAY_OK && shortfall.minor > 0)
        err = wallet_lacks(db, w, shortfall);
    if (err == PAY_OK)
        err = kept_meanwhile(db, w);
    if (err == PAY_OK)
        err = refund_by_id(db, w->refund.id, &w->refund);
    return err == PAY_OK ? refund_said_succeeded(db, w) : err;
}

/* It was done, and now the channel says that it was not. One that was tried before (version 2 and
 * more) failed before: that word may be of the first try, and late. */
static enum pay_err failed_after_all(struct db *db, struct refund_settling *w, const char *word)
{
    char says[96];

    if (w->refund.status != REFUND_SUCCESS || w->refund.version != 1)
        return PAY_OK;
    w->out.verdict = VERDICT_OTHER_END;
    snprintf(says, sizeof(says), "it says %s now, after it had said that the money went back",
             word);
    return settling_alert(db, &w->out, "refund_other_end", says);
}

/* The money of an automatic refund is nobody's until an operator decides. */
static enum pay_err refund_said_failed(struct db *db, struct refund_settling *w, const char *word)
{
    struct refund_ending ending;

    if (w->refund.status != REFUND_WAITING)
        return failed_after_all(db, w, word);
    w->out.verdict = VERDICT_ACCEPTED;
    enum pay_err err = refund_ending_of(db, w, &ending);
    if (err == PAY_OK)
        err = refund_fail(db, &ending, word);
    return err == PAY_OK && refund_is_automatic(&w->refund) ? alert_failed(db, w, word) : err;
}

static enum pay_err money_went(struct db *db, struct refund_settling *w)
{
    switch ((enum refund_state)w->refund.status) {
    case REFUND_WAITING:
        return refund_said_succeeded(db, w);
    case REFUND_FAILURE:
        return succeeded_after_all(db, w);
    case REFUND_SUCCESS:
        return refund_said_before(db, w);
    }
    return PAY_FAULT;
}

/* The refund waits until an operator settles it with the channel. WeChat Pay says ABNORMAL when the
 * payer's account takes no money. The first such answer raises the alert. */
static enum pay_err refund_said_waiting(struct db *db, struct refund_settling *w)
{
    const struct channel_said *said = w->out.said;
    char says[192];

    if (w->refund.status != REFUND_WAITING)
        return PAY_OK;
    const bool told = *said->error_code == '\0' ||
                      str_eq(said->error_code, w->refund.channel_error_code);
    enum pay_err err = refund_note(db, &w->refund, said);
    if (err != PAY_OK || told)
        return err;
    snprintf(says, sizeof(says), "it is stuck there (%s): shroffctl refund divert, or its console",
             said->error_code);
    return settling_alert(db, &w->out, "refund_stuck", says);
}

static enum pay_err refund_said_apply(struct db *db, struct refund_settling *w)
{
    bool conflict;

    enum pay_err err = settling_conflict(db, &w->out, &conflict);
    if (err != PAY_OK || conflict)
        return err;
    switch (w->out.said->state) {
    case CHANNEL_SUCCESS:
        return money_went(db, w);
    case CHANNEL_FAILED:
        return refund_said_failed(db, w, "FAILED");
    case CHANNEL_CLOSED:
        return refund_said_failed(db, w, "CLOSED");
    case CHANNEL_WAITING:
        return refund_said_waiting(db, w);
    case CHANNEL_NOT_FOUND:
        return PAY_OK;
    }
    return PAY_FAULT;
}

static enum pay_err refund_settle_work(struct db *db, void *arg)
{
    struct refund_settling *w = arg;

    w->out.verdict = VERDICT_REPEATED;
    enum pay_err err = refund_rows_lock(db, w);
    FP_AFTER(err, "refund.locked");
    if (err == PAY_OK)
        err = refund_said_apply(db, w);
    FP_AFTER(err, "refund.settled");
    if (err == PAY_OK && w->out.raw)
        err = callback_log_add(db, w->out.raw, w->out.verdict, w->refund.extension_id);
    return err;
}

/* Is all of it on record already? Of a refund that failed, as of now: it may wait again later. */
static bool refund_said_is_known(const struct channel_said *said, const struct refund *refund)
{
    const bool same = said_number_is(said, refund->channel_refund_no);

    if (said->other_account || !said_price_is(said, refund->refund_price, refund->currency))
        return false;
    switch (said->state) {
    case CHANNEL_SUCCESS:
        return same && refund->status == REFUND_SUCCESS;
    case CHANNEL_FAILED:
        return refund->status == REFUND_FAILURE;
    case CHANNEL_CLOSED:
        return same && refund->status == REFUND_FAILURE;
    case CHANNEL_WAITING:
        return same && refund_is_noted(refund, said);
    case CHANNEL_NOT_FOUND:
        return same;
    }
    return false;
}

/* A copy of what was committed needs no lock, like that of a payment (settle.c). */
static enum pay_err refund_look(struct db *db, struct refund_settling *w, bool *known)
{
    static const char SQL[] = REFUND_SELECT " WHERE r.no = ? AND r.channel_id = ?";
    const struct db_param in[] = { DB_STR(w->out.said->no), DB_NUM(w->out.channel->account.id) };

    *known = false;
    if (!ulid_is(w->out.said->no))
        return PAY_NOT_FOUND;
    enum pay_err err = refund_read(db, SQL, DB_LIST(in), &w->refund);
    db_end(db);
    *known = err == PAY_OK && refund_said_is_known(w->out.said, &w->refund);
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err settle_refund(struct db *db, const struct channel_config *channel,
                           const struct channel_said *said, const struct callback_raw *raw,
                           enum verdict *verdict)
{
    static struct refund_settling work;
    bool known = false;

    work.out.channel = channel;
    work.out.said = said;
    work.out.raw = raw;
    *verdict = VERDICT_REPEATED;
    enum pay_err err = raw ? refund_look(db, &work, &known) : PAY_OK;
    if (err != PAY_OK || known)
        return known ? callback_log_repeated(db, raw, work.refund.extension_id) : err;
    err = settling_txn(db, refund_settle_work, &work);
    *verdict = work.out.verdict;
    return err;
}
