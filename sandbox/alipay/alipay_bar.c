/* alipay_bar.c - the payer's bar code is read at the till: paid at once, or after a password. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>

#define PASSWORD_ABOVE INT64_C(200000) /* fen: a bar code over 2000 yuan asks for the password */
#define PASSWORD_TAKES_S 5

static bool auth_code_is(const char *s)
{
    if (str_starts(s, "fp"))
        return strlen(s) == 35;
    return str_is(s, ALPHA_DIGITS, 16, 24) && s[0] >= '2' && s[0] <= '3' &&
           (s[0] == '2' ? s[1] >= '5' : s[1] == '0');
}

static bool ends(const char *s, const char *tail)
{
    const size_t len = strlen(s), end = strlen(tail);

    return len >= end && str_eq(s + len - end, tail);
}

/* What the payer does when the password is asked for; NULL: it is not. */
static const char *password_of(const struct alipay_call *call, const char *code)
{
    if (sandbox_plays(call->scenario, SCENARIO_BAR_TIMEOUT))
        return "";
    if (sandbox_plays(call->scenario, SCENARIO_BAR_CANCELLED))
        return "cancel";
    return sandbox_plays(call->scenario, SCENARIO_BAR_PAID) || ends(code, "03") ||
                   call->trade.amount.minor > PASSWORD_ABOVE
               ? "pay"
               : NULL;
}

static enum pay_err bar_work(struct db *db, void *arg)
{
    struct alipay_call *call = arg;
    const struct sandbox_payment how = { .buyer = ALIPAY_BUYER };
    char code[65];

    if (!alipay_field(call, "auth_code", code, sizeof(code)))
        return PAY_FAULT;
    const char *password = password_of(call, code);
    call->trade.state = password ? TRADE_PAYING : TRADE_WAITING;
    enum pay_err err = alipay_open_work(db, call);
    if (err != PAY_OK || call->fault != AF_OK || !call->fresh || call->trade.state == TRADE_PAID)
        return err;
    if (!password)
        return alipay_pay(db, call->in->config, &call->trade, &how);
    return alipay_payer_later(db, call->in->config, &call->trade, password, PASSWORD_TAKES_S);
}

enum alipay_fault played_alipay_bar(struct alipay_call *call)
{
    char code[65], scene[33];
    enum alipay_fault fault = alipay_terms_read(call, "pay", &call->trade);

    if (fault != AF_OK)
        return fault;
    if (!alipay_field(call, "scene", scene, sizeof(scene)) || !*scene)
        return alipay_wrong(call, AF_PARAMETER, "scene");
    if (!alipay_field(call, "auth_code", code, sizeof(code)) || !auth_code_is(code))
        return AF_AUTH_CODE;
    alipay_scenario_take(call, &call->trade);
    fault = alipay_txn(call, bar_work);
    if (fault != AF_OK)
        return fault;
    if (ends(code, "20"))
        return AF_SYSTEM;
    json_str(&call->json, "trade_no", call->trade.trade_no);
    json_str(&call->json, "out_trade_no", call->trade.out_trade_no);
    json_str(&call->json, "buyer_logon_id", ALIPAY_BUYER_LOGON);
    if (call->trade.state != TRADE_PAID)
        return AF_PAYING;
    alipay_paid_members(&call->json, &call->trade);
    alipay_time(&call->json, "gmt_payment", call->trade.pay_time);
    return AF_OK;
}
