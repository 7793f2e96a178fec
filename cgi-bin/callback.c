/* callback.c - callbacks: what channels say of payments, refunds and transfers.
 *   POST /api/pay/callback                    the mock channel; the attempt names the key
 *   POST /api/pay/notify/order/{channel_id}   every channel; so are …/refund/… and …/transfer/…
 * The sender is admitted (web/callers.h), the body read as the channel's driver takes it; all else
 * is settle/hear.h. Acknowledged in the driver's words once the result is committed, never before;
 * anything else means: send it again. */
#include "base/log.h"
#include "settle/hear.h"
#include "web/callback_read.h"
#include "web/callers.h"
#include "web/skeleton/endpoint.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/request_read.h"

static const char *one_header(void *request, const char *name)
{
    return request_header(request, name);
}

static void all_headers(void *request, struct text *to)
{
    callback_headers(request, to);
}

/* Size comes before rate in the contract, and costs nothing. */
static enum pay_err turned_away(const struct request *request)
{
    const bool large = request_announced(request) > REQUEST_BODY_MAX;
    const enum pay_err err = large ? PAY_TOO_LARGE : PAY_RATE;

    hear_not_admitted(err);
    return err;
}

static enum pay_err too_large(const struct call *call, const struct hearing *h)
{
    text_addf(call->why, "the body is over %zu bytes: send less", h->driver->body_max);
    if (rate_take_line(h->raw.remote_address))
        log_event(LOG_INFO, "callback.too_large", KN("channel_id", h->raw.channel_id),
                  KN("bytes", h->raw.announced), KV("client", h->raw.remote_address));
    return PAY_TOO_LARGE;
}

static enum pay_err read_body(struct call *call, struct hearing *h)
{
    struct request *request = call->request;

    h->raw.announced = request_announced(request);
    const size_t most = h->driver->body_max;
    enum pay_err err =
        request_read_body(request, most < REQUEST_BODY_MAX ? most : REQUEST_BODY_MAX);
    if (err == PAY_TOO_LARGE)
        return too_large(call, h);
    h->raw.body = request->body;
    h->raw.body_len = request->body_len;
    if (err != PAY_OK)
        return err;
    if (callback_type_fits(h->driver->body, request->content_type))
        return PAY_OK;
    callback_type_say(h->driver->body, request->content_type, call->why);
    return PAY_BAD_TYPE;
}

/* An outage is no refusal: it counts against no address. */
static enum caller_end caller_end_of(const struct hearing *h, enum pay_err err)
{
    return h->believed                 ? CALLER_BELIEVED
           : err_row(err)->http >= 500 ? CALLER_NEITHER
                                       : CALLER_REFUSED;
}

static void about_note(struct call *call, const struct hearing *h)
{
    switch (h->about) {
    case ABOUT_ORDER:
        call_about(call, NULL, h->no);
        return;
    case ABOUT_REFUND:
        call_about_refund(call, h->no);
        return;
    case ABOUT_TRANSFER:
        call_about_transfer(call, h->no);
        return;
    }
}

static enum pay_err callback_take(struct call *call, struct hearing *h)
{
    enum pay_err err = hear_begin(h);

    if (err == PAY_OK)
        err = read_body(call, h);
    err = err == PAY_OK ? hear(h) : hear_refuse(h, err);
    call->field = h->field;
    about_note(call, h);
    return err;
}

/* In the driver's words where it has some: channels read a status, a text, or both. */
static void answer(struct call *call, const struct hearing *h, enum pay_err err)
{
    struct channel_answer own;

    if (!hear_answer(h, err, &own))
        return;
    text_add(reply_raw(call->reply, own.type), own.body);
    call->reply->status = own.status;
    call->reply->final = true;
}

/* channel_id 0: the attempt names the channel. The request's log line has the result. */
static enum pay_err callback(struct call *call, enum channel_about about, int64_t channel_id)
{
    struct request *request = call->request;
    struct hearing h = {
        .db = call->db,
        .config = call->config,
        .number = channel_id,
        .about = about,
        .why = call->why,
        .source = { request, one_header, all_headers },
        .raw = { .remote_address = request->client },
    };

    if (!callers_enter(call->db, request->client))
        return turned_away(request);
    enum pay_err err = callback_take(call, &h);
    callers_leave(request->client, caller_end_of(&h, err));
    answer(call, &h, err);
    return err;
}

static enum pay_err take_mock(struct call *call, const void *input)
{
    (void)input;
    return callback(call, ABOUT_ORDER, 0);
}

static enum pay_err take_about(struct call *call, enum channel_about about)
{
    int64_t id;

    return str_to_i64(call->segment, 1, INT64_MAX, &id) ? callback(call, about, id) : PAY_NOT_FOUND;
}

static enum pay_err take_order(struct call *call, const void *input)
{
    (void)input;
    return take_about(call, ABOUT_ORDER);
}

static enum pay_err take_refund(struct call *call, const void *input)
{
    (void)input;
    return take_about(call, ABOUT_REFUND);
}

static enum pay_err take_transfer(struct call *call, const void *input)
{
    (void)input;
    return take_about(call, ABOUT_TRANSFER);
}

/* clang-format off */
static const struct route ROUTES[] = {
    { .path = "/api/pay/callback", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .test_only = true,
      .handle = take_mock },
    { .path = "/api/pay/notify/order/{}", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .handle = take_order },
    { .path = "/api/pay/notify/refund/{}", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .handle = take_refund },
    { .path = "/api/pay/notify/transfer/{}", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .handle = take_transfer },
};
/* clang-format on */

static bool open_worker(const struct config *config)
{
    (void)config;
    callers_begin();
    return true;
}

static const struct endpoint CALLBACK = {
    .name = "callback",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .needs_vault = true,
    .open = callers_open,
    .open_worker = open_worker,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&CALLBACK, argc, argv);
}
