/* alipay_cashier.c - the payer's page: a code that is scanned, or an order that is opened; then
 * what the payer decides. */
#include "sandbox/alipay/alipay_private.h"

#include <string.h>
#include "sandbox/alipay/alipay_notice.h"
#include "sandbox/core/sandbox_page.h"

#define CODE_MARK "code="

struct visit {
    const struct config *config;
    char out_trade_no[65], code[129], outcome[33], scenario[33];
    struct sandbox_trade trade;
    enum pay_err refused; /* why it cannot be paid */
};

static const struct page_button BUTTONS[] = {
    { "coupon", "用红包付款 Pay with a coupon" },
    { "wrong-password", "密码错误 Wrong password" },
    { "no-money", "余额不足 Not enough money" },
    { "cancel", "放弃付款 Cancel" },
    { NULL, NULL },
};

/* The code of a code's address, or the text itself. */
static const char *code_of(const char *qr)
{
    const char *mark = strstr(qr, CODE_MARK);

    return mark ? mark + strlen(CODE_MARK) : qr;
}

static bool visit_read(const struct sandbox_request *in, struct visit *v)
{
    static char query_room[16400], body_room[131100];
    struct form query = { .count = 0 }, body = { .count = 0 };

    *v = (struct visit){ .config = in->config };
    if (strlen(in->query) > 8192 || in->body_len > 65536 ||
        !form_read(in->query, strlen(in->query), query_room, &query) ||
        !form_read(in->body, in->body_len, body_room, &body))
        return false;
    const char *qr = str_or(form_value(&query, "qr"), "");
    const char *code = *qr ? code_of(qr) : str_or(form_value(&query, "code"), "");
    const char *number =
        str_or(form_value(&body, "out_trade_no"), str_or(form_value(&query, "out_trade_no"), ""));
    return text_copy_n(v->code, sizeof(v->code), code, strcspn(code, "&#")) &&
           text_copy(v->out_trade_no, sizeof(v->out_trade_no), number) &&
           text_copy(v->scenario, sizeof(v->scenario), str_or(form_value(&body, "scenario"), "")) &&
           text_copy(v->outcome, sizeof(v->outcome),
                     str_or(form_value(&body, "outcome"), str_eq(in->method, "POST") ? "pay" : ""));
}

/* Opening a code makes its trade appear; then the decision, if the form was sent. */
static enum pay_err visit_work(struct db *db, void *arg)
{
    struct visit *v = arg;
    struct sandbox_trade *trade = &v->trade;
    const struct sandbox_trade_key key = {
        .channel = ALIPAY, .handle = v->code, .out_trade_no = v->out_trade_no, .lock = true
    };
    struct sandbox_payment how = { .buyer = ALIPAY_BUYER };

    v->refused = PAY_OK;
    enum pay_err err = sandbox_trade_find(db, &key, trade);
    if (err != PAY_OK)
        return err;
    if (trade->state == TRADE_CODE && trade->now < trade->expire_time) {
        trade->state = TRADE_WAITING;
        if (!text_copy(trade->buyer, sizeof(trade->buyer), ALIPAY_BUYER))
            return PAY_FAULT;
        err = sandbox_trade_save(db, trade);
    } else if (alipay_trade_expire(trade)) {
        err = sandbox_trade_save(db, trade);
    }
    if (err == PAY_OK && page_scenario_take(trade, v->scenario))
        err = sandbox_trade_save(db, trade);
    if (err != PAY_OK || (!str_eq(v->outcome, "pay") && !str_eq(v->outcome, "coupon")))
        return err;
    if (str_eq(v->outcome, "coupon") && trade->amount.minor > 1)
        how.discount = MONEY(1);
    v->refused = alipay_pay(db, v->config, trade, &how);
    return v->refused == PAY_PAID || v->refused == PAY_CLOSED || v->refused == PAY_EXPIRED
               ? PAY_OK
               : v->refused;
}

static void cashier_show(const struct visit *v, struct sandbox_answer *out)
{
    static char back_room[16384];
    struct text back = TEXT(back_room);

    switch (v->trade.state) {
    case TRADE_PAID:
        alipay_return_write(v->config, &v->trade, &back);
        if (*v->outcome && v->refused == PAY_OK && back.len > 0) {
            out->status = 302;
            sandbox_header(out, "Location", back_room);
        }
        page_result(out, ALIPAY, "支付成功 Paid", back_room);
        return;
    case TRADE_WAITING:
    case TRADE_PAYING:
        if (str_eq(v->outcome, "wrong-password"))
            page_not_paid(out, ALIPAY, "密码错误 The password is wrong", "");
        else if (str_eq(v->outcome, "no-money"))
            page_not_paid(out, ALIPAY, "余额不足 There is not enough money", "");
        else if (str_eq(v->outcome, "cancel"))
            page_not_paid(out, ALIPAY, "已放弃付款 Not paid", v->trade.return_url);
        else
            page_cashier(out, &v->trade, BUTTONS);
        return;
    default:
        page_result(out, ALIPAY, "交易已关闭 Closed", "");
    }
}

void alipay_cashier(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static struct visit v;

    if (!visit_read(in, &v)) {
        out->status = 400;
        page_result(out, ALIPAY, "无法识别 This cannot be read", "");
        return;
    }
    enum pay_err err = db_txn(in->db, visit_work, &v);
    if (err == PAY_OK) {
        cashier_show(&v, out);
        return;
    }
    out->status = err == PAY_NO_ROW ? 404 : 503;
    page_result(out, ALIPAY,
                err == PAY_NO_ROW ? "没有这笔交易 No such trade" : "系统繁忙 Try again", "");
}
