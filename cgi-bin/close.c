/* close.c - POST /api/pay/close: ends an order that is not paid. Its channels are asked first, then
 *           its open attempts are ended there.
 * in:  CLOSE_FIELDS; signed, scope payment:close
 * out: the order (order/order_view.h), CLOSED; the same again is 200 too */
#include "settle/ask.h"
#include "settle/close.h"
#include "web/fields.h"
#include "web/order_reply.h"
#include "web/skeleton/endpoint.h"

struct close_in {
    struct order_choice order;
};
static const struct field CLOSE_FIELDS[] = { FIELDS_ORDER_CHOICE(struct close_in, order) };

/* An order whose channel did not answer stays as it is: its number is in the answer. */
static void show_unknown(struct call *call, const struct order *order, enum pay_err err)
{
    const bool full = err == PAY_FULL;

    reply_keep(call->reply, full ? NEVER_SENT : NULL, full ? GATE_IS_FULL : NULL);
    json_str(reply_data(call->reply), "order_no", order->no);
}

static enum pay_err close_order(struct call *call, const void *input)
{
    static struct order order;
    const struct close_in *in = input;
    const struct closing closing = {
        .db = call->db,
        .config = call->config,
        .app_id = call->app->id,
        .nonce = call->nonce,
    };
    const struct order_key key = order_chosen(&in->order);

    order = (struct order){ .id = 0 };
    enum pay_err err = order_close(&closing, &key, &order);
    call_about(call, order.no, NULL);
    if (err == PAY_OK)
        reply_order_view(call, &order, NULL);
    if (err != PAY_UNKNOWN && err != PAY_FULL)
        return err;
    show_unknown(call, &order, err);
    return PAY_UNKNOWN;
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/close",
      .method = "POST",
      .scope = SCOPE_CLOSE,
      .fields = FIELD_TABLE(CLOSE_FIELDS),
      .input_size = sizeof(struct close_in),
      .handle = close_order },
};

static const struct endpoint CLOSE = {
    .name = "close",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_base_url = true,
    .needs_vault = true,
    .load = LOAD_READ,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&CLOSE, argc, argv);
}
