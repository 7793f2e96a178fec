/* callback.c - what channels tell us.
 *   POST /api/pay/callback                    the mock channel; the attempt names the key
 *   POST /api/pay/notify/order/{channel_id}   every channel
 * Acknowledged with {"code":0,"msg":"SUCCESS"} once the result is committed, never before; anything
 * else means: send it again. Callbacks about refunds and transfers come with these. */
#include "web/callback.h"
#include "web/callers.h"

static enum pay_err acknowledge(struct call *call, enum pay_err err)
{
    if (err == PAY_OK)
        text_add(reply_raw(call->reply, "application/json; charset=utf-8"),
                 "{\"code\":0,\"msg\":\"SUCCESS\"}");
    return err;
}

static enum pay_err take_mock(struct call *call, const void *input)
{
    (void)input;
    return acknowledge(call, callback_take(call, 0));
}

static enum pay_err take_order(struct call *call, const void *input)
{
    int64_t id;

    (void)input;
    return str_to_i64(call->segment, 1, INT64_MAX, &id) ? acknowledge(call, callback_take(call, id))
                                                        : PAY_NOT_FOUND;
}

static enum pay_err take_none(struct call *call, const void *input)
{
    (void)call;
    (void)input;
    return PAY_NOT_FOUND;
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/callback", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .test_only = true,
      .handle = take_mock },
    { .path = "/api/pay/notify/order/{}", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .body = BODY_NONE, .own_body = true, .no_rate = true, .handle = take_order },
    { .path = "/api/pay/notify/refund/{}", .method = "POST", .auth = OPEN_TO_ALL,
      .body = BODY_NONE, .bare = true, .no_rate = true, .handle = take_none },
    { .path = "/api/pay/notify/transfer/{}", .method = "POST", .auth = OPEN_TO_ALL,
      .body = BODY_NONE, .bare = true, .no_rate = true, .handle = take_none },
};

static bool open_worker(const struct config *config)
{
    (void)config;
    callers_begin();
    return true;
}

static const struct endpoint CALLBACK = {
    .name = "callback", .routes = ROUTES, .count = COUNT(ROUTES), .needs_vault = true,
    .open = callers_open, .open_worker = open_worker,
};

int main(int argc, char **argv) { return endpoint_serve(&CALLBACK, argc, argv); }
