/* alipay_channel.c - what happens to a trade, however it comes: it is paid, its payer gives up, or
 * decides later. And Alipay's row in the table of channels. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "sandbox/alipay/alipay_notice.h"

#define COUPON MONEY(1)

enum pay_err alipay_pay(struct db *db, const struct config *config, struct sandbox_trade *trade,
                        const struct sandbox_payment *how)
{
    const char *buyer = str_or(how->buyer, ALIPAY_BUYER);

    if (trade->state == TRADE_PAID)
        return PAY_PAID;
    if (trade->state != TRADE_CODE && trade->state != TRADE_WAITING && trade->state != TRADE_PAYING)
        return PAY_CLOSED;
    if (trade->now > 0 && alipay_trade_expire(trade)) {
        enum pay_err err = sandbox_trade_save(db, trade);
        return err == PAY_OK ? PAY_EXPIRED : err;
    }
    if (trade->now == 0) { /* it was made in this transaction */
        const struct sandbox_trade_key key = { .trade_no = trade->trade_no,
                                               .channel = ALIPAY,
                                               .lock = true };
        enum pay_err err = sandbox_trade_find(db, &key, trade);
        if (err != PAY_OK)
            return err;
    }
    trade->state = TRADE_PAID;
    trade->pay_time = how->success_time ? how->success_time : trade->now;
    trade->discount = how->discount;
    if (sandbox_plays(trade->scenario, SCENARIO_COUPON) && trade->amount.minor > 1)
        trade->discount = COUPON;
    if (!text_copy(trade->buyer, sizeof(trade->buyer), buyer))
        return PAY_FAULT;
    const bool outside = sandbox_plays(trade->scenario, SCENARIO_REFUNDED_OUTSIDE);
    enum pay_err err = outside ? alipay_refund_whole(db, trade) : PAY_OK;
    if (err == PAY_OK)
        err = sandbox_trade_save(db, trade);
    return err == PAY_OK && !outside ? alipay_notice_add(db, config, trade, NULL) : err;
}

static enum pay_err cancelled(struct db *db, const struct config *config,
                              struct sandbox_trade *trade)
{
    (void)config;
    if (trade->state == TRADE_PAID)
        return PAY_PAID;
    trade->state = TRADE_CLOSED;
    trade->close_time = trade->now;
    return sandbox_trade_save(db, trade);
}

enum pay_err alipay_payer_later(struct db *db, const struct config *config,
                                const struct sandbox_trade *trade, const char *what,
                                int64_t seconds)
{
    struct sandbox_move move = { .kind = ALIPAY_PAYER,
                                 .channel = ALIPAY,
                                 .state = MOVE_PENDING,
                                 .trade_id = trade->id,
                                 .amount = trade->amount };
    int64_t now = 0;

    if (*what == '\0')
        return PAY_OK;
    enum pay_err err = db_number(
        db, "SELECT CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(3)) * 1000 AS SIGNED)", NULL, 0, &now);
    if (err != PAY_OK)
        return err;
    move.due_time = now + sandbox_gap_ms(config, seconds);
    sandbox_number_new(move.no);
    return text_copy(move.merchant, sizeof(move.merchant), trade->merchant) &&
                   text_copy(move.out_no, sizeof(move.out_no), trade->out_trade_no) &&
                   text_copy(move.reason, sizeof(move.reason), what)
               ? sandbox_move_insert(db, &move)
               : PAY_FAULT;
}

/* ---- what is due */

#define DUE_MAX 32

struct due_list {
    struct sandbox_move at[DUE_MAX];
    size_t count;
};

static enum pay_err due_keep(void *arg, void *row)
{
    struct due_list *list = arg;

    if (list->count < DUE_MAX)
        list->at[list->count++] = *(struct sandbox_move *)row;
    return PAY_OK;
}

struct due_work {
    const struct config *config;
    struct sandbox_move move;
};

static enum pay_err trade_of(struct db *db, int64_t id, struct sandbox_trade *out)
{
    static const char SQL[] = "SELECT trade_no FROM sandbox_trade WHERE id = ?";
    static struct {
        char trade_no[33];
    } row;
    static const struct db_column COLUMNS[] = { { "trade_no", DB_TEXT, 0, sizeof(row.trade_no) } };
    const struct db_param in[] = { DB_NUM(id) };
    const struct sandbox_trade_key key = { .channel = ALIPAY,
                                           .trade_no = row.trade_no,
                                           .lock = true };
    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = &row });

    return err == PAY_OK ? sandbox_trade_find(db, &key, out) : err;
}

/* The payer's decision. What became impossible meanwhile is left. */
static enum pay_err payer_decides(struct db *db, const struct config *config,
                                  struct sandbox_trade *trade, const char *what)
{
    const struct sandbox_payment how = { .buyer = ALIPAY_BUYER };
    enum pay_err err;

    if (str_eq(what, "pay-closed") && trade->state == TRADE_CLOSED)
        trade->state = TRADE_WAITING;
    err = str_eq(what, "cancel") ? cancelled(db, config, trade)
                                 : alipay_pay(db, config, trade, &how);
    return err == PAY_PAID || err == PAY_CLOSED || err == PAY_EXPIRED ? PAY_OK : err;
}

static enum pay_err end_work(struct db *db, void *arg)
{
    static struct sandbox_trade trade;
    struct due_work *w = arg;
    const struct sandbox_move_key key = {
        .kind = w->move.kind, .channel = ALIPAY, .no = w->move.no, .lock = true
    };
    const bool refund = str_eq(w->move.kind, SANDBOX_REFUND);
    enum pay_err err = PAY_OK;

    if (w->move.trade_id)
        err = trade_of(db, w->move.trade_id, &trade);
    if (err == PAY_OK)
        err = sandbox_move_find(db, &key, &w->move);
    if (err != PAY_OK || w->move.state != MOVE_PENDING)
        return err;
    w->move.state = *w->move.error ? MOVE_FAILED : MOVE_DONE;
    w->move.done_time = w->move.now;
    w->move.due_time = 0;
    err = sandbox_move_save(db, &w->move);
    if (err == PAY_OK && refund)
        return alipay_notice_add(db, w->config, &trade, &w->move);
    return err == PAY_OK && str_eq(w->move.kind, ALIPAY_PAYER)
               ? payer_decides(db, w->config, &trade, w->move.reason)
               : err;
}

static enum pay_err due(struct db *db, const struct config *config, size_t *worked)
{
    static struct due_list list;
    static struct due_work work;
    const struct sandbox_move_range range = { .channel = ALIPAY, .due = true };

    list.count = 0;
    enum pay_err err = sandbox_move_each(db, &range, due_keep, &list);
    for (size_t i = 0; i < list.count && err == PAY_OK; i++) {
        work = (struct due_work){ config, list.at[i] };
        err = db_txn(db, end_work, &work);
        ++*worked;
    }
    return err;
}

/* 4 minutes, 10, 10, an hour, 2, 6, 15. */
static const int64_t GAPS[] = { 240, 600, 600, 3600, 7200, 21600, 54000 };

static bool acknowledged(int status, const char *body, size_t len)
{
    return status == 200 && len == strlen("success") && memcmp(body, "success", len) == 0;
}

const struct sandbox_channel SANDBOX_ALIPAY = {
    .word = ALIPAY,
    .gaps = GAPS,
    .gap_count = COUNT(GAPS),
    .timeout_ms = 5000,
    .pay = alipay_pay,
    .cancel = cancelled,
    .notice_sign = alipay_notice_sign,
    .acknowledged = acknowledged,
    .due = due,
};
