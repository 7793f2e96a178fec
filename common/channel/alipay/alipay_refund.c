/* alipay_refund.c - a refund (trade.refund) and what became of it (fastpay.refund.query). Alipay
 * has no number of its own for a refund: out_request_no, our refund_no, names it. refund_fee is the
 * sum of all refunds of the trade, so it is not compared. */
#include <string.h>

#include "channel/alipay/alipay_reply.h"

#define ALIPAY_REASON_MAX 256

static void alipay_refund_write(struct json_text *to, const void *arg)
{
    const struct channel_refund *refund = arg;
    const char *reason = str_or(refund->reason, "");
    char yuan[32];
    struct text text = TEXT(yuan);

    money_add_plain(&text, refund->refund_price);
    json_str(to, "out_trade_no", refund->pay_id);
    json_str(to, "refund_amount", yuan);
    json_str(to, "out_request_no", refund->refund_no);
    if (*reason != '\0')
        json_str_n(to, "refund_reason", reason,
                   utf8_cut(reason, strlen(reason), ALIPAY_REASON_MAX));
}

static void refund_name_write(struct json_text *to, const void *arg)
{
    const struct channel_refund *refund = arg;

    json_str(to, "out_trade_no", refund->pay_id);
    json_str(to, "out_request_no", refund->refund_no);
}

/* REFUND_SUCCESS alone says that the money went back. Without a status the refund is not known
 * there, or was not made: it is sent again under its number, which makes it once. */
static enum pay_err alipay_refund_read(const struct alipay_reply *reply, const void *arg,
                                       struct channel_said *out)
{
    const struct channel_refund *refund = arg;
    const char *status = alipay_member(reply, "refund_status");

    if (!status) {
        out->state = CHANNEL_NOT_FOUND;
        return PAY_OK;
    }
    if (!str_eq(alipay_member(reply, "out_request_no"), refund->refund_no) ||
        !str_eq(str_or(alipay_member(reply, "out_trade_no"), refund->pay_id), refund->pay_id) ||
        !alipay_price(alipay_member(reply, "refund_amount"), out))
        return PAY_UNKNOWN;
    out->state = str_eq(status, "REFUND_SUCCESS") ? CHANNEL_SUCCESS : CHANNEL_WAITING;
    if (out->state == CHANNEL_SUCCESS &&
        !alipay_time_read(alipay_member(reply, "gmt_refund_pay"), &out->success_time))
        out->success_time = clock_now_ms();
    return PAY_OK;
}

enum pay_err alipay_refund_query(const struct channel_account *account,
                                 const struct channel_refund *refund, struct channel_said *out)
{
    const struct alipay_request request = {
        .about = ABOUT_REFUND,
        .method = "alipay.trade.fastpay.refund.query",
        .what = "refund_query",
        .write = refund_name_write,
        .arg = refund,
    };

    enum pay_err err =
        alipay_ask_about(account, &request, refund->refund_no, alipay_refund_read, out);
    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND;
    return alipay_is(out, "TRADE_NOT_EXIST") ? PAY_OK : PAY_UNKNOWN;
}

/* fund_change N: this call moved no money. It did before, or will: WAITING, until the query says
 * which. */
static enum pay_err done_read(const struct alipay_reply *reply, const void *arg,
                              struct channel_said *out)
{
    const struct channel_refund *refund = arg;

    if (!str_eq(alipay_member(reply, "out_trade_no"), refund->pay_id))
        return PAY_UNKNOWN;
    if (!str_eq(alipay_member(reply, "fund_change"), "Y"))
        return PAY_OK;
    if (!alipay_time_read(alipay_member(reply, "gmt_refund_pay"), &out->success_time))
        out->success_time = clock_now_ms();
    out->price = refund->refund_price;
    out->state = CHANNEL_SUCCESS;
    return text_copy(out->currency, sizeof(out->currency), refund->currency) ? PAY_OK : PAY_UNKNOWN;
}

enum pay_err alipay_refund(const struct channel_account *account,
                           const struct channel_refund *refund, struct channel_said *out)
{
    const struct alipay_request request = {
        .about = ABOUT_REFUND,
        .method = "alipay.trade.refund",
        .what = "refund",
        .write = alipay_refund_write,
        .arg = refund,
    };

    enum pay_err err = alipay_ask_about(account, &request, refund->refund_no, done_read, out);
    if (err == PAY_OK && out->state == CHANNEL_WAITING)
        err = alipay_refund_query(account, refund, out);
    return err;
}
