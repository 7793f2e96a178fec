/* bill.c - what a day's bill has in it: read from the books, changed as scenarios want it. */
#include "sandbox/wechat/bill.h"
#include <string.h>

#define BILL_LATE_S 60

struct reading {
    struct bill *bill;
    const struct config *config;
    const struct sandbox_move *refund; /* whose trade is read */
    bool full;
};

static struct bill_row *row_new(struct reading *r)
{
    struct bill *bill = r->bill;

    r->full = r->full || bill->count == BILL_ROWS_MAX;
    if (r->full)
        return NULL;
    memset(&bill->at[bill->count], 0, sizeof(bill->at[0]));
    return &bill->at[bill->count++];
}

static bool row_fill(struct bill_row *row, const struct sandbox_trade *t)
{
    const bool odd = sandbox_plays(t->scenario, SCENARIO_BILL_ODD_TEXT);

    row->time = t->pay_time;
    row->amount = t->amount.minor;
    row->discount = t->discount.minor;
    return text_copy(row->app, sizeof(row->app), t->app) &&
           text_copy(row->merchant, sizeof(row->merchant), t->merchant) &&
           text_copy(row->trade_no, sizeof(row->trade_no), t->trade_no) &&
           text_copy(row->out_trade_no, sizeof(row->out_trade_no), t->out_trade_no) &&
           text_copy(row->buyer, sizeof(row->buyer), t->buyer) &&
           text_copy(row->product, sizeof(row->product), t->product) &&
           text_copy(row->subject, sizeof(row->subject), odd ? "壶,大`号,\n蓝" : t->subject) &&
           text_copy(row->marker, sizeof(row->marker), t->marker) &&
           text_copy(row->scenario, sizeof(row->scenario), t->scenario);
}

/* ---- payments */

static bool extra_add(struct reading *r, const struct sandbox_trade *trade)
{
    struct bill_row *row = row_new(r);

    if (!row)
        return true;
    row->planted = true;
    if (!row_fill(row, trade))
        return false;
    row->trade_no[strlen(row->trade_no) - 1] = 'X';
    return text_copy(row->out_trade_no, sizeof(row->out_trade_no), "UNKNOWN0000000001");
}

static void whole_note(struct reading *r, const struct sandbox_trade *t)
{
    struct bill *bill = r->bill;

    bill->late = bill->late || (sandbox_plays(t->scenario, SCENARIO_BILL_LATE) &&
                                t->now < t->create_time + sandbox_gap_ms(r->config, BILL_LATE_S));
    bill->empty = bill->empty || sandbox_plays(t->scenario, SCENARIO_BILL_EMPTY);
    bill->wrong_hash = bill->wrong_hash || sandbox_plays(t->scenario, SCENARIO_BILL_WRONG_HASH);
}

/* A payment of the day before comes with this bill when its scenario says so. */
static enum pay_err trade_take(void *arg, void *read)
{
    struct reading *r = arg;
    const struct sandbox_trade *t = read;
    const bool next_day = sandbox_plays(t->scenario, SCENARIO_BILL_NEXT_DAY);
    const bool before = t->pay_time < r->bill->from;

    if (!before)
        whole_note(r, t);
    if (before != next_day || sandbox_plays(t->scenario, SCENARIO_BILL_MISSING))
        return PAY_OK;
    struct bill_row *row = row_new(r);
    if (row && !row_fill(row, t))
        return PAY_FAULT;
    if (row && sandbox_plays(t->scenario, SCENARIO_BILL_AMOUNT))
        row->amount += 1;
    return !sandbox_plays(t->scenario, SCENARIO_BILL_EXTRA) || extra_add(r, t) ? PAY_OK : PAY_FAULT;
}

/* ---- refunds */

static enum pay_err refund_take(void *arg, void *read)
{
    struct reading *r = arg;
    const struct sandbox_move *m = read;
    struct bill_row *row = row_new(r);

    if (!row)
        return PAY_OK;
    row->refund = true;
    row->time = m->create_time;
    row->done_time = m->done_time;
    row->back = m->amount.minor;
    row->state = m->state;
    return text_copy(row->trade_no, sizeof(row->trade_no), m->account) &&
                   text_copy(row->merchant, sizeof(row->merchant), m->merchant) &&
                   text_copy(row->no, sizeof(row->no), m->no) &&
                   text_copy(row->out_no, sizeof(row->out_no), m->out_no)
               ? PAY_OK
               : PAY_FAULT;
}

/* The trade of each refund; a refund that its scenario hides is taken out. */
static enum pay_err refunds_complete(struct db *db, struct bill *bill, const char *merchant)
{
    static struct sandbox_trade trade;
    size_t kept = 0;

    for (size_t i = 0; i < bill->count; i++) {
        struct bill_row *row = &bill->at[i];
        if (row->refund) {
            enum pay_err err = wechat_refund_trade(db, row->trade_no, false, &trade);
            const int64_t time = row->time;
            db_end(db);
            if (err != PAY_OK)
                return err == PAY_NO_ROW ? PAY_FAULT : err;
            if (!row_fill(row, &trade))
                return PAY_FAULT;
            row->time = time;
            if (!str_eq(row->merchant, merchant) ||
                sandbox_plays(row->scenario, SCENARIO_BILL_NO_REFUND))
                continue;
        }
        if (kept != i)
            bill->at[kept] = *row;
        kept++;
    }
    bill->count = kept;
    return PAY_OK;
}

enum pay_err bill_read(struct db *db, const struct config *config, const char *merchant,
                       struct bill *out)
{
    struct reading reading = { .bill = out, .config = config };
    const struct sandbox_trade_range trades = { .channel = WECHAT,
                                                .merchant = merchant,
                                                .from = out->from - DAY_MS,
                                                .to = out->to,
                                                .paid = true };
    const struct sandbox_move_range refunds = {
        .kind = SANDBOX_REFUND, .channel = WECHAT, .from = out->from, .to = out->to
    };

    out->count = 0;
    out->late = out->empty = out->wrong_hash = false;
    enum pay_err err = sandbox_trade_each(db, &trades, trade_take, &reading);
    if (err == PAY_OK)
        err = sandbox_move_each(db, &refunds, refund_take, &reading);
    if (err == PAY_OK)
        err = refunds_complete(db, out, merchant);
    return err;
}
