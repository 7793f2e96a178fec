/* wechat_first.c - the first answer to a new order, as its scenario wants it: refused
 * before the order is stored, paid before the call is answered, an error although all is done. */
#include "sandbox/core/sandbox_once.h"
#include "sandbox/wechat/wechat_order.h"

enum pay_err wechat_first_refused(struct db *db, struct wechat_call *call,
                                  const struct sandbox_trade *trade)
{
    static const struct {
        enum sandbox_scenario_id id;
        enum wechat_fault fault;
    } REFUSALS[] = { { SCENARIO_CLOCK_SKEW, WX_AUTH_TIME }, { SCENARIO_UNSIGNED_4XX, WX_RULE } };
    const struct sandbox_once told = { "refused", WECHAT, trade->merchant, trade->out_trade_no };
    bool refused = false;

    if (sandbox_plays(trade->scenario, SCENARIO_NUMBER_USED)) {
        enum pay_err err = sandbox_number_used(db, trade, &refused);
        call->fault = refused ? WX_NUMBER_USED : WX_OK;
        return err;
    }
    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        if (!sandbox_plays(trade->scenario, REFUSALS[i].id))
            continue;
        enum pay_err err = sandbox_once(db, &told, &refused);
        call->fault = refused ? REFUSALS[i].fault : WX_OK;
        return text_copy(call->scenario, sizeof(call->scenario), refused ? trade->scenario : "")
                   ? err
                   : PAY_FAULT;
    }
    return PAY_OK;
}

static enum pay_err early_work(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct wechat_entry *e = call->arg;
    const struct sandbox_trade_key key = { .channel = WECHAT,
                                           .merchant = e->terms.mchid,
                                           .out_trade_no = e->terms.out_trade_no,
                                           .lock = true };

    enum pay_err err = sandbox_trade_find(db, &key, &e->trade);
    if (err == PAY_OK)
        err = wechat_trade_pay(db, call->in->config, &e->trade,
                               &(struct sandbox_payment){ .success_time = 0 });
    return err == PAY_PAID ? PAY_OK : err; /* by its bar code */
}

enum wechat_fault wechat_entry_open(struct wechat_call *call, struct wechat_entry *entry,
                                    db_work *work)
{
    enum wechat_fault fault = wechat_txn(call, work);

    if (fault != WX_OK || !entry->first)
        return fault;
    if (!text_copy(call->scenario, sizeof(call->scenario), entry->trade.scenario))
        return WX_SYSTEM;
    if (sandbox_plays(call->scenario, SCENARIO_NOTIFY_EARLY)) {
        fault = wechat_txn(call, early_work);
        if (fault == WX_OK)
            wechat_notice_hurry(call->in->db, call->in->config);
    }
    if (sandbox_plays(call->scenario, SCENARIO_NUMBER_PAID)) {
        fault = wechat_txn(call, early_work);
        return fault == WX_OK ? WX_PAID : fault;
    }
    return sandbox_plays(call->scenario, SCENARIO_ERROR_DONE) ||
                   sandbox_plays(call->scenario, SCENARIO_ERROR_UNDONE)
               ? WX_SYSTEM
               : fault;
}
