/* wechat_codepay.c - bar codes: the payer's code is scanned at the till. 130000000000000000 pays;
 * one that ends in 03 asks the payer for the password first. */
#include "sandbox/wechat/wechat_order.h"
#include <string.h>

#define PASSWORD_S 5

/* clang-format off */
static const struct wechat_field FIELDS[] = {
    { "payer", "支付者", WK_THERE, true, 0, 0, NULL, 0, 0 },
    WECHAT_FIELD(struct wechat_terms, auth_code, "payer/auth_code", "付款码", WK_TEXT, true,
                 1, 32, ""),
    { "scene_info", "场景信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
    { "scene_info/store_info", "商户门店信息", WK_THERE, true, 0, 0, NULL, 0, 0 },
};
/* clang-format on */

static bool asks(const struct wechat_entry *e)
{
    const char *code = e->terms.auth_code;

    return str_eq(code + strlen(code) - 2, "03") ||
           sandbox_plays(e->trade.scenario, SCENARIO_BAR_PAID) ||
           sandbox_plays(e->trade.scenario, SCENARIO_BAR_TIMEOUT) ||
           sandbox_plays(e->trade.scenario, SCENARIO_BAR_CANCELLED);
}

/* The time at which the password is typed stands in expire_time, since nothing else of such an
 * order ends. */
static enum pay_err codepay_work(struct db *db, void *arg)
{
    struct wechat_call *call = arg;
    struct wechat_entry *e = call->arg;

    enum pay_err err = wechat_trade_enter(db, call, e);
    if (err != PAY_OK || !e->first || wechat_trade_undone(&e->trade))
        return err;
    if (!asks(e))
        return wechat_trade_pay(db, call->in->config, &e->trade,
                                &(struct sandbox_payment){ .success_time = 0 });
    e->trade.state = TRADE_PAYING;
    e->trade.expire_time =
        e->trade.now +
        sandbox_gap_ms(call->in->config, sandbox_plays(e->trade.scenario, SCENARIO_BAR_TIMEOUT)
                                             ? 10 * PASSWORD_S
                                             : PASSWORD_S);
    return sandbox_trade_save(db, &e->trade);
}

static bool is_code(const char *s)
{
    return str_is(s, ALPHA_DIGITS, 18, 18) && *s == '1' && s[1] <= '5';
}

enum wechat_fault wechat_codepay(struct wechat_call *call)
{
    static struct wechat_entry entry;

    memset(&entry, 0, sizeof(entry));
    entry.terms.product = "MICROPAY";
    call->arg = &entry;
    enum wechat_fault fault = wechat_terms_read(call, &entry.terms);
    if (fault == WX_OK)
        fault = wechat_fields(call, FIELDS, COUNT(FIELDS), &entry.terms);
    if (fault == WX_OK && !is_code(entry.terms.auth_code))
        fault = WX_CODE_BAD;
    if (fault == WX_OK && !text_copy(call->out->out_trade_no, sizeof(call->out->out_trade_no),
                                     entry.terms.out_trade_no))
        fault = WX_SYSTEM;
    if (fault == WX_OK)
        fault = wechat_entry_open(call, &entry, codepay_work);
    if (fault != WX_OK)
        return fault;
    json_open(&call->json, NULL);
    wechat_order_write(&entry.trade, &call->json);
    json_close(&call->json);
    return WX_OK;
}

/* ---- what the payer does with the password, when its time has come */

enum pay_err wechat_codepay_end(struct db *db, const struct config *config,
                                struct sandbox_trade *trade)
{
    if (trade->state != TRADE_PAYING || trade->now < trade->expire_time)
        return PAY_OK;
    trade->expire_time = 0;
    if (!sandbox_plays(trade->scenario, SCENARIO_BAR_TIMEOUT) &&
        !sandbox_plays(trade->scenario, SCENARIO_BAR_CANCELLED))
        return wechat_trade_pay(db, config, trade, &(struct sandbox_payment){ .success_time = 0 });
    trade->state = TRADE_FAILED;
    return sandbox_trade_save(db, trade);
}
