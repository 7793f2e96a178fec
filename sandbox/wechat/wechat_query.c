/* wechat_query.c - what became of an order; closing and reversing it. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>

bool wechat_trade_undone(const struct sandbox_trade *trade)
{
    return trade->state == TRADE_FAILED && sandbox_plays(trade->scenario, SCENARIO_ERROR_UNDONE);
}

static enum wechat_fault found(struct wechat_call *call, enum pay_err err,
                               const struct sandbox_trade *trade)
{
    if (err == PAY_NO_ROW || (err == PAY_OK && wechat_trade_undone(trade)))
        return WX_NO_ORDER;
    if (err != PAY_OK)
        return err == PAY_DB_AWAY ? WX_UNAVAILABLE : WX_SYSTEM;
    return text_copy(call->out->out_trade_no, sizeof(call->out->out_trade_no), trade->out_trade_no)
               ? WX_OK
               : WX_SYSTEM;
}

static enum wechat_fault mchid_check(struct wechat_call *call)
{
    const char *mchid = played_wechat_query(call, "mchid");
    struct text field = TEXT(call->detail.field), place = TEXT(call->detail.location);

    if (str_eq(mchid, call->said.mchid))
        return WX_OK;
    if (mchid && *mchid)
        return WX_MCHID;
    text_add(&field, "mchid");
    text_add(&place, "query");
    return wechat_refuse(call, WX_PARAM,
                         "输入源“/query/mchid”映射到字符串字段“直连商户号”必填性规则校验失败，"
                         "此字段为必填项");
}

/* The payer has typed the password meanwhile. */
static enum pay_err password_work(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct sandbox_trade *trade = call->arg;
    const struct sandbox_trade_key key = {
        .channel = WECHAT, .merchant = call->said.mchid, .trade_no = trade->trade_no, .lock = true
    };
    enum pay_err err = sandbox_trade_find(db, &key, trade);

    return err == PAY_OK ? wechat_codepay_end(db, call->in->config, trade) : err;
}

static enum wechat_fault order_query(struct wechat_call *call, struct sandbox_trade_key *key)
{
    static struct sandbox_trade trade;
    enum wechat_fault fault = mchid_check(call);

    if (fault != WX_OK)
        return fault;
    key->channel = WECHAT;
    key->merchant = call->said.mchid;
    enum pay_err err = sandbox_trade_find(call->in->db, key, &trade);
    db_end(call->in->db);
    if (err == PAY_OK && trade.state == TRADE_PAYING) {
        call->arg = &trade;
        fault = wechat_txn(call, password_work);
        if (fault != WX_OK)
            return fault;
    }
    /* The channel's number exists once the order is paid. */
    if (err == PAY_OK && key->trade_no && trade.state != TRADE_PAID)
        err = PAY_NO_ROW;
    fault = found(call, err, &trade);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    wechat_order_write(&trade, &call->json);
    json_close(&call->json);
    return WX_OK;
}

enum wechat_fault wechat_order_by_out_no(struct wechat_call *call)
{
    return order_query(call, &(struct sandbox_trade_key){ .out_trade_no = call->segment[0] });
}

enum wechat_fault wechat_order_by_id(struct wechat_call *call)
{
    return order_query(call, &(struct sandbox_trade_key){ .trade_no = call->segment[0] });
}

static enum pay_err trade_lock(struct db *db, struct wechat_call *call, struct sandbox_trade *out)
{
    const struct sandbox_trade_key key = { .channel = WECHAT,
                                           .merchant = call->said.mchid,
                                           .out_trade_no = call->segment[0],
                                           .lock = true };
    enum pay_err err = sandbox_trade_find(db, &key, out);

    call->fault = found(call, err, out);
    return err == PAY_NO_ROW ? PAY_OK : err;
}

/* ---- close */

/* The payer is quicker, or comes later. */
static enum pay_err close_race(struct db *db, struct wechat_call *call, struct sandbox_trade *trade)
{
    static const struct sandbox_payment NOW = { .success_time = 0 };

    if (sandbox_plays(trade->scenario, SCENARIO_CLOSE_PAID)) {
        call->fault = WX_PAID;
        return wechat_trade_pay(db, call->in->config, trade, &NOW);
    }
    return sandbox_plays(trade->scenario, SCENARIO_PAY_AFTER_CLOSE)
               ? wechat_pay_force(db, call->in->config, trade, &NOW)
               : PAY_OK;
}

static enum pay_err close_work(struct db *db, void *arg)
{
    static struct sandbox_trade trade;
    struct wechat_call *call = arg;

    enum pay_err err = trade_lock(db, call, &trade);
    if (err != PAY_OK || call->fault != WX_OK)
        return err;
    if (trade.state == TRADE_PAID)
        call->fault = WX_PAID;
    if (trade.state == TRADE_PAYING)
        call->fault = wechat_refuse(call, WX_INVALID, "用户支付中，请稍后再试");
    if (call->fault != WX_OK || trade.state == TRADE_CLOSED || trade.state == TRADE_REVOKED)
        return PAY_OK;
    if (sandbox_plays(trade.scenario, SCENARIO_CLOSE_PAID) ||
        sandbox_plays(trade.scenario, SCENARIO_PAY_AFTER_CLOSE))
        return close_race(db, call, &trade);
    trade.state = TRADE_CLOSED;
    trade.close_time = trade.now;
    return sandbox_trade_save(db, &trade);
}

static enum wechat_fault own_body(struct wechat_call *call, bool appid)
{
    static struct wechat_terms terms;
    /* clang-format off */
    static const struct wechat_field FIELDS[] = {
        WECHAT_FIELD(struct wechat_terms, mchid, "mchid", "直连商户号", WK_TEXT, true, 1, 32, NULL),
        WECHAT_FIELD(struct wechat_terms, appid, "appid", "公众号ID", WK_TEXT, true, 1, 32, NULL),
    };
    /* clang-format on */
    enum wechat_fault fault = wechat_fields(call, FIELDS, appid ? 2 : 1, &terms);

    if (fault == WX_OK && !str_eq(terms.mchid, call->said.mchid))
        return WX_MCHID;
    return fault == WX_OK && appid && !str_eq(terms.appid, call->keys->appid) ? WX_APPID : fault;
}

enum wechat_fault played_wechat_close(struct wechat_call *call)
{
    enum wechat_fault fault = own_body(call, false);

    if (fault == WX_OK)
        fault = wechat_txn(call, close_work);
    call->out->status = 204;
    return fault;
}

/* ---- reverse: of a bar code. What was paid goes back. */

static enum pay_err reverse_work(struct db *db, void *arg)
{
    static struct sandbox_trade trade;
    struct wechat_call *call = arg;

    enum pay_err err = trade_lock(db, call, &trade);
    if (err != PAY_OK || call->fault != WX_OK || trade.state == TRADE_REVOKED)
        return err;
    if (!str_eq(trade.product, "MICROPAY"))
        call->fault = wechat_refuse(call, WX_INVALID, "非付款码支付订单，不支持撤销");
    else if (trade.refunded.minor > 0)
        call->fault = wechat_refuse(call, WX_INVALID, "订单已发生退款，不支持撤销");
    if (call->fault != WX_OK)
        return PAY_OK;
    trade.state = TRADE_REVOKED;
    trade.close_time = trade.now;
    return sandbox_trade_save(db, &trade);
}

enum wechat_fault wechat_reverse(struct wechat_call *call)
{
    enum wechat_fault fault = own_body(call, true);

    if (fault == WX_OK)
        fault = wechat_txn(call, reverse_work);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    json_str(&call->json, "appid", call->keys->appid);
    json_str(&call->json, "mchid", call->said.mchid);
    json_str(&call->json, "out_trade_no", call->segment[0]);
    json_close(&call->json);
    return WX_OK;
}
