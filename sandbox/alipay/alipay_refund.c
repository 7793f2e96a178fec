/* alipay_refund.c - money goes back: refund, and what became of one. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "sandbox/core/sandbox_once.h"

#define SLOW_S 30
#define UNKNOWN_S 10

static enum alipay_fault terms_read(struct alipay_call *call)
{
    struct sandbox_move *move = &call->move;

    *move = (struct sandbox_move){ .kind = SANDBOX_REFUND, .channel = ALIPAY, .state = MOVE_DONE };
    if (!alipay_yuan(call, "refund_amount", &move->amount))
        return alipay_wrong(call, AF_PARAMETER, "refund_amount");
    if (!alipay_field(call, "out_request_no", move->out_no, sizeof(move->out_no)))
        return alipay_wrong(call, AF_PARAMETER, "out_request_no");
    if (!alipay_field(call, "refund_reason", move->reason, sizeof(move->reason)) ||
        utf8_count(move->reason, strlen(move->reason)) > 256)
        return alipay_wrong(call, AF_PARAMETER, "refund_reason");
    return AF_OK;
}

/* What a scenario refuses: always, or the trade's first refund. */
static enum pay_err played_refusal(struct db *db, struct alipay_call *call)
{
    static const struct {
        enum sandbox_scenario_id id;
        enum alipay_fault fault;
        bool once;
    } REFUSALS[] = { { SCENARIO_REFUND_BLOCKED, AF_REFUND_BLOCKED, false },
                     { SCENARIO_REFUND_LATE, AF_FINISHED, false },
                     { SCENARIO_REFUND_NO_MONEY, AF_REFUND_MONEY, true },
                     { SCENARIO_REFUND_TOO_SOON, AF_REFUND_SOON, true } };
    const struct sandbox_trade *trade = &call->trade;
    const struct sandbox_once told = { "refused", ALIPAY, trade->merchant, trade->trade_no };

    call->fault = AF_OK;
    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        bool first = true;
        if (!sandbox_plays(trade->scenario, REFUSALS[i].id))
            continue;
        enum pay_err err = REFUSALS[i].once ? sandbox_once(db, &told, &first) : PAY_OK;
        call->fault = first ? REFUSALS[i].fault : AF_OK;
        return err;
    }
    return PAY_OK;
}

/* May this trade give so much back, under this number? */
static enum alipay_fault refund_judge(struct alipay_call *call)
{
    struct sandbox_trade *trade = &call->trade;
    struct sandbox_move *move = &call->move;
    struct money sum;

    if (trade->state != TRADE_PAID)
        return trade->state == TRADE_CLOSED ? AF_CLOSED : AF_STATUS;
    if (*move->out_no == '\0') {
        if (!money_eq(move->amount, trade->amount))
            return AF_REFUND_SUM;
        if (!text_copy(move->out_no, sizeof(move->out_no), trade->out_trade_no))
            return AF_AWAY;
    }
    return money_add(trade->refunded, move->amount, &sum) && sum.minor <= trade->amount.minor
               ? AF_OK
               : AF_REFUND_SUM;
}

/* PAY_OK: there is one of this number, and fault says what it means. */
static enum pay_err refund_again(struct db *db, struct alipay_call *call)
{
    static struct sandbox_move old;
    const char *number = str_or(call->move.out_no, call->trade.out_trade_no);
    const struct sandbox_move_key key = { .kind = SANDBOX_REFUND,
                                          .channel = ALIPAY,
                                          .merchant = call->trade.merchant,
                                          .trade_id = call->trade.id,
                                          .out_no = number,
                                          .lock = true };
    enum pay_err err = sandbox_move_find(db, &key, &old);

    if (err != PAY_OK)
        return err;
    call->fault = money_eq(old.amount, call->move.amount) ? AF_OK : AF_REFUND_REPEAT;
    call->move = old;
    call->fresh = false;
    return PAY_OK;
}

static enum pay_err refund_store(struct db *db, struct alipay_call *call)
{
    struct sandbox_trade *trade = &call->trade;
    struct sandbox_move *move = &call->move;

    sandbox_number_new(move->no);
    move->trade_id = trade->id;
    move->done_time = trade->now;
    const int64_t takes_s = sandbox_plays(trade->scenario, SCENARIO_REFUND_SLOW)      ? SLOW_S
                            : sandbox_plays(trade->scenario, SCENARIO_REFUND_UNKNOWN) ? UNKNOWN_S
                                                                                      : 0;
    if (takes_s > 0) {
        move->state = MOVE_PENDING;
        move->done_time = 0;
        move->due_time = trade->now + sandbox_gap_ms(call->in->config, takes_s);
    }
    if (!text_copy(move->merchant, sizeof(move->merchant), trade->merchant) ||
        !text_copy(move->app, sizeof(move->app), trade->app))
        return PAY_FAULT;
    trade->refunded = MONEY(trade->refunded.minor + move->amount.minor);
    if (money_eq(trade->refunded, trade->amount))
        trade->close_time = trade->now;
    enum pay_err err = sandbox_move_insert(db, move);
    if (err == PAY_OK)
        err = sandbox_trade_save(db, trade);
    if (err == PAY_OK && move->state == MOVE_DONE)
        err = alipay_notice_add(db, call->in->config, trade, move);
    return err;
}

static enum pay_err refund_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;

    call->fresh = false;
    enum alipay_fault read = terms_read(call);
    call->fault = read == AF_OK ? alipay_trade_lock(db, call) : read;
    if (call->fault != AF_OK)
        return call->fault == AF_AWAY ? PAY_FAULT : PAY_OK;
    enum pay_err err = refund_again(db, call);
    if (err != PAY_NO_ROW)
        return err;
    call->fault = refund_judge(call);
    if (call->fault != AF_OK)
        return PAY_OK;
    err = played_refusal(db, call);
    if (err != PAY_OK || call->fault != AF_OK)
        return err;
    call->fresh = true;
    return refund_store(db, call);
}

enum alipay_fault played_alipay_refund(struct alipay_call *call)
{
    struct json_text *to = &call->json;
    enum alipay_fault fault = alipay_txn(call, refund_work);

    if (fault != AF_OK)
        return fault;
    if (call->fresh && sandbox_plays(call->trade.scenario, SCENARIO_REFUND_ERROR_DONE))
        return AF_SYSTEM;
    json_str(to, "trade_no", call->trade.trade_no);
    json_str(to, "out_trade_no", call->trade.out_trade_no);
    json_str(to, "buyer_logon_id", ALIPAY_BUYER_LOGON);
    json_opt(to, "buyer_user_id", call->trade.buyer);
    json_str(to, "fund_change", call->fresh && call->move.state == MOVE_DONE ? "Y" : "N");
    alipay_money(to, "refund_fee", call->trade.refunded);
    alipay_time(to, "gmt_refund_pay", call->move.done_time);
    alipay_money(to, "send_back_fee", call->move.amount);
    call->fresh = false;
    return AF_OK;
}

static enum pay_err query_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;
    char number[65];

    call->move = (struct sandbox_move){ .id = 0 };
    if (!alipay_field(call, "out_request_no", number, sizeof(number)) || !*number) {
        call->fault = alipay_wrong(call, AF_PARAMETER, "out_request_no");
        return PAY_OK;
    }
    call->fault = alipay_trade_lock(db, call);
    if (call->fault != AF_OK)
        return call->fault == AF_AWAY ? PAY_FAULT : PAY_OK;
    const struct sandbox_move_key key = { .kind = SANDBOX_REFUND,
                                          .channel = ALIPAY,
                                          .trade_id = call->trade.id,
                                          .out_no = number,
                                          .lock = true };
    enum pay_err err = sandbox_move_find(db, &key, &call->move);
    return err == PAY_NO_ROW ? PAY_OK : err;
}

/* An unknown number is answered 10000, without anything of a refund. */
enum alipay_fault played_alipay_refund_query(struct alipay_call *call)
{
    struct json_text *to = &call->json;
    enum alipay_fault fault = alipay_txn(call, query_work);

    if (fault != AF_OK || call->move.id == 0 || call->move.state != MOVE_DONE)
        return fault;
    json_str(to, "trade_no", call->trade.trade_no);
    json_str(to, "out_trade_no", call->trade.out_trade_no);
    json_str(to, "out_request_no", call->move.out_no);
    alipay_money(to, "total_amount", call->trade.amount);
    alipay_money(to, "refund_amount", call->move.amount);
    json_str(to, "refund_status", "REFUND_SUCCESS");
    alipay_time(to, "gmt_refund_pay", call->move.done_time);
    return AF_OK;
}
