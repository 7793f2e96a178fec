/* mock_decide.c - what waits for a person: refunds, shown on the trade's page and decided there,
 * and transfers, each on a page of its own. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/mock/mock_payout.h"

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

    if (shown->count < MOCK_WAITING_SHOWN)
        shown->at[shown->count++] = *(const struct mock_payout *)row;
    return PAY_OK;
}

enum pay_err mock_waiting_list(struct db *db, const struct mock_trade *page,
                               struct mock_payout *out, size_t *count)
{
    /* clang-format off */
    static const char SQL_REFUNDS[] =
        "SELECT price, no FROM mock_payout"
        " WHERE pay_id = ? AND status = " STATE(PAYOUT_WAITING) " ORDER BY id LIMIT ?";
    static const char SQL_TRANSFER[] =
        "SELECT price, no FROM mock_payout"
        " WHERE no = ? AND status = " STATE(PAYOUT_WAITING) " LIMIT ?";
    /* clang-format on */
    const struct db_param in[] = { DB_STR(page->pay_id), DB_NUM(MOCK_WAITING_SHOWN) };
    struct mock_payout row = { .status = PAYOUT_WAITING };
    struct shown shown = { .at = out };

    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = page->is_transfer ? SQL_TRANSFER : SQL_REFUNDS,
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

/* A transfer has a page of its own, since no trade belongs to it. */
static enum pay_err transfer_show(const struct mock_payout *payout, struct mock_trade *out)
{
    char account[sizeof(payout->user_account) / 2 + 1];
    size_t len = strlen(payout->user_account) / 2;

    for (size_t i = 0; i < len; i++)
        account[i] = (char)(hex_value(payout->user_account[2 * i]) * 16 +
                            hex_value(payout->user_account[2 * i + 1]));
    *out = (struct mock_trade){
        .is_transfer = true,
        .status = payout->status == PAYOUT_DONE     ? MOCK_PAID
                  : payout->status == PAYOUT_FAILED ? MOCK_FAILED
                                                    : MOCK_WAITING,
        .price = payout->price,
        .now = clock_now_ms(),
    };
    return text_copy(out->pay_id, sizeof(out->pay_id), payout->no) &&
                   text_copy(out->currency, sizeof(out->currency), payout->currency) &&
                   text_copy_n(out->subject, sizeof(out->subject), account, len)
               ? PAY_OK
               : PAY_FAULT;
}

enum pay_err mock_page_open(struct db *db, const char *number, struct mock_trade *out)
{
    static struct mock_payout payout;

    enum pay_err err = mock_trade_open(db, number, out);
    if (err != PAY_NOT_FOUND)
        return err;
    err = mock_payout_read(db, number, &payout);
    if (err != PAY_OK || !str_eq(payout.kind, PAYOUT_TRANSFER))
        return err == PAY_OK ? PAY_NOT_FOUND : err;
    err = transfer_show(&payout, out);
    return err == PAY_OK ? mock_merchant_read(db, payout.channel_id, &out->merchant) : err;
}

struct deciding {
    const struct mock_payout *payout;
    const struct mock_outcome *outcome;
    struct mock_callback callback;
};

static enum pay_err payout_decide_work(struct db *db, void *arg)
{
    struct deciding *w = arg;

    return mock_callback_add_payout(db, w->payout->no, w->outcome, &w->callback);
}

static const struct mock_outcome *decision_find(bool of_transfer, const char *name)
{
    static const struct {
        bool of_transfer;
        struct mock_outcome outcome;
    } DECISIONS[] = {
        { false, { "refund_ok", "SUCCESS", 0, 1, "", 0 } },
        { false, { "refund_fail", "FAILED", 0, 1, "", 0 } },
        { true, { "transfer_ok", "SUCCESS", 0, 1, "", 0 } },
        { true, { "transfer_fail", "FAILED", 0, 1, "", 0 } },
    };

    for (size_t i = 0; i < COUNT(DECISIONS); i++)
        if (DECISIONS[i].of_transfer == of_transfer && str_eq(DECISIONS[i].outcome.name, name))
            return &DECISIONS[i].outcome;
    return NULL;
}

/* The callback owed ends the payout when it is sent (mock_callback.c): at once, here. */
enum pay_err mock_payout_decide(struct db *db, const struct config *config,
                                const struct mock_trade *trade, const struct mock_form *form)
{
    struct mock_payout payout;
    struct deciding work = { .payout = &payout,
                             .outcome = decision_find(trade->is_transfer, form->outcome) };
    struct mock_answer answer;

    if (!work.outcome)
        return PAY_BAD_FIELD;
    enum pay_err err =
        mock_payout_read(db, trade->is_transfer ? trade->pay_id : form->refund_no, &payout);
    if (err != PAY_OK)
        return err;
    if (!trade->is_transfer && !str_eq(payout.pay_id, trade->pay_id))
        return PAY_NOT_FOUND;
    if (payout.status != PAYOUT_WAITING)
        return PAY_OK;
    err = db_txn(db, payout_decide_work, &work);
    return err == PAY_OK ? mock_callback_send(db, config, trade, &work.callback, &answer) : err;
}
