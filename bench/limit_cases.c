/* limit_cases.c - the database's part of create, of a paying callback and of a refund: the calls
 * that the executables make, with made-up rows. */
#include "bench/limit.h"

#include <stdio.h>

#include "base/text.h"
#include "base/ulid.h"
#include "checkout/checkout_refund.h"
#include "checkout/order_open.h"
#include "order/order_row.h"
#include "settle/order_pay.h"

static const char PAY_URL[] = "http://127.0.0.1:20000/mockpay?pay_id=01ARZ3NDEKTSV4RRFFQ69G5FAV"
                              "&token=0123456789abcdef0123456789abcdef";
static const char NOTICE[] =
    "{\"type\":\"order.success\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"data\":{\"order_no\":"
    "\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"merchant_order_id\":\"B000000000001\",\"price\":8800,"
    "\"currency\":\"CNY\",\"subject\":\"Blue kettle\",\"status\":\"SUCCESS\",\"create_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"expire_time\":\"2026-01-01T00:00:00.000Z\",\"success_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"channel\":\"mock\","
    "\"channel_order_no\":\"MOCK0000000000000000\","
    "\"paid_price\":8800,\"refund_price\":0,\"refunding_price\":0,\"version\":1,\"app_key\":"
    "\"0123456789abcdef\"}}";
static const char CALLBACK[] =
    "{\"pay_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"channel_order_no\":\"MOCK0000000000000000\","
    "\"status\":\"SUCCESS\",\"price\":8800,\"currency\":\"CNY\",\"success_time\":"
    "\"2026-01-01T00:00:00.000Z\",\"timestamp\":1767225600,\"nonce\":\"0123456789abcdef01234567\","
    "\"sign_type\":\"HMAC-SHA256\",\"sign\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}";

#define PAID_AT INT64_C(1767225600000)

/* ---- create: nonce, order, attempt */

static enum pay_err create_once(struct limit *limit)
{
    static struct channel_ticket ticket;
    const struct channel_account channel = { .id = limit->channel_id, .code = "mock" };
    struct order order = {
        .app_id = limit->app_id, .price = MONEY(8800), .currency = "CNY", .subject = "Blue kettle"
    };
    char nonce[TOKEN_SIZE], pay_id[NO_SIZE];
    struct order_opened opened;

    token_new(nonce);
    token_new(order.query_token);
    ulid_new(order.no);
    ulid_new(pay_id);
    snprintf(order.merchant_order_id, sizeof(order.merchant_order_id), "L%s", order.no);
    snprintf(ticket.display_mode, sizeof(ticket.display_mode), "redirect");
    snprintf(ticket.display_content, sizeof(ticket.display_content), "%s", PAY_URL);
    return order_open(limit->db,
                      &(struct order_opening){ .order = &order,
                                               .nonce = nonce,
                                               .expire_in = 7200,
                                               .channel = &channel,
                                               .pay_id = pay_id,
                                               .ticket = &ticket },
                      &opened);
}

/* ---- callback: the attempt read with its order; both paid, notification, raw row */

static enum pay_err callback_once(struct limit *limit)
{
    static struct notify_plan task = { .url = "http://127.0.0.1:20000/shop/notify/1",
                                       .body = NOTICE,
                                       .body_len = sizeof(NOTICE) - 1,
                                       .tries = 16 };
    static struct order paid;
    const struct callback_raw raw = { .channel_id = limit->channel_id,
                                      .remote_address = "127.0.0.1",
                                      .body = CALLBACK,
                                      .body_len = sizeof(CALLBACK) - 1 };
    const struct order_attempt *pair;
    struct channel_said said = { .state = CHANNEL_SUCCESS };
    int64_t channel_id;

    snprintf(said.no, sizeof(said.no), "02%024lld", (long long)limit->turn);
    enum pay_err err = attempt_find(limit->db, said.no, &pair, &channel_id);
    if (err != PAY_OK)
        return err;
    paid = pair->order;
    paid.version++;
    paid.success_time = PAID_AT;
    paid.channel_id = channel_id;
    ulid_new(task.no);
    snprintf(paid.channel_code, sizeof(paid.channel_code), "mock");
    snprintf(said.channel_no, sizeof(said.channel_no), "MOCK%016lld", (long long)limit->turn);
    return order_pay(limit->db, &(struct order_paying){ .paid = &paid,
                                                        .attempt_id = pair->attempt.id,
                                                        .said = &said,
                                                        .task = &task,
                                                        .raw = &raw });
}

/* ---- refund, of an order that was paid from a wallet: reserved, then done without a call */

static enum pay_err refund_once(struct limit *limit)
{
    struct refund_terms terms = { .refund_price = MONEY(100),
                                  .expected_remaining = REMAINING_UNSAID };
    char order_no[NO_SIZE + 8], nonce[TOKEN_SIZE];
    const struct order_key key = { .order_no = order_no };
    static struct refund_reserved out;
    const struct app *app;

    token_new(nonce);
    snprintf(order_no, sizeof(order_no), "01%024lld", (long long)limit->turn);
    terms.merchant_refund_id[0] = 'L';
    ulid_new(terms.merchant_refund_id + 1);
    enum pay_err err = app_by_id(limit->db, limit->app_id, &app);
    if (err != PAY_OK)
        return err;
    return checkout_refund(
        &(struct refund_call){
            .db = limit->db,
            .config = limit->config,
            .request = { .app = app, .nonce = nonce, .order = &key, .terms = &terms } },
        &out);
}

const struct limit_case LIMIT_CASES[] = {
    { "create", create_once },
    { "callback", callback_once },
    { "refund", refund_once },
};
const size_t LIMIT_CASES_COUNT = sizeof(LIMIT_CASES) / sizeof(LIMIT_CASES[0]);
