/* sandbox_wechat.c - the played WeChat Pay (test mode only).
 *
 * /v3/…            its API: which calls there are, and how they are signed, is in sandbox/wechat
 * /cashier/wechat  what a payer sees: ?out_trade_no=…&qr=…, or the prepay_id of an h5_url */
#include "sandbox/wechat/wechat.h"
#include "web/skeleton/endpoint.h"

#define CANONICAL_SIZE (80 * 1024)

static const char *header(const void *arg, const char *name)
{
    return request_header(arg, name);
}

typedef void serve(const struct sandbox_request *in, struct sandbox_answer *out);

static enum pay_err answer(struct call *call, serve *work)
{
    static char headers[SANDBOX_HEADERS_SIZE], canonical_room[CANONICAL_SIZE];
    const struct request *in = call->request;
    struct text canonical = TEXT(canonical_room);
    struct sandbox_answer out = { .body = &call->reply->body,
                                  .headers = TEXT(headers),
                                  .canonical = &canonical };

    /* clang-format off */
    work(&(struct sandbox_request){
             .db = call->db, .config = call->config, .method = in->method, .path = in->path,
             .uri = in->uri, .query = in->query, .content_type = in->content_type,
             .body = in->body, .body_len = in->body_len, .header = header, .arg = in },
         &out);
    /* clang-format on */
    call->reply->status = out.status;
    call->reply->raw = true;
    if (out.reset)
        sandbox_header(&out, "X-Accel-Redirect", "/_reset");
    if (out.type)
        reply_header(call->reply, "Content-Type", out.type);
    text_add(&call->reply->headers, out.headers.at);
    return PAY_OK;
}

static enum pay_err api(struct call *call, const void *input)
{
    (void)input;
    return answer(call, wechat_serve);
}

static enum pay_err cashier(struct call *call, const void *input)
{
    (void)input;
    return answer(call, wechat_cashier);
}

/* clang-format off */
#define ROUTE(method_, path_, handle_) \
    { .path = (path_), .method = (method_), .auth = OPEN_TO_ALL, .body = BODY_NONE, .bare = true, \
      .test_only = true, .no_rate = true, .handle = (handle_) }
/* clang-format on */
static const struct route ROUTES[] = {
    ROUTE("GET", "/v3/*", api),
    ROUTE("POST", "/v3/*", api),
    ROUTE("PUT", "/v3/*", api),
    ROUTE("DELETE", "/v3/*", api),
    ROUTE("GET", "/cashier/wechat", cashier),
    ROUTE("POST", "/cashier/wechat", cashier),
};
static const struct endpoint SANDBOX = {
    .name = "sandbox_wechat",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_READ,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX, argc, argv);
}
