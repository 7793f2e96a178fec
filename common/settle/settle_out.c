/* settle_out.c - what a channel says of a refund or a transfer: the conflicts that both have alike,
 * and their alerts. A number of the channel's moves money once, as that of a payment pays once. */
#include "settle/settle_out.h"

#include <stdio.h>

#include "app/alert.h"

void settling_text(const struct settling_out *w, const char *says, char to[SETTLING_TEXT_SIZE])
{
    snprintf(to, SETTLING_TEXT_SIZE, "%s (%lld %s), channel %s (%lld): %s", w->name,
             (long long)w->price.minor, w->currency, w->channel->account.code,
             (long long)w->channel->account.id, says);
}

enum pay_err settling_alert(struct db *db, const struct settling_out *w, const char *kind,
                            const char *says)
{
    char text[SETTLING_TEXT_SIZE];

    settling_text(w, says, text);
    return alert_raise_each(
        db, &(const struct alert_crowd){
                .kind = kind, .app_id = w->app_id, .about = w->about, .text = text });
}

static enum pay_err out_price_conflict(struct db *db, struct settling_out *w)
{
    char says[128];

    w->verdict = VERDICT_OTHER_PRICE;
    snprintf(says, sizeof(says), "it says %lld %s", (long long)w->said->price.minor,
             w->said->currency);
    return settling_alert(db, w, "other_price", says);
}

static enum pay_err out_number_conflict(struct db *db, struct settling_out *w, const char *taken)
{
    char says[160];

    w->verdict = VERDICT_OTHER_PAYMENT;
    snprintf(says, sizeof(says), "its number there, %s, is that of %s %s already",
             w->said->channel_no, w->said->about == ABOUT_REFUND ? "refund" : "transfer", taken);
    return settling_alert(db, w, "other_payment", says);
}

struct holder {
    char no[NO_SIZE];
};
static const struct db_column HOLDER_COLUMNS[] = { DB_COLUMN(struct holder, no) };

/* The other row that has this number of the channel's: "" when none has, or when it does not
 * matter. */
static enum pay_err number_owner(struct db *db, const struct settling_out *w, struct holder *out)
{
    const struct db_param in[] = {
        DB_STR(w->said->channel_no),
        DB_NUM(w->id),
    };

    *out = (struct holder){ .no = "" };
    if (w->refusal || *w->said->channel_no == '\0')
        return PAY_OK;
    enum pay_err err = db_select(db, &(struct db_query){ .sql = w->owner_sql,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(HOLDER_COLUMNS),
                                                         .row = out });
    return err == PAY_NO_ROW ? PAY_OK : err;
}

enum pay_err settling_conflict(struct db *db, struct settling_out *w, bool *conflict)
{
    struct holder holder;

    *conflict = true;
    if (w->said->other_account) {
        w->verdict = VERDICT_OTHER_ACCOUNT;
        return settling_alert(db, w, "other_account",
                              "it names a merchant account that is not its own");
    }
    if (!said_price_is(w->said, w->price, w->currency))
        return out_price_conflict(db, w);
    enum pay_err err = number_owner(db, w, &holder);
    *conflict = err == PAY_OK && *holder.no != '\0';
    return *conflict ? out_number_conflict(db, w, holder.no) : err;
}

enum pay_err settling_txn(struct db *db, db_work *work, void *arg)
{
    enum pay_err err = db_txn(db, work, arg);

    return err == PAY_DUPLICATE ? db_txn(db, work, arg) : err;
}
