/* refund.c - POST /api/pay/refund: money goes back to the payer, all of it or a part. The same
 *            merchant_refund_id again answers the refund as it stands; one that failed is tried
 *            again.
 * in:  REFUND_FIELDS; signed, scope refund:execute
 * out: the refund (refund/refund_view.h); 201 for what was made, else 200 */
#include "checkout/checkout_refund.h"
#include "refund/refund_view.h"
#include "web/checkout_reply.h"

struct refund_in {
    struct order_choice order;
    struct refund_terms terms;
};

static const struct field REFUND_FIELDS[] = {
    FIELDS_ORDER_CHOICE(struct refund_in, order),
    FIELD_MERCHANT_NO(struct refund_in, terms.merchant_refund_id, "merchant_refund_id", NEEDED),
    FIELD_NAMED(struct refund_in, terms.refund_price, "refund_price", FIELD_I64, NEEDED, .min = 1,
                .max = MONEY_MAX, .unit = "minor units"),
    FIELD_NAMED(struct refund_in, terms.reason, "reason", FIELD_TEXT, OPTIONAL, .max = 512,
                .lines = true),
    FIELD_NAMED(struct refund_in, terms.notify_url, "notify_url", FIELD_URL, OPTIONAL),
    FIELD_NAMED(struct refund_in, terms.expected_remaining, "expected_remaining", FIELD_I64,
                OPTIONAL, .min = 0, .max = MONEY_MAX, .fallback = REMAINING_UNSAID,
                .unit = "minor units"),
};

static void refund_explain(struct call *call, enum pay_err err, const struct refund_in *in,
                           const struct refund_reserved *done)
{
    const long long left = done->remaining.minor, asked = in->terms.refund_price.minor;

    if (err == PAY_OVER_REFUND)
        text_addf(call->why, "refund_price: %lld is over what is left, %lld", asked, left);
    if (err == PAY_STALE)
        text_addf(call->why, "expected_remaining: %lld is stale: %lld is left",
                  (long long)in->terms.expected_remaining, left);
    if (err == PAY_LOW_BALANCE)
        text_add(call->why, "refund_price: the wallet that this recharge filled holds less than"
                            " that and its share of the bonus");
    if (err == PAY_BAD_FIELD)
        text_add(call->why, "order_no: the order is not paid: there is no money to give back");
    struct outgoing_conflict conflict = { .kind = "refund",
                                          .number = in->terms.merchant_refund_id };

    if (str_eq(done->field, "refund_price"))
        outgoing_prices(&conflict, in->terms.refund_price, done->refund.refund_price);
    if (err == PAY_CONFLICT)
        reply_outgoing_conflict(call, &conflict);
}

static enum pay_err refund_order(struct call *call, const void *input)
{
    static struct refund_reserved done;
    const struct refund *refund = &done.refund;
    const struct refund_in *in = input;
    const struct order_key order = order_chosen(&in->order);
    const struct refund_call asked = {
        .db = call->db,
        .config = call->config,
        .request = { .app = call->app, .nonce = call->nonce, .order = &order, .terms = &in->terms },
    };

    done = (struct refund_reserved){ .created = false };
    enum pay_err err = checkout_refund(&asked, &done);
    call->field = done.field;
    if (!reply_outgoing(call, err, done.created, refund->channel_error_code,
                        refund->channel_error_msg)) {
        refund_explain(call, err, in, &done);
        return err;
    }
    call_about(call, refund->order_no, NULL);
    call_about_refund(call, refund->no);
    refund_view(reply_data(call->reply), refund);
    return err;
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/refund",
      .method = "POST",
      .scope = SCOPE_REFUND,
      .fields = FIELD_TABLE(REFUND_FIELDS),
      .input_size = sizeof(struct refund_in),
      .handle = refund_order },
};

static const struct endpoint REFUND = {
    .name = "refund",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_vault = true,
    .load = LOAD_WRITE,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&REFUND, argc, argv);
}
