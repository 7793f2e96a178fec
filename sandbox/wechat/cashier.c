/* cashier.c - what a payer sees after the scan, or when the shop's page, app or mini program opens
 * WeChat Pay: one page for all of them. */
#include <string.h>
#include "sandbox/core/sandbox_page.h"
#include "sandbox/wechat/wechat_books.h"

#define ADDRESS_MAX 2048

/* What a payer may do besides paying. */
static const struct page_button BUTTONS[] = {
    { "coupon", "使用代金券支付 Pay with a coupon" },
    { "cancel", "取消支付 Cancel" },
    { "password", "支付密码错误 Wrong password" },
    { "balance", "余额不足 Not enough money" },
    { NULL, NULL },
};

struct visit {
    const struct sandbox_request *in;
    struct sandbox_answer *out;
    struct form query, form;
    char handle[129], outcome[17];
    const char *out_trade_no;
    struct sandbox_trade trade;
    enum pay_err said; /* of the payment */
};

/* ---- which order */

/* A code is the handle itself; an h5_url has the prepay_id in it. */
static bool handle_read(struct visit *v)
{
    const char *qr = str_or(form_value(&v->query, "qr"), "");
    const char *id = str_or(form_value(&v->query, "prepay_id"), "");
    const char *inside = strstr(qr, "prepay_id=");

    if (inside)
        return text_copy_n(v->handle, sizeof(v->handle), inside + strlen("prepay_id="),
                           strcspn(inside + strlen("prepay_id="), "&#"));
    return text_copy(v->handle, sizeof(v->handle), *qr ? qr : id);
}

static bool visit_read(struct visit *v)
{
    static char query_room[2 * ADDRESS_MAX + 2], form_room[2 * ADDRESS_MAX + 2];
    const struct sandbox_request *in = v->in;

    if (strlen(in->query) > ADDRESS_MAX || in->body_len > ADDRESS_MAX ||
        strlen(in->body) != in->body_len ||
        !form_read(in->query, strlen(in->query), query_room, &v->query) ||
        !form_read(in->body, in->body_len, form_room, &v->form) || !handle_read(v))
        return false;
    v->out_trade_no = form_value(&v->query, "out_trade_no");
    return text_copy(v->outcome, sizeof(v->outcome),
                     str_or(form_value(&v->form, "outcome"), "pay"));
}

static struct sandbox_trade_key key_of(const struct visit *v, bool lock)
{
    return (struct sandbox_trade_key){
        .channel = WECHAT, .handle = v->handle, .out_trade_no = v->out_trade_no, .lock = lock
    };
}

/* ---- what the payer decides */

static enum pay_err pay_txn(struct db *db, void *arg)
{
    struct visit *v = arg;
    const struct sandbox_trade_key key = key_of(v, true);
    struct sandbox_payment how = { .success_time = 0 };
    enum pay_err err = sandbox_trade_find(db, &key, &v->trade);

    if (err != PAY_OK)
        return err;
    if (page_scenario_take(&v->trade, str_or(form_value(&v->form, "scenario"), "")))
        err = sandbox_trade_save(db, &v->trade);
    if (err != PAY_OK)
        return err;
    if (str_eq(v->outcome, "coupon") && v->trade.amount.minor > COUPON_FEN)
        how.discount = MONEY(COUPON_FEN);
    v->said = str_eq(v->outcome, "cancel") ? wechat_trade_cancel(db, v->in->config, &v->trade)
                                           : wechat_trade_pay(db, v->in->config, &v->trade, &how);
    return v->said == PAY_PAID || v->said == PAY_CLOSED || v->said == PAY_EXPIRED ? PAY_OK
                                                                                  : v->said;
}

static const char *words_of(enum pay_err said)
{
    return said == PAY_PAID      ? "该订单已支付 Paid already"
           : said == PAY_CLOSED  ? "订单已关闭 The order is closed"
           : said == PAY_EXPIRED ? "二维码已过期 The code has expired"
                                 : "支付成功 Paid";
}

static void decide(struct visit *v)
{
    static const struct {
        const char *outcome, *says;
    } FAILED[] = {
        { "password", "支付密码错误，请重试 Wrong password: the order stays unpaid" },
        { "balance", "零钱余额不足 Not enough money: the order stays unpaid" },
    };
    const char *back = str_or(form_value(&v->query, "redirect_url"), "");
    const bool link = str_starts(back, "https://") || str_starts(back, "http://");

    for (size_t i = 0; i < COUNT(FAILED); i++) {
        if (str_eq(v->outcome, FAILED[i].outcome)) {
            page_not_paid(v->out, WECHAT, FAILED[i].says, link ? back : "");
            return;
        }
    }
    if (db_txn(v->in->db, pay_txn, v) != PAY_OK) {
        v->out->status = 503;
        page_result(v->out, WECHAT, "系统繁忙 Try again", "");
        return;
    }
    const bool cancelled = str_eq(v->outcome, "cancel") && v->said == PAY_OK;
    page_result(v->out, WECHAT, cancelled ? "已取消支付 Cancelled" : words_of(v->said),
                link ? back : "");
}

/* ---- the page */

static void visit_show(struct visit *v)
{
    const enum pay_err now = wechat_trade_payable(&v->trade);

    if (now == PAY_OK)
        page_cashier(v->out, &v->trade, BUTTONS);
    else
        page_result(v->out, WECHAT, words_of(now), "");
}

void wechat_cashier(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static struct visit visit;

    memset(&visit, 0, sizeof(visit));
    visit.in = in;
    visit.out = out;
    out->status = 200;
    if (!visit_read(&visit)) {
        out->status = 400;
        page_result(out, WECHAT, "链接不正确 This is no address of an order", "");
        return;
    }
    const char *transfer = str_or(form_value(&visit.query, "transfer"), "");
    if (*transfer) {
        wechat_receiver(in, transfer, out);
        return;
    }
    const struct sandbox_trade_key key = key_of(&visit, false);
    enum pay_err err = sandbox_trade_find(in->db, &key, &visit.trade);
    db_end(in->db);
    if (err != PAY_OK) {
        out->status = err == PAY_NO_ROW ? 404 : 503;
        page_result(out, WECHAT, "订单不存在 There is no such order", "");
        return;
    }
    if (str_eq(in->method, "POST"))
        decide(&visit);
    else
        visit_show(&visit);
}
