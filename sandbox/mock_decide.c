/* mock_decide.c - refunds that wait for a person: shown on the trade's page, and decided there. */
#include "base/text.h"
#include "sandbox/mock_payout.h"

static const struct db_column COLUMNS[] = {
    DB_COLUMN(struct mock_payout, price),
    DB_COLUMN(struct mock_payout, no),
};

struct shown {
    struct mock_payout *at;
    size_t count;
};

static enum pay_err shown_take(void *arg, void *row)
{
    struct shown *shown = arg;

    if (shown->count < MOCK_REFUNDS_SHOWN)
        shown->at[shown->count++] = *(const struct mock_payout *)row;
    return PAY_OK;
}

enum pay_err mock_refunds_waiting(struct db *db, const char *pay_id, struct mock_payout *out,
                                  size_t *count)
{
    static const char SQL[] =
        "SELECT price, no FROM mock_payout"
        " WHERE pay_id = ? AND status = " STATE(PAYOUT_WAITING) " ORDER BY id LIMIT ?";
    const struct db_param in[] = { DB_STR(pay_id), DB_NUM(MOCK_REFUNDS_SHOWN) };
    struct mock_payout row = { .status = PAYOUT_WAITING };
    struct shown shown = { .at = out };

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(COLUMNS),
                                                         .row = &row,
                                                         .each = shown_take,
                                                         .arg = &shown });
    db_end(db);
    *count = shown.count;
    return err;
}

struct deciding {
    const struct mock_payout *refund;
    const struct mock_outcome *outcome;
    struct mock_notice notice;
};

static enum pay_err decide_work(struct db *db, void *arg)
{
    struct deciding *w = arg;

    return mock_notice_add_payout(db, w->refund->no, w->outcome, &w->notice);
}

const struct mock_outcome *mock_decision_find(const char *name)
{
    static const struct mock_outcome OUTCOMES[] = {
        { "refund_ok", "SUCCESS", 0, 1, "" },
        { "refund_fail", "FAILED", 0, 1, "" },
    };

    for (size_t i = 0; i < COUNT(OUTCOMES); i++)
        if (str_eq(OUTCOMES[i].name, name))
            return &OUTCOMES[i];
    return NULL;
}

/* The callback owed ends the refund when it is sent (mock_notice.c): at once, here. */
enum pay_err mock_refund_decide(struct db *db, const struct config *config,
                                const struct mock_trade *trade, const struct mock_form *form)
{
    struct mock_payout refund;
    struct deciding work = { .refund = &refund, .outcome = mock_decision_find(form->outcome) };
    struct mock_answer answer;

    if (!work.outcome)
        return PAY_BAD_FIELD;
    enum pay_err err = mock_payout_read(db, form->refund_no, &refund);
    if (err != PAY_OK || !str_eq(refund.pay_id, trade->pay_id))
        return err == PAY_OK ? PAY_NOT_FOUND : err;
    if (refund.status != PAYOUT_WAITING)
        return PAY_OK;
    err = db_txn(db, decide_work, &work);
    return err == PAY_OK ? mock_notice_send(db, config, trade, &work.notice, &answer) : err;
}
