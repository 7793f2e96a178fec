/* settle_owner.c - whose payment is it? A channel's own number distinguishes payments: here is
 * the attempt that has it, and the conflict when another one is said to be paid by it. The other
 * attempt may be of another code of the same family (channel/channel.h), and of another app. */
#include <stdio.h>

#include "settle/settle_private.h"

static const struct db_column OWNER_COLUMNS[] = {
    DB_COLUMN(struct owner, id),
    DB_COLUMN(struct owner, of_id),
    DB_COLUMN(struct owner, no),
};

enum pay_err owner_find(struct db *db, const struct attempt *attempt,
                        const struct channel_said *said, struct owner *out)
{
    static const char SQL[] =
        "SELECT x.id, x.of_id, x.no FROM pay_order_extension e JOIN pay_order_extension x"
        "    ON x.channel_order_no = ? AND x.number_scope = e.number_scope"
        " WHERE e.id = ?";
    const struct db_param in[] = { DB_STR(said->channel_no), DB_NUM(attempt->id) };

    return db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(OWNER_COLUMNS), .row = out });
}

enum pay_err owner_read(struct db *db, const struct settling *w, struct owner *out)
{
    enum pay_err err = owner_find(db, &w->attempt, w->said, out);

    return err == PAY_NO_ROW ? PAY_FAULT : err;
}

enum pay_err money_is_known(struct db *db, const struct channel_said *said,
                            const struct attempt *attempt, bool *known)
{
    const bool paid = attempt->status == ATTEMPT_SUCCESS;
    struct owner owner;

    *known = paid && said_number_is(said, attempt->channel_order_no);
    if (*known || !paid)
        return PAY_OK;
    enum pay_err err = owner_find(db, attempt, said, &owner);
    db_end(db);
    *known = err == PAY_OK && owner.of_id == attempt->id;
    return err == PAY_NO_ROW ? PAY_OK : err;
}

enum pay_err number_is_others(struct db *db, struct settling *w, const struct owner *owner)
{
    char text[512];

    w->verdict = VERDICT_OTHER_PAYMENT;
    snprintf(text, sizeof(text),
             "order %s: channel %s (%lld) says that attempt %s was paid by its"
             " payment %s, which paid attempt %s already",
             w->order.no, w->channel->account.code, (long long)w->channel->account.id,
             w->attempt.no, w->said->channel_no, owner->no);
    return attempt_alert(db, w, "other_payment", text);
}

enum pay_err number_conflict(struct db *db, struct settling *w)
{
    struct owner owner;

    enum pay_err err = owner_read(db, w, &owner);
    return err == PAY_OK ? number_is_others(db, w, &owner) : err;
}
