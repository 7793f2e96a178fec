/* cashier.c - the page of an order on which a payer chooses how to pay.
 * GET  /cashier/{query_token}   the page; as JSON, its state alone; &go leads on to the channel
 * POST /cashier/{query_token}   its form: channel, which is submitted; then back to the page
 * The token is the payer's right, as in `status`. Each POST goes through checkout_submit with a
 * nonce of its own: a second click finds the attempt of the first. */
#include "base/clock.h"
#include "checkout/checkout.h"
#include "web/cashier_ways.h"

struct page_in {
    char go[9], said[9];
};
static const struct field PAGE_FIELDS[] = {
    FIELD(struct page_in, go, FIELD_CHECKED, OPTIONAL, .max = 8),
    FIELD(struct page_in, said, FIELD_CHECKED, OPTIONAL, .max = 8),
};
struct choice_in {
    char channel[CHANNEL_CODE_SIZE];
};
static const struct field CHOICE_FIELDS[] = {
    FIELD(struct choice_in, channel, FIELD_WORD, NEEDED, .min = 1, .max = CHANNEL_CODE_SIZE - 1,
          .alphabet = ALPHA_CHANNEL),
};

static struct cashier_offers offers;

static enum pay_page_state order_page_state(const struct order *order)
{
    if (order->status == ORDER_SUCCESS || order->status == ORDER_REFUND)
        return PAGE_PAID;
    if (order->expired != 0)
        return PAGE_EXPIRED;
    return order->status == ORDER_WAITING ? PAGE_OPEN : PAGE_CLOSED;
}

/* The order of the address, as `status` finds it. */
static enum pay_err order_of_token(struct call *call, struct order *out)
{
    if (!str_is(call->segment, ALPHA_HEX, TOKEN_SIZE - 1, TOKEN_SIZE - 1))
        return PAY_NOT_FOUND;
    enum pay_err err = checkout_status(call->db, call->config, call->segment, out);
    if (err == PAY_OK)
        call_about(call, out->no, NULL);
    return err;
}

static enum cashier_notice notice_of(const struct page_in *in, const struct attempt *newest)
{
    const bool shown = newest && newest->status == ATTEMPT_WAITING && *newest->display_content;

    if (str_eq(in->said, "unknown") && !shown)
        return NOTICE_UNKNOWN;
    if (str_eq(in->said, "many"))
        return NOTICE_MANY;
    return newest && newest->status == ATTEMPT_CLOSED ? NOTICE_FAILED : NOTICE_NONE;
}

/* What is open and what was tried: only of an order that can be paid. */
static enum pay_err tries_read(struct call *call, const struct order *order,
                               const struct page_in *in, struct pay_cashier *to)
{
    static struct order_whole whole;
    const struct order_key key = { .order_no = order->no };

    enum pay_err err = order_find_whole(call->db, order->app_id, &key, &whole);
    db_end(call->db);
    if (err != PAY_OK)
        return err;
    const struct attempt *newest = whole.count > 0 ? &whole.attempts[0] : NULL;
    to->notice = notice_of(in, newest);
    to->change = whole.order.attempts * 4;
    if (newest && newest->status == ATTEMPT_WAITING)
        to->change += *newest->display_content ? 2 : 1;
    if (!newest || newest->status != ATTEMPT_WAITING)
        return PAY_OK;
    if (str_eq(newest->display_mode, "qr_code"))
        to->code_text = newest->display_content;
    else if (str_eq(newest->display_mode, "redirect"))
        to->go_url = newest->display_content;
    to->go_now = *to->go_url && *in->go;
    return PAY_OK;
}

static enum pay_err cashier_page(struct call *call, const void *input)
{
    static struct order order;
    static struct pay_way ways[CHANNELS_MAX];
    struct pay_cashier cashier = { .ways = ways, .code_text = "", .go_url = "" };
    const struct app *app;
    char action[sizeof("/cashier/") + TOKEN_SIZE];
    struct text to = TEXT(action);

    enum pay_err err = order_of_token(call, &order);
    if (err == PAY_NOT_FOUND)
        return pay_page_write(
            call, &(struct pay_page){ .cashier = &cashier, .state = PAGE_NOT_FOUND, .shop = "" });
    if (err == PAY_OK)
        err = app_by_id(call->db, order.app_id, &app);
    if (err == PAY_OK)
        err = channel_list(call->db, call->config, order.app_id, offers.at, &offers.count);
    const enum pay_page_state state = order_page_state(&order);
    if (err == PAY_OK && state == PAGE_OPEN)
        err = tries_read(call, &order, input, &cashier);
    if (err != PAY_OK)
        return err;
    text_addf(&to, "/cashier/%s", call->segment);
    cashier.count = cashier_ways(call, &order, &offers, ways);
    cashier.test_mode = call->config->test_mode;
    /* clang-format off */
    return pay_page_write(call, &(struct pay_page){
        .cashier = &cashier, .state = state, .shop = app->name, .subject = order.subject,
        .price = order.price, .currency = order.currency, .number = order.no, .action = action,
        .expire_time = order.expire_time, .now = clock_now_ms(), .return_url = order.return_url });
    /* clang-format on */
}

/* Back to the page, which says what came of it: paid, expired, closed and refused it sees itself.
 * Other errors are the answer. */
static enum pay_err page_again(struct call *call, enum pay_err err)
{
    char url[URL_SIZE];
    struct text to = TEXT(url);
    const char *query = err == PAY_OK         ? "?go=1"
                        : err == PAY_UNKNOWN  ? "?said=unknown"
                        : err == PAY_ATTEMPTS ? "?said=many"
                                              : "";

    if (!*query && err != PAY_PAID && err != PAY_EXPIRED && err != PAY_CLOSED && err != PAY_REFUSED)
        return err;
    text_addf(&to, "%s/cashier/%s%s", call->config->base_url, call->segment, query);
    reply_redirect(call->reply, url);
    return PAY_OK;
}

static enum pay_err choose(struct call *call, const void *input)
{
    static struct order order;
    static struct checkout done;
    const struct choice_in *in = input;
    const struct app *app;
    char nonce[TOKEN_SIZE];

    enum pay_err err = order_of_token(call, &order);
    if (err == PAY_OK)
        err = channel_list(call->db, call->config, order.app_id, offers.at, &offers.count);
    if (err == PAY_OK && !cashier_accepts(call, &order, &offers, in->channel))
        return PAY_NO_CHANNEL;
    if (err == PAY_OK)
        err = app_by_id(call->db, order.app_id, &app);
    if (err != PAY_OK)
        return err;
    token_new(nonce);
    const struct checkout_call checkout = {
        .db = call->db,
        .config = call->config,
        .app = app,
        .nonce = nonce,
        .channel = in->channel,
        .any_extras = true,
        .payer_ip = call->request->client,
    };
    const struct order_key key = { .order_no = order.no };
    return page_again(call, checkout_submit(&checkout, &key, &done));
}

/* clang-format off */
static const struct route ROUTES[] = {
    { .path = "/cashier/{}", .method = "GET", .auth = OPEN_TO_ALL,
      .fields = FIELD_TABLE(PAGE_FIELDS), .input_size = sizeof(struct page_in),
      .payers = true, .page = true, .handle = cashier_page },
    { .path = "/cashier/{}", .method = "POST", .auth = OPEN_TO_ALL, .own_origin = true,
      .body = BODY_FORM, .fields = FIELD_TABLE(CHOICE_FIELDS),
      .input_size = sizeof(struct choice_in), .payers = true, .page = true, .handle = choose },
};
/* clang-format on */
static const struct endpoint CASHIER = { .name = "cashier",
                                         .routes = ROUTES,
                                         .count = COUNT(ROUTES),
                                         .needs_base_url = true,
                                         .needs_vault = true };

int main(int argc, char **argv)
{
    return endpoint_serve(&CASHIER, argc, argv);
}
