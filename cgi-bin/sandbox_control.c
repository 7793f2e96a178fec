/* sandbox_control.c - what steers and shows the played channels (test mode only, loopback only).
 *
 * POST /control/trades/{out_trade_no}   pays, cancels, chooses a scenario
 * GET  /control/trades                  the newest trades: JSON, or a page
 * GET  /control/trades/{out_trade_no}   one of them, with what was received, signed and sent
 * POST /control/clock                   what is due comes so many seconds earlier
 *
 * What a proxy passed on comes from anybody, and a page that a browser shows may send requests
 * here: both are refused. */
#include "sandbox/channels.h"
#include "sandbox/core/sandbox_control.h"
#include "web/skeleton/endpoint.h"
#include "web/skeleton/origin.h"

static const char *header(const void *arg, const char *name)
{
    return request_header(arg, name);
}

static struct sandbox_request taken(const struct call *call)
{
    const struct request *in = call->request;

    /* clang-format off */
    return (struct sandbox_request){
        .db = call->db, .config = call->config, .method = in->method, .path = in->path,
        .uri = in->uri, .query = in->query, .content_type = in->content_type, .body = in->body,
        .body_len = in->body_len, .header = header, .arg = in,
    };
    /* clang-format on */
}

static enum pay_err answered(struct call *call, const struct sandbox_answer *out)
{
    call->reply->status = out->status;
    (void)reply_raw(call->reply, out->type);
    text_add(&call->reply->headers, out->headers.at);
    return PAY_OK;
}

static bool is_from_here(const struct call *call)
{
    return !request_was_forwarded(call->request) && origin_is_local(call->request);
}

#define ANSWER(room) \
    { \
        .body = &call->reply->body, .headers = TEXT(room) \
    }

static enum pay_err trades(struct call *call, const void *input)
{
    char room[SANDBOX_HEADERS_SIZE];
    const struct sandbox_request in = taken(call);
    struct sandbox_answer out = ANSWER(room);

    (void)input;
    if (!is_from_here(call))
        return PAY_CROSS_SITE;
    sandbox_control_trades(&in, &out);
    return answered(call, &out);
}

static enum pay_err trade(struct call *call, const void *input)
{
    char room[SANDBOX_HEADERS_SIZE];
    const struct sandbox_request in = taken(call);
    struct sandbox_answer out = ANSWER(room);

    (void)input;
    if (!is_from_here(call))
        return PAY_CROSS_SITE;
    sandbox_control_trade(&in, call->segment, &out);
    return answered(call, &out);
}

static enum pay_err steer(struct call *call, const void *input)
{
    char room[SANDBOX_HEADERS_SIZE];
    const struct sandbox_request in = taken(call);
    struct sandbox_answer out = ANSWER(room);

    (void)input;
    if (!is_from_here(call))
        return PAY_CROSS_SITE;
    sandbox_control_steer(&in, call->segment, SANDBOX_CHANNELS, &out);
    return answered(call, &out);
}

static enum pay_err advance(struct call *call, const void *input)
{
    char room[SANDBOX_HEADERS_SIZE];
    const struct sandbox_request in = taken(call);
    struct sandbox_answer out = ANSWER(room);

    (void)input;
    if (!is_from_here(call))
        return PAY_CROSS_SITE;
    sandbox_control_clock(&in, &out);
    return answered(call, &out);
}

/* clang-format off */
#define CONTROL(method_, path_, handle_) \
    { .path = (path_), .method = (method_), .auth = OPEN_TO_ALL, .body = BODY_NONE, .bare = true, \
      .test_only = true, .no_rate = true, .handle = (handle_) }
/* clang-format on */
static const struct route ROUTES[] = {
    CONTROL("GET", "/control/trades", trades),
    CONTROL("GET", "/control/trades/{}", trade),
    CONTROL("POST", "/control/trades/{}", steer),
    CONTROL("POST", "/control/clock", advance),
};
static const struct endpoint SANDBOX_CONTROL = {
    .name = "sandbox_control",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_FEW,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX_CONTROL, argc, argv);
}
