/* query.c - orders and refunds, one or many; lists of transfers and channels.
 *   GET /api/pay/query?order_no= | merchant_order_id= | pay_id=   one order, attempts, refunds;
 *                                  &sync=1: its channels are asked first, and the nonce is spent
 *   GET /payments/{order_no}                                      the same
 *   GET /payments?from=&to=&status=&after=&limit=                 newest first, by pages
 *   GET /api/pay/refund/query?refund_no= | merchant_refund_id=    one refund
 *   GET /api/pay/refunds?from=&to=&status=&after=&limit=          newest first, by pages
 *   GET /api/pay/transfers?from=&to=&status=&after=&limit=        the same
 *   GET /api/pay/channels                                         what the app can be paid by
 *   GET /api/pay/status?token=                                    unsigned: the payer's browser
 * Signed with scope payment:query, but for status. */
#include "order/order_view.h"
#include "refund/refund_view.h"
#include "settle/sync.h"
#include "transfer/transfer_state.h"
#include "web/fields.h"
#include "web/list_reply.h"
#include "web/order_reply.h"
#include "web/skeleton/endpoint.h"

struct query_in {
    struct order_choice order;
    char pay_id[NO_SIZE];
    int64_t sync;
};
static const struct field QUERY_FIELDS[] = {
    FIELDS_ORDER_CHOICE(struct query_in, order),
    FIELD(struct query_in, pay_id, FIELD_NO, ONE_OF),
    FIELD(struct query_in, sync, FIELD_I64, OPTIONAL, .min = 1, .max = 1),
};

struct list_in {
    struct list_choice list;
};
static const struct field LIST_FIELDS[] = {
    FIELDS_LIST_CHOICE(struct list_in, list, ORDER_STATES),
};

static const struct field REFUNDS_FIELDS[] = {
    FIELDS_LIST_CHOICE(struct list_in, list, REFUND_STATES),
};

static const struct field TRANSFERS_FIELDS[] = {
    FIELDS_LIST_CHOICE(struct list_in, list, TRANSFER_STATES),
};

struct refund_in {
    char refund_no[NO_SIZE], merchant_refund_id[MERCHANT_NO_SIZE];
};
static const struct field REFUND_FIELDS[] = {
    FIELD(struct refund_in, refund_no, FIELD_NO, ONE_OF),
    FIELD_MERCHANT_NO(struct refund_in, merchant_refund_id, "merchant_refund_id", ONE_OF),
};

struct status_in {
    char token[REQUEST_URI_MAX + 1];
};
static const struct field STATUS_FIELDS[] = {
    FIELD(struct status_in, token, FIELD_CHECKED, NEEDED),
};

static enum pay_err order_query(struct call *call, const void *input)
{
    const struct query_in *in = input;
    struct order_key key = order_chosen(&in->order);

    key.pay_id = str_or(in->pay_id, NULL);
    const struct order_syncing syncing = {
        .db = call->db,
        .config = call->config,
        .app_id = call->app->id,
        .nonce = call->nonce,
        .key = &key,
    };
    enum pay_err err = in->sync != 0 ? order_sync(&syncing) : PAY_OK;
    return err == PAY_OK ? reply_order(call, &key) : err;
}

static enum pay_err show_payment(struct call *call, const void *input)
{
    const struct order_key key = { .order_no = call->segment };

    (void)input;
    return ulid_is(call->segment) ? reply_order(call, &key) : PAY_NOT_FOUND;
}

static enum pay_err list(struct call *call, const void *input)
{
    const struct list_in *in = input;

    return reply_orders(call, &in->list);
}

static enum pay_err refunds(struct call *call, const void *input)
{
    const struct list_in *in = input;

    return reply_refunds(call, &in->list);
}

static enum pay_err transfers(struct call *call, const void *input)
{
    const struct list_in *in = input;

    return reply_transfers(call, &in->list);
}

static enum pay_err refund_query(struct call *call, const void *input)
{
    const struct refund_in *in = input;
    const struct refund_key key = {
        .refund_no = str_or(in->refund_no, NULL),
        .merchant_refund_id = str_or(in->merchant_refund_id, NULL),
    };
    static struct refund refund;

    enum pay_err err = refund_find(call->db, call->app->id, &key, &refund);
    if (err != PAY_OK)
        return err;
    call_about(call, refund.order_no, NULL);
    call_about_refund(call, refund.no);
    refund_view_whole(reply_data(call->reply), &refund);
    return PAY_OK;
}

static enum pay_err channel_offers(struct call *call, const void *input)
{
    (void)input;
    return reply_channels(call);
}

static enum pay_err status(struct call *call, const void *input)
{
    const struct status_in *in = input;
    struct order order;

    if (!str_is(in->token, ALPHA_HEX, TOKEN_SIZE - 1, TOKEN_SIZE - 1))
        return PAY_NOT_FOUND;
    enum pay_err err = checkout_status(call->db, call->config, in->token, &order);
    if (err != PAY_OK)
        return err;
    call_about(call, order.no, NULL);
    order_view_public(reply_data(call->reply), &order);
    return PAY_OK;
}

/* clang-format off */
#define SIGNED_GET(path_, allow_, fields_, in_, handle_) \
    { .path = (path_), .method = "GET", .allow = (allow_), .scope = SCOPE_QUERY, \
      .fields = fields_, .input_size = sizeof(in_), .handle = (handle_) }
/* clang-format on */
static const struct route ROUTES[] = {
    SIGNED_GET("/api/pay/query", NULL, FIELD_TABLE(QUERY_FIELDS), struct query_in, order_query),
    { .path = "/payments/{}", .method = "GET", .scope = SCOPE_QUERY, .handle = show_payment },
    SIGNED_GET("/payments", "GET, HEAD, POST", FIELD_TABLE(LIST_FIELDS), struct list_in, list),
    SIGNED_GET("/api/pay/refund/query", NULL, FIELD_TABLE(REFUND_FIELDS), struct refund_in,
               refund_query),
    SIGNED_GET("/api/pay/refunds", NULL, FIELD_TABLE(REFUNDS_FIELDS), struct list_in, refunds),
    SIGNED_GET("/api/pay/transfers", NULL, FIELD_TABLE(TRANSFERS_FIELDS), struct list_in,
               transfers),
    { .path = "/api/pay/channels",
      .method = "GET",
      .scope = SCOPE_QUERY,
      .handle = channel_offers },
    { .path = "/api/pay/status",
      .method = "GET",
      .auth = OPEN_TO_ALL,
      .any_origin = true,
      .payers = true,
      .fields = FIELD_TABLE(STATUS_FIELDS),
      .input_size = sizeof(struct status_in),
      .handle = status },
};

static const struct endpoint QUERY = {
    .name = "query",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_base_url = true,
    .needs_vault = true,
    .load = LOAD_READ,
    .connections = 32,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&QUERY, argc, argv);
}
