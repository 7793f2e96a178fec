/* create.c - POST /api/pay/create, alias POST /payments: open an order and, with a channel, say
 *            where to pay it. The same merchant_order_id again answers the order as it stands.
 *            POST /api/pay/submit: a further attempt to pay an open order.
 * in:  CREATE_FIELDS, SUBMIT_FIELDS; signed, scope payment:create
 * out: the order (order/order_view.h); 201 and Location for what was made, else 200 */
#include "web/checkout_reply.h"

static const struct field CREATE_FIELDS[] = {
    FIELDS_CREATE(OPTIONAL),
};

struct submit_in {
    struct order_choice order;
    struct channel_choice channel;
};

static const struct field SUBMIT_FIELDS[] = {
    FIELDS_ORDER_CHOICE(struct submit_in, order),
    FIELDS_CHANNEL_CHOICE(struct submit_in, channel, NEEDED),
};

static enum pay_err create(struct call *call, const void *input)
{
    return reply_create(call, input, false);
}

static enum pay_err submit(struct call *call, const void *input)
{
    static struct checkout done;
    const struct submit_in *in = input;
    const struct checkout_call checkout = checkout_of(call, &in->channel);
    const struct order_key key = order_chosen(&in->order);

    done = (struct checkout){ .created = false };
    return reply_checkout(call, checkout_submit(&checkout, &key, &done), &checkout, &done);
}

/* clang-format off */
#define CREATE_ROUTE(path_, allow_) \
    { .path = (path_), .method = "POST", .allow = (allow_), .scope = SCOPE_CREATE, \
      .fields = FIELD_TABLE(CREATE_FIELDS), .input_size = sizeof(struct create_in), \
      .handle = create }
/* clang-format on */
static const struct route ROUTES[] = {
    CREATE_ROUTE("/api/pay/create", NULL),
    CREATE_ROUTE("/payments", "GET, HEAD, POST"),
    { .path = "/api/pay/submit",
      .method = "POST",
      .scope = SCOPE_CREATE,
      .fields = FIELD_TABLE(SUBMIT_FIELDS),
      .input_size = sizeof(struct submit_in),
      .handle = submit },
};

static const struct endpoint CREATE = {
    .name = "create",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_base_url = true,
    .needs_vault = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&CREATE, argc, argv);
}
