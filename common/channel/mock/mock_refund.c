/* mock_refund.c - a refund at the mock gateway: POST /mockpay/refund, and what became of it, POST
 * /mockpay/refund/query. The gateway plays what the order's metadata asks for
 * ({"mock":{"refund":"fail"}}); how is its own business (sandbox/mock/mock_refund.c). */
#include "channel/mock/mock_private.h"

static void refund_terms_write(struct json_text *to, const void *arg)
{
    const struct channel_refund *refund = arg;

    json_str(to, "pay_id", refund->pay_id);
    json_opt(to, "channel_order_no", refund->channel_order_no);
    json_i64(to, "refund_price", refund->refund_price.minor);
    json_i64(to, "price", refund->price.minor);
    json_str(to, "currency", refund->currency);
}

static void payment_write(struct json_text *to, const void *arg)
{
    const struct channel_refund *refund = arg;

    json_str(to, "pay_id", refund->pay_id);
}

/* FAILED, signed, is the gateway's definite no. */
enum pay_err mock_refund(const struct channel_account *account, const struct channel_refund *refund,
                         struct channel_said *out)
{
    const struct mock_question question = {
        .path = "refund",
        .what = "refund",
        .about = ABOUT_REFUND,
        .no = refund->refund_no,
        .write = refund_terms_write,
        .arg = refund,
    };

    enum pay_err err = mock_ask(account, &question, out);
    return err == PAY_OK && out->state == CHANNEL_FAILED ? PAY_REFUSED : err;
}

enum pay_err mock_refund_query(const struct channel_account *account,
                               const struct channel_refund *refund, struct channel_said *out)
{
    const struct mock_question question = {
        .path = "refund/query",
        .what = "refund_query",
        .about = ABOUT_REFUND,
        .no = refund->refund_no,
        .write = payment_write,
        .arg = refund,
    };

    return mock_ask(account, &question, out);
}
