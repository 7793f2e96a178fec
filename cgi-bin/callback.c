/* callback.c - what channels tell us.
 *   POST /api/pay/callback                    the mock channel; the attempt names the key
 *   POST /api/pay/notify/order/{channel_id}   every channel
 * Acknowledged with {"code":0,"msg":"SUCCESS"} once the result is committed, never before; anything
 * else means: send it again. Callbacks about refunds and transfers come with these. */
#include "web/callback.h"

static enum pay_err acknowledge(struct call *call, enum pay_err err)
{
    if (err == PAY_OK)
        text_add(reply_raw(call->reply, "application/json; charset=utf-8"),
                 "{\"code\":0,\"msg\":\"SUCCESS\"}");
    return err;
}

static enum pay_err take_mock(struct call *call, const void *input)
{
    const struct channel_driver *driver = channel_driver_find("mock", call->config->test_mode);

    (void)input;
    return driver ? acknowledge(call, callback_take(call, driver, NULL)) : PAY_NOT_FOUND;
}

static enum pay_err take_order(struct call *call, const void *input)
{
    const struct channel_config *channel;
    int64_t id;

    (void)input;
    if (!str_to_i64(call->segment, 1, INT64_MAX, &id))
        return PAY_NOT_FOUND;
    enum pay_err err = channel_config_by_id(call->db, call->config, id, &channel);
    if (err == PAY_NO_CHANNEL)
        return PAY_NOT_FOUND;
    return err == PAY_OK ? acknowledge(call, callback_take(call, channel->driver, channel)) : err;
}

static enum pay_err take_none(struct call *call, const void *input)
{
    (void)call;
    (void)input;
    return PAY_NOT_FOUND;
}

static const struct route ROUTES[] = {
    { .path = "/api/pay/callback", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .no_rate = true, .handle = take_mock },
    { .path = "/api/pay/notify/order/{}", .method = "POST", .auth = OPEN_TO_ALL, .bare = true,
      .no_rate = true, .handle = take_order },
    { .path = "/api/pay/notify/refund/{}", .method = "POST", .auth = OPEN_TO_ALL,
      .body = BODY_NONE, .bare = true, .no_rate = true, .handle = take_none },
    { .path = "/api/pay/notify/transfer/{}", .method = "POST", .auth = OPEN_TO_ALL,
      .body = BODY_NONE, .bare = true, .no_rate = true, .handle = take_none },
};

static const struct endpoint CALLBACK = {
    .name = "callback", .routes = ROUTES, .count = COUNT(ROUTES), .needs_vault = true,
};

int main(int argc, char **argv) { return endpoint_serve(&CALLBACK, argc, argv); }
