/* alipay_trade.c - a trade is asked about and ends: query, close, cancel. */
#include "sandbox/alipay/alipay_private.h"

bool alipay_trade_expire(struct sandbox_trade *trade)
{
    if ((trade->state != TRADE_CODE && trade->state != TRADE_WAITING &&
         trade->state != TRADE_PAYING) ||
        trade->now < trade->expire_time)
        return false;
    trade->state = TRADE_CLOSED;
    trade->close_time = trade->expire_time;
    return true;
}

const char *alipay_trade_status(const struct sandbox_trade *trade)
{
    switch (trade->state) {
    case TRADE_PAID:
        return money_eq(trade->refunded, trade->amount) ? "TRADE_CLOSED" : "TRADE_SUCCESS";
    case TRADE_CLOSED:
    case TRADE_REVOKED:
    case TRADE_FAILED:
        return "TRADE_CLOSED";
    default:
        return "WAIT_BUYER_PAY";
    }
}

enum alipay_fault alipay_trade_lock(struct db *db, struct alipay_call *call)
{
    char trade_no[65], out_trade_no[65];

    if (!alipay_field(call, "trade_no", trade_no, sizeof(trade_no)) ||
        !alipay_field(call, "out_trade_no", out_trade_no, sizeof(out_trade_no)) ||
        (!*trade_no && !*out_trade_no))
        return alipay_wrong(call, AF_PARAMETER, "out_trade_no");
    const struct sandbox_trade_key key = { .channel = ALIPAY,
                                           .merchant = call->keys->seller_id,
                                           .trade_no = trade_no,
                                           .out_trade_no = out_trade_no,
                                           .lock = true };
    enum pay_err err = sandbox_trade_find(db, &key, &call->trade);
    if (err != PAY_OK) {
        call->trade = (struct sandbox_trade){ .id = 0 };
        if (!text_copy(call->trade.out_trade_no, sizeof(call->trade.out_trade_no), out_trade_no))
            return AF_AWAY;
        return err == PAY_NO_ROW ? AF_NO_TRADE : AF_AWAY;
    }
    if (call->trade.state == TRADE_CODE ||
        (sandbox_plays(call->trade.scenario, SCENARIO_NOT_YET) &&
         (call->trade.state == TRADE_WAITING || call->trade.state == TRADE_PAYING)))
        return AF_NO_TRADE;
    if (alipay_trade_expire(&call->trade) && sandbox_trade_save(db, &call->trade) != PAY_OK)
        return AF_AWAY;
    return AF_OK;
}

static void funds_write(struct json_text *to, const struct sandbox_trade *trade)
{
    json_open_list(to, "fund_bill_list");
    json_open(to, NULL);
    alipay_money(to, "amount", MONEY(trade->amount.minor - trade->discount.minor));
    json_str(to, "fund_channel", "ALIPAYACCOUNT");
    json_close(to);
    if (trade->discount.minor > 0) {
        json_open(to, NULL);
        alipay_money(to, "amount", trade->discount);
        json_str(to, "fund_channel", "MCOUPON");
        json_close(to);
    }
    json_close_list(to);
}

void alipay_paid_members(struct json_text *to, const struct sandbox_trade *trade)
{
    const struct money paid = MONEY(trade->amount.minor - trade->discount.minor);

    alipay_money(to, "total_amount", trade->amount);
    alipay_money(to, "receipt_amount", trade->pay_time ? paid : MONEY(0));
    alipay_money(to, "buyer_pay_amount", trade->pay_time ? paid : MONEY(0));
    alipay_money(to, "point_amount", MONEY(0));
    alipay_money(to, "invoice_amount", trade->pay_time ? paid : MONEY(0));
    json_opt(to, "buyer_user_id", trade->buyer);
    if (trade->pay_time)
        funds_write(to, trade);
}

static enum pay_err trade_query_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;

    call->fault = alipay_trade_lock(db, call);
    return call->fault == AF_AWAY ? PAY_FAULT : PAY_OK;
}

enum alipay_fault played_alipay_query(struct alipay_call *call)
{
    struct json_text *to = &call->json;
    enum alipay_fault fault = alipay_txn(call, trade_query_work);

    if (fault != AF_OK)
        return fault;
    json_str(to, "trade_no", call->trade.trade_no);
    json_str(to, "out_trade_no", call->trade.out_trade_no);
    json_str(to, "buyer_logon_id", ALIPAY_BUYER_LOGON);
    json_str(to, "trade_status", alipay_trade_status(&call->trade));
    alipay_paid_members(to, &call->trade);
    json_str(to, "buyer_user_type", "PRIVATE");
    alipay_time(to, "send_pay_date", call->trade.pay_time);
    return AF_OK;
}

static enum pay_err close_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;
    struct sandbox_trade *trade = &call->trade;
    const struct sandbox_payment how = { .buyer = ALIPAY_BUYER };

    call->fault = alipay_trade_lock(db, call);
    if (call->fault != AF_OK)
        return call->fault == AF_AWAY ? PAY_FAULT : PAY_OK;
    if (trade->state == TRADE_WAITING && sandbox_plays(trade->scenario, SCENARIO_CLOSE_PAID)) {
        call->fault = AF_STATUS;
        return alipay_pay(db, call->in->config, trade, &how);
    }
    if (trade->state != TRADE_WAITING && trade->state != TRADE_PAYING) {
        call->fault = trade->state == TRADE_PAID ? AF_STATUS : AF_REASON_STATUS;
        return PAY_OK;
    }
    trade->state = TRADE_CLOSED;
    trade->close_time = trade->now;
    if (sandbox_plays(trade->scenario, SCENARIO_PAY_AFTER_CLOSE)) {
        enum pay_err err = alipay_payer_later(db, call->in->config, trade, "pay-closed", 2);
        if (err != PAY_OK)
            return err;
    }
    return sandbox_trade_save(db, trade);
}

enum alipay_fault played_alipay_close(struct alipay_call *call)
{
    enum alipay_fault fault = alipay_txn(call, close_work);

    if (fault != AF_OK)
        return fault;
    json_str(&call->json, "trade_no", call->trade.trade_no);
    json_str(&call->json, "out_trade_no", call->trade.out_trade_no);
    return AF_OK;
}

enum pay_err alipay_refund_whole(struct db *db, struct sandbox_trade *trade)
{
    struct sandbox_move move = { .kind = SANDBOX_REFUND,
                                 .channel = ALIPAY,
                                 .state = MOVE_DONE,
                                 .trade_id = trade->id,
                                 .done_time = trade->now };

    move.amount = MONEY(trade->amount.minor - trade->refunded.minor);
    trade->refunded = trade->amount;
    sandbox_number_new(move.no);
    if (move.amount.minor == 0)
        return PAY_OK;
    return text_copy(move.merchant, sizeof(move.merchant), trade->merchant) &&
                   text_copy(move.app, sizeof(move.app), trade->app) &&
                   text_copy(move.out_no, sizeof(move.out_no), move.no)
               ? sandbox_move_insert(db, &move)
               : PAY_FAULT;
}

/* What is paid goes back whole, what is not is closed; a number that nobody knows is no error. */
static enum pay_err cancel_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;
    struct sandbox_trade *trade = &call->trade;

    call->fault = alipay_trade_lock(db, call);
    if (call->fault == AF_NO_TRADE)
        call->fault = AF_OK;
    if (call->fault != AF_OK || trade->id == 0)
        return call->fault == AF_AWAY ? PAY_FAULT : PAY_OK;
    call->move.state = trade->state == TRADE_PAID ? MOVE_DONE : MOVE_CANCELLED;
    if (trade->state == TRADE_PAID) {
        enum pay_err err = alipay_refund_whole(db, trade);
        if (err != PAY_OK)
            return err;
    } else if (trade->state != TRADE_CLOSED) {
        trade->state = TRADE_CLOSED;
        trade->close_time = trade->now;
    }
    return sandbox_trade_save(db, trade);
}

enum alipay_fault alipay_cancel(struct alipay_call *call)
{
    enum alipay_fault fault = alipay_txn(call, cancel_work);

    if (fault != AF_OK)
        return fault;
    json_opt(&call->json, "trade_no", call->trade.trade_no);
    json_str(&call->json, "out_trade_no", call->trade.out_trade_no);
    json_str(&call->json, "retry_flag", "N");
    if (call->trade.id)
        json_str(&call->json, "action", call->move.state == MOVE_DONE ? "refund" : "close");
    return AF_OK;
}
