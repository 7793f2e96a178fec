/* settle_end.c - a channel says that a payment failed, was closed, or has gone back. That ends a
 * waiting attempt. Of a payment that came in it is an alert, unless refunds of Shroff's explain it:
 * the order stays paid, and an operator looks the payment up at the channel. */
#include <stdio.h>

#include "app/alert.h"
#include "order/order_row.h"
#include "refund/refund_state.h"
#include "settle/settle_private.h"

/* The order can still be paid by another attempt. The reason is the channel's own word, if it gave
 * one. */
static enum pay_err attempt_end(struct db *db, struct settling *w, const char *word)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = " STATE(ATTEMPT_CLOSED) ", channel_error_code = ?, channel_error_msg = ?,"
        "       next_sync_time = NULL"
        " WHERE id = ? AND status = " STATE(ATTEMPT_WAITING);
    /* clang-format on */
    const struct db_param in[] = {
        DB_STR(str_or(w->said->error_code, word)),
        DB_OPT(w->said->error_msg),
        DB_NUM(w->attempt.id),
    };

    w->verdict = VERDICT_ACCEPTED;
    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    return err == PAY_OK ? order_latest_copy(db, w->order.id) : err;
}

/* Refunds of Shroff's give all of the money back, or an operator decided that it goes back
 * elsewhere. */
static enum pay_err end_is_ours(struct db *db, int64_t attempt_id, int64_t *ours)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT (SELECT IFNULL(SUM(r.refund_price), 0) FROM pay_refund r"
        "         WHERE r.extension_id = e.id AND r.status <> " STATE(REFUND_FAILURE) ")"
        "       >= e.paid_price"
        "    OR EXISTS (SELECT 1 FROM pay_alert a WHERE a.kind IN " MONEY_ALERTS
        "        AND a.about = e.no AND a.decision = 'keep')"
        "  FROM pay_order_extension e WHERE e.id = ?";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(attempt_id) };

    return db_number(db, SQL, DB_LIST(in), ours);
}

/* An attempt that had ended before it was paid: the word may be the earlier one, and late. */
static enum pay_err had_ended(struct db *db, int64_t attempt_id, int64_t *ended)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT COUNT(*) FROM status_log WHERE kind = 'attempt' AND data_id = ?"
        "   AND from_status = " STATE(ATTEMPT_CLOSED);
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(attempt_id) };

    return db_number(db, SQL, DB_LIST(in), ended);
}

/* A payment that Shroff knows by its end alone: nothing is paid by it. */
static enum pay_err gone_unpaid_alert(struct db *db, const struct settling *w)
{
    char text[320];

    snprintf(text, sizeof(text),
             "order %s: channel %s (%lld) says that attempt %s was paid and that the money has gone"
             " back whole, before Shroff knew of it: it pays nothing",
             w->order.no, w->channel->account.code, (long long)w->channel->account.id,
             w->attempt.no);
    return attempt_alert(db, w, "order_other_end", text);
}

static enum pay_err other_end_alert(struct db *db, struct settling *w, const char *says)
{
    char text[384];

    if (w->verdict == VERDICT_REPEATED)
        w->verdict = VERDICT_OTHER_END;
    snprintf(text, sizeof(text),
             "order %s: attempt %s brought in %lld %s, and channel %s (%lld) says that it %s; no"
             " refund of Shroff's explains it",
             w->order.no, w->attempt.no, (long long)w->attempt.price.minor, w->attempt.currency,
             w->channel->account.code, (long long)w->channel->account.id, says);
    return attempt_alert(db, w, "order_other_end", text);
}

enum pay_err settle_ended(struct db *db, struct settling *w, const char *word)
{
    int64_t known = 0;

    if (w->attempt.status == ATTEMPT_WAITING)
        return attempt_end(db, w, word);
    if (w->attempt.status == ATTEMPT_CLOSED)
        return PAY_OK;
    enum pay_err err = end_is_ours(db, w->attempt.id, &known);
    if (err == PAY_OK && known == 0)
        err = had_ended(db, w->attempt.id, &known);
    if (err != PAY_OK || known != 0)
        return err;
    return other_end_alert(db, w, str_eq(word, "CLOSED") ? "was closed" : "failed");
}

/* No money is there any more, so it pays nothing, and no refund is made of it. A cancel of Shroff's
 * explains it. */
static enum pay_err gone_unpaid(struct db *db, struct settling *w)
{
    if (w->attempt.status == ATTEMPT_CLOSED)
        return PAY_OK;
    enum pay_err err = attempt_end(db, w, "GONE_BACK");
    const bool ours = w->attempt.cancelled != CANCELLED_NOT && !w->said->part_back;
    return err == PAY_OK && !ours ? gone_unpaid_alert(db, w) : err;
}

/* The number says which payment of the attempt has gone back. One that is not on record was a
 * second one. */
enum pay_err settle_gone_back(struct db *db, struct settling *w)
{
    struct owner owner;
    int64_t ours = 0;

    if (w->attempt.status != ATTEMPT_SUCCESS)
        return gone_unpaid(db, w);
    enum pay_err err = owner_find(db, &w->attempt, w->said, &owner);
    if (err == PAY_NO_ROW && *w->attempt.channel_order_no != '\0')
        return gone_unpaid_alert(db, w);
    if (err == PAY_OK || err == PAY_NO_ROW)
        err = settle_money(db, w);
    if (err != PAY_OK || w->verdict == VERDICT_OTHER_PAYMENT)
        return err;
    err = owner_read(db, w, &owner);
    if (err == PAY_OK)
        err = end_is_ours(db, owner.id, &ours);
    return err == PAY_OK && ours == 0 ? other_end_alert(db, w, "has gone back whole") : err;
}
