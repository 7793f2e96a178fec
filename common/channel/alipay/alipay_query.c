/* alipay_query.c - what became of a trade (trade.query), and making it unpayable: trade.close, and
 * for a bar code trade.cancel, since its first answer may have been lost. */
#include "channel/alipay/alipay_reply.h"

static void no_write(struct json_text *to, const void *arg)
{
    json_str(to, "out_trade_no", arg);
}

/* 10000 says only that the trade was found. A closed one with a time of payment was refunded. */
static enum pay_err trade_read(const struct alipay_reply *reply, const void *pay_id,
                               struct channel_said *out)
{
    const char *when = alipay_member(reply, "send_pay_date");

    if (!str_eq(alipay_member(reply, "out_trade_no"), pay_id) ||
        !alipay_state(alipay_member(reply, "trade_status"), when, out) ||
        !text_copy(out->channel_no, sizeof(out->channel_no),
                   str_or(alipay_member(reply, "trade_no"), "")) ||
        !text_copy(out->channel_user_id, sizeof(out->channel_user_id),
                   str_or(alipay_member(reply, "buyer_user_id"), "")))
        return PAY_UNKNOWN;
    if (out->state != CHANNEL_SUCCESS)
        return PAY_OK;
    return *out->channel_no != '\0' && alipay_price(alipay_member(reply, "total_amount"), out) &&
                   alipay_time_read(when, &out->success_time)
               ? PAY_OK
               : PAY_UNKNOWN;
}

enum pay_err alipay_query(const struct channel_account *account, const char *pay_id,
                          struct channel_said *out)
{
    const struct alipay_request request = {
        .method = "alipay.trade.query", .what = "query", .write = no_write, .arg = pay_id
    };

    enum pay_err err = alipay_ask_about(account, &request, pay_id, trade_read, out);
    if (err != PAY_REFUSED)
        return err;
    out->state = CHANNEL_NOT_FOUND; /* a question has no other definite no */
    return alipay_is(out, "TRADE_NOT_EXIST") ? PAY_OK : PAY_UNKNOWN;
}

/* A cancel that gave money back: the payer was faster than the question before it, and the next
 * query says that it was paid. */
static enum pay_err end_read(const struct alipay_reply *reply, const void *pay_id,
                             struct channel_said *out)
{
    out->state = CHANNEL_CLOSED;
    return !str_eq(str_or(alipay_member(reply, "out_trade_no"), pay_id), pay_id) ||
                   str_eq(alipay_member(reply, "retry_flag"), "Y") ||
                   str_eq(alipay_member(reply, "action"), "refund")
               ? PAY_UNKNOWN
               : PAY_OK;
}

static enum pay_err trade_end(const struct channel_account *account, const char *method,
                              const char *pay_id, struct channel_said *out)
{
    const struct alipay_request request = {
        .method = method, .what = "close", .write = no_write, .arg = pay_id
    };

    enum pay_err err = alipay_ask_about(account, &request, pay_id, end_read, out);
    if (err != PAY_REFUSED)
        return err;
    if (!alipay_is(out, "TRADE_NOT_EXIST")) /* paid, or closed before: the query says which */
        return alipay_query(account, pay_id, out);
    out->state = CHANNEL_NOT_FOUND;
    return PAY_OK;
}

/* A cancel gives the money of a paid trade back, so a bar code's trade is asked about first. */
enum pay_err alipay_close(const struct channel_account *account, const char *pay_id,
                          struct channel_said *out)
{
    if (!str_eq(account->code, "alipay_bar"))
        return trade_end(account, "alipay.trade.close", pay_id, out);
    enum pay_err err = alipay_query(account, pay_id, out);
    if (err != PAY_OK || out->state == CHANNEL_SUCCESS || out->state == CHANNEL_CLOSED)
        return err;
    return trade_end(account, "alipay.trade.cancel", pay_id, out);
}
