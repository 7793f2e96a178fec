/* mockpay.c - the face of the mock gateway (test mode only).
 *
 * GET  /mockpay?pay_id=…&token=…   the page where a person pays, or decides about a transfer
 *                                  (pay_id is its transfer_no); as JSON, its state alone
 * POST /mockpay                    its forms: pay_id, token, csrf, outcome, refund_no
 * POST /mockpay/…                  questions of the channel, signed both ways (mock_gateway.h)
 * POST /api/pay/mock-callback      {"pay_id":…,"status":"SUCCESS"}: pay, sign, send the callback;
 *                                  success_time, in the past, dates the payment
 * POST /sandbox/clock              moves an app's due times back (signed) */
#include "base/text.h"
#include "io/db/db_server.h"
#include "sandbox/books.h"
#include "sandbox/mock/mock_gateway.h"
#include "sandbox/mock/mock_waiting.h"
#include "web/page/pay_page.h"
#include "web/skeleton/test_clock.h"

/* clang-format off */
struct page_input {
    char pay_id[65], token[65], csrf[MOCK_CSRF_SIZE], outcome[17], refund_no[NO_SIZE];
};
struct callback_input { char pay_id[NO_SIZE]; int64_t status, success_time; };
static const struct field PAGE_FIELDS[] = {
    FIELD(struct page_input, pay_id, FIELD_CHECKED, OPTIONAL, .max = 64),
    FIELD(struct page_input, token, FIELD_CHECKED, OPTIONAL, .max = 64),
};
static const struct field FORM_FIELDS[] = {
    FIELD(struct page_input, pay_id, FIELD_NO, NEEDED),
    FIELD(struct page_input, token, FIELD_WORD, NEEDED, .min = 1, .max = 64,
          .alphabet = ALPHA_NONCE, .secret = true),
    FIELD(struct page_input, csrf, FIELD_CHECKED, OPTIONAL, .max = MOCK_CSRF_SIZE - 1),
    FIELD(struct page_input, outcome, FIELD_WORD, NEEDED, .min = 1, .max = 16,
          .alphabet = ALPHA_CHANNEL),
    FIELD(struct page_input, refund_no, FIELD_NO, OPTIONAL),
};
static const struct word STATUSES[] = {
    { MOCK_PAID, "SUCCESS", "" }, { MOCK_FAILED, "FAILED", "" }, { MOCK_CLOSED, "CLOSED", "" },
    { .word = NULL },
};
/* clang-format on */
static const struct field CALLBACK_FIELDS[] = {
    FIELD(struct callback_input, pay_id, FIELD_NO, NEEDED),
    FIELD(struct callback_input, status, FIELD_CHOICE, NEEDED, .words = STATUSES),
    FIELD(struct callback_input, success_time, FIELD_TIME, OPTIONAL),
};

static struct db *books; /* the gateway's own database */

static bool open_books(const struct config *config)
{
    books = db_open_role(config, "sandbox");
    return true;
}

static enum pay_page_state page_state(const struct mock_trade *trade)
{
    if (trade->status == MOCK_PAID || trade->status == MOCK_FAILED)
        return trade->status == MOCK_PAID ? PAGE_PAID : PAGE_FAILED;
    if (trade->is_transfer)
        return PAGE_DECIDE;
    if (trade->expire_time <= trade->now) /* closed for that reason, as a rule */
        return PAGE_EXPIRED;
    return trade->status == MOCK_WAITING ? PAGE_OPEN : PAGE_CLOSED;
}

static void page_url(const struct call *call, const struct page_input *in, struct text *to)
{
    text_addf(to, "%s/mockpay?pay_id=%s&token=%s", call->config->base_url, in->pay_id, in->token);
}

/* What waits for a person's decision: refunds of the trade, or the transfer itself. */
static enum pay_err waiting_read(const struct mock_trade *trade, struct pay_waiting *out,
                                 size_t *count)
{
    static struct mock_payout rows[MOCK_WAITING_SHOWN];

    enum pay_err err = mock_waiting_list(books, trade, rows, count);
    for (size_t i = 0; err == PAY_OK && i < *count; i++)
        out[i] = (struct pay_waiting){ rows[i].no, rows[i].price };
    return err;
}

static enum pay_err mockpay_page(struct call *call, const void *input)
{
    const struct page_input *in = input;
    char url[1025], csrf[MOCK_CSRF_SIZE] = "";
    struct text self = TEXT(url);
    struct pay_waiting waiting[MOCK_WAITING_SHOWN];
    struct mock_trade trade;
    size_t count;

    enum pay_err err = mock_page_open(books, in->pay_id, &trade);
    if (err != PAY_OK && err != PAY_NOT_FOUND)
        return err;
    if (err == PAY_NOT_FOUND || !mock_token_ok(&trade, in->token))
        return pay_page_write(call, &(struct pay_page){ .state = PAGE_NOT_FOUND, .shop = "" });
    page_url(call, in, &self);
    bool ok = mock_csrf_new(&trade, csrf);
    mock_trade_close(&trade);
    err = waiting_read(&trade, waiting, &count);
    if (err != PAY_OK)
        return err;
    call_about(call, NULL, trade.pay_id);
    /* clang-format off */
    const struct pay_page view = {
        .state = page_state(&trade), .shop = trade.merchant.shop, .subject = trade.subject,
        .price = trade.price, .currency = trade.currency, .number = trade.pay_id,
        .self_url = url, .expire_time = trade.expire_time, .now = trade.now,
        .return_url = trade.return_url, .action = "/mockpay",
        .waiting = waiting, .waiting_count = count,
        .hidden = { { "pay_id", in->pay_id }, { "token", in->token }, { "csrf", csrf } },
    };
    /* clang-format on */
    return ok ? pay_page_write(call, &view) : PAY_FAULT;
}

static enum pay_err form(struct call *call, const void *input)
{
    const struct page_input *in = input;
    const struct mock_form filled = { in->pay_id, in->token, in->csrf, in->outcome, in->refund_no };
    char url[1025];
    struct text to = TEXT(url);

    call_about(call, NULL, in->pay_id);
    enum pay_err err = mock_form_apply(books, call->config, &filled);
    if (err == PAY_BAD_FIELD)
        call->field = "outcome";
    page_url(call, in, &to);
    if (err == PAY_OK)
        reply_redirect(call->reply, url);
    return err;
}

/* What the channel asks: the path says what. */
static enum pay_err question(struct call *call, const void *input)
{
    const struct request *in = call->request;

    (void)input;
    return mock_question_answer(books, in->path + strlen("/mockpay/"), in->body, in->body_len,
                                reply_raw(call->reply, "application/json"));
}

static enum pay_err mock_callback(struct call *call, const void *input)
{
    const struct callback_input *in = input;
    const struct mock_played played = { in->pay_id, word_of(STATUSES, in->status),
                                        in->success_time };

    call_about(call, NULL, in->pay_id);
    call->field = "success_time"; /* only it can be wrong */
    return mock_callback_play(books, call->config, &played, reply_data(call->reply));
}

static enum pay_err books_advance(struct call *call, int64_t seconds, int64_t *due)
{
    return sandbox_books_advance(books, call->app->app_key, seconds, due);
}

static enum pay_err clock_post(struct call *call, const void *input)
{
    static const struct test_clock_other GATEWAY = { "callbacks", books_advance };

    return test_clock_post(call, input, &GATEWAY);
}

/* clang-format off */
/* Signed, and so is the answer. */
#define QUESTION(path_) \
    { .path = (path_), .method = "POST", .auth = OPEN_TO_ALL, .body = BODY_JSON, .bare = true, \
      .test_only = true, .no_rate = true, .handle = question }
static const struct route ROUTES[] = {
    { .path = "/mockpay", .method = "GET", .auth = OPEN_TO_ALL,
      .fields = FIELD_TABLE(PAGE_FIELDS), .input_size = sizeof(struct page_input),
      .payers = true, .page = true, .test_only = true, .handle = mockpay_page },
    { .path = "/mockpay", .method = "POST", .auth = OPEN_TO_ALL, .own_origin = true,
      .body = BODY_FORM, .fields = FIELD_TABLE(FORM_FIELDS),
      .input_size = sizeof(struct page_input), .payers = true, .page = true, .test_only = true,
      .handle = form },
    QUESTION("/mockpay/query"), QUESTION("/mockpay/close"),
    QUESTION("/mockpay/refund"), QUESTION("/mockpay/refund/query"),
    QUESTION("/mockpay/bill"), QUESTION("/mockpay/transfer"),
    QUESTION("/mockpay/transfer/query"),
    { .path = "/api/pay/mock-callback", .method = "POST", .auth = OPEN_TO_ALL,
      .own_origin = true, .body = BODY_JSON, .fields = FIELD_TABLE(CALLBACK_FIELDS),
      .input_size = sizeof(struct callback_input), .test_only = true, .handle = mock_callback },
    { .path = "/sandbox/clock", .method = "POST", .auth = SIGNED_BY_APP, .scope = SCOPE_CLOCK,
      .body = BODY_JSON, .fields = TEST_CLOCK_FIELDS, .input_size = sizeof(struct test_clock_in),
      .test_only = true, .handle = clock_post },
};
static const struct endpoint MOCKPAY = {
    .name = "mockpay", .routes = ROUTES, .count = COUNT(ROUTES), .needs_base_url = true,
    .load = LOAD_READ, .needs_vault = true, .test_only = true, .open_worker = open_books,
};
/* clang-format on */

int main(int argc, char **argv)
{
    return endpoint_serve(&MOCKPAY, argc, argv);
}
