/* transfer.c - POST /api/pay/transfer: money is paid out to a person. The same merchant_transfer_id
 *              again answers the transfer as it stands.
 *              GET /api/pay/transfer/query?transfer_no= | merchant_transfer_id=: one transfer
 * in:  TRANSFER_FIELDS; signed, scope transfer:execute. QUERY_FIELDS; scope payment:query
 * out: the transfer (transfer/transfer_view.h); 201 for what was made, else 200 */
#include "checkout/checkout_transfer.h"
#include "transfer/transfer_view.h"
#include "web/checkout_reply.h"

struct transfer_in {
    struct transfer_terms terms; /* first, so that its fields' offsets are the input's */
    struct channel_choice channel;
};
_Static_assert(offsetof(struct transfer_in, terms) == 0, "terms stand first");

static const struct field TRANSFER_FIELDS[] = {
    FIELD_MERCHANT_NO(struct transfer_terms, merchant_transfer_id, "merchant_transfer_id", NEEDED),
    FIELDS_PRICE(struct transfer_in, terms),
    FIELDS_CHANNEL_CHOICE(struct transfer_in, channel, NEEDED),
    FIELD(struct transfer_terms, user_account, FIELD_TEXT, NEEDED, .min = 1, .max = 64,
          .secret = true),
    FIELD(struct transfer_terms, user_name, FIELD_TEXT, OPTIONAL, .max = 64, .secret = true),
    FIELD(struct transfer_terms, notify_url, FIELD_URL, OPTIONAL),
};

struct query_in {
    char transfer_no[NO_SIZE], merchant_transfer_id[MERCHANT_NO_SIZE];
};
static const struct field QUERY_FIELDS[] = {
    FIELD(struct query_in, transfer_no, FIELD_NO, ONE_OF),
    FIELD_MERCHANT_NO(struct query_in, merchant_transfer_id, "merchant_transfer_id", ONE_OF),
};

/* The receiver's account and name are not shown again. */
static void explain_conflict(struct call *call, const struct transfer_in *in,
                             const struct transfer *first)
{
    struct outgoing_conflict conflict = { .kind = "transfer",
                                          .number = in->terms.merchant_transfer_id };

    if (str_eq(call->field, "price"))
        outgoing_prices(&conflict, in->terms.price, first->price);
    if (str_eq(call->field, "currency")) {
        conflict.now = in->terms.currency;
        conflict.first = first->currency;
    }
    if (str_eq(call->field, "channel")) {
        conflict.now = in->channel.code;
        conflict.first = first->channel_code;
    }
    reply_outgoing_conflict(call, &conflict);
}

static void transfer_explain(struct call *call, enum pay_err err, const struct transfer_in *in,
                             const struct transfer_opened *done)
{
    if (err == PAY_NO_CHANNEL)
        text_addf(call->why, "the channel %s is disabled or absent for this app", in->channel.code);
    if (err == PAY_BAD_FIELD && str_eq(done->field, "channel"))
        text_addf(call->why, "channel: %s cannot pay out", in->channel.code);
    if (err == PAY_BAD_FIELD && str_eq(done->field, "currency"))
        text_addf(call->why, "currency: the channel %s does not pay out %s", in->channel.code,
                  in->terms.currency);
    if (err == PAY_CONFLICT)
        explain_conflict(call, in, &done->transfer);
}

static enum pay_err pay_out(struct call *call, const void *input)
{
    static struct transfer_opened done;
    const struct transfer *transfer = &done.transfer;
    const struct transfer_in *in = input;
    const struct checkout_call asked = checkout_of(call, &in->channel);

    done = (struct transfer_opened){ .created = false };
    enum pay_err err = checkout_transfer(&asked, &in->terms, &done);
    call->field = done.field;
    if (!reply_outgoing(call, err, done.created, transfer->channel_error_code,
                        transfer->channel_error_msg)) {
        transfer_explain(call, err, in, &done);
        return err;
    }
    call_about_transfer(call, transfer->no);
    transfer_view(reply_data(call->reply), transfer);
    return err;
}

static enum pay_err transfer_reply(struct call *call, const void *input)
{
    static struct transfer found;
    const struct query_in *in = input;
    const struct transfer_key key = {
        .transfer_no = str_or(in->transfer_no, NULL),
        .merchant_transfer_id = str_or(in->merchant_transfer_id, NULL),
    };

    enum pay_err err = transfer_find(call->db, call->app->id, &key, &found);
    if (err != PAY_OK)
        return err;
    call_about_transfer(call, found.no);
    transfer_view_whole(reply_data(call->reply), &found);
    return PAY_OK;
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/transfer",
      .method = "POST",
      .scope = SCOPE_TRANSFER,
      .fields = FIELD_TABLE(TRANSFER_FIELDS),
      .input_size = sizeof(struct transfer_in),
      .handle = pay_out },
    { .path = "/api/pay/transfer/query",
      .method = "GET",
      .scope = SCOPE_QUERY,
      .fields = FIELD_TABLE(QUERY_FIELDS),
      .input_size = sizeof(struct query_in),
      .handle = transfer_reply },
};

static const struct endpoint TRANSFER = {
    .name = "transfer",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_vault = true,
    .load = LOAD_READ,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&TRANSFER, argc, argv);
}
