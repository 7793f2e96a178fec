/* create.c - POST /api/pay/create, alias POST /payments: open an order and, with a channel, say
 *            where to pay it. The same merchant_order_id again answers the order as it stands.
 *            POST /api/pay/submit: a further attempt to pay an open order.
 * in:  CREATE_FIELDS, SUBMIT_FIELDS; signed, scope payment:create
 * out: the order (order/order_view.h); 201 and Location for what was made, else 200 */
#include "checkout/checkout.h"
#include "web/fields.h"
#include "web/order_reply.h"
#include "web/skeleton/endpoint.h"

struct create_in {
    struct order_terms terms; /* first, so that its fields' offsets are the input's */
    struct channel_choice channel;
};
_Static_assert(offsetof(struct create_in, terms) == 0, "terms stand first");

static const struct field CREATE_FIELDS[] = {
    FIELD_MERCHANT_NO(struct order_terms, merchant_order_id, "merchant_order_id", NEEDED),
    FIELD(struct order_terms, price, FIELD_I64, NEEDED, .min = 1, .max = MONEY_MAX,
          .unit = "minor units"),
    FIELD(struct order_terms, currency, FIELD_CURRENCY, NEEDED),
    FIELD(struct order_terms, subject, FIELD_TEXT, NEEDED, .min = 1, .max = 127),
    FIELD(struct order_terms, body, FIELD_TEXT, OPTIONAL, .max = 512, .lines = true),
    FIELDS_CHANNEL_CHOICE(struct create_in, channel, OPTIONAL),
    FIELD(struct order_terms, user_id, FIELD_TEXT, OPTIONAL, .max = 64),
    FIELD(struct order_terms, user_ip, FIELD_ADDRESS, OPTIONAL),
    FIELD(struct order_terms, expire_in, FIELD_I64, OPTIONAL, .min = 60, .max = 2592000,
          .fallback = 7200, .unit = "seconds"),
    FIELD(struct order_terms, notify_url, FIELD_URL, OPTIONAL),
    FIELD(struct order_terms, return_url, FIELD_RETURN_URL, OPTIONAL),
    FIELD(struct order_terms, metadata, FIELD_OBJECT, OPTIONAL, .max = 4096),
};

struct submit_in {
    struct order_choice order;
    struct channel_choice channel;
};

static const struct field SUBMIT_FIELDS[] = {
    FIELDS_ORDER_CHOICE(struct submit_in, order),
    FIELDS_CHANNEL_CHOICE(struct submit_in, channel, NEEDED),
};

static struct checkout_call checkout_of(const struct call *call,
                                        const struct channel_choice *channel)
{
    return (struct checkout_call){
        .db = call->db,
        .config = call->config,
        .app = call->app,
        .nonce = call->nonce,
        .channel = str_or(channel->code, NULL),
        .extras = str_or(channel->extras, NULL),
    };
}

static void show(struct call *call, const struct checkout *done)
{
    char place[sizeof("/payments/") + NO_SIZE];
    struct text location = TEXT(place);

    if (done->created) {
        text_add(&location, "/payments/");
        text_add(&location, done->order.no);
        reply_header(call->reply, "Location", place);
        call->reply->status = 201;
    }
    reply_order_view(call, &done->order, done->has_attempt ? &done->attempt : NULL);
}

/* When the channel refuses or does not answer, the order exists all the same: its number is in the
 * answer. */
static enum pay_err answer(struct call *call, enum pay_err err, const struct checkout_call *asked,
                           const struct checkout *done)
{
    call_about(call, done->order.no, done->has_attempt ? done->attempt.no : NULL);
    call->field = done->field;
    if (err == PAY_OK)
        show(call, done);
    if (err == PAY_NO_CHANNEL)
        text_addf(call->why, "the channel %s is disabled or absent for this app",
                  str_or(asked->channel, ""));
    if ((err == PAY_REFUSED || err == PAY_UNKNOWN) && done->order.no[0]) {
        call->reply->keep_data = true;
        call->reply->error_code = done->error_code;
        call->reply->error_msg = done->error_msg;
        json_str(reply_data(call->reply), "order_no", done->order.no);
    }
    return err;
}

static enum pay_err create(struct call *call, const void *input)
{
    static struct checkout done;
    const struct create_in *in = input;
    const struct checkout_call checkout = checkout_of(call, &in->channel);

    done = (struct checkout){ .created = false };
    enum pay_err err =
        answer(call, checkout_create(&checkout, &in->terms, &done), &checkout, &done);
    if (err == PAY_CONFLICT)
        reply_order_conflict(call, &in->terms, &done.order);
    return err;
}

static enum pay_err submit(struct call *call, const void *input)
{
    static struct checkout done;
    const struct submit_in *in = input;
    const struct checkout_call checkout = checkout_of(call, &in->channel);
    const struct order_key key = order_chosen(&in->order);

    done = (struct checkout){ .created = false };
    return answer(call, checkout_submit(&checkout, &key, &done), &checkout, &done);
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
