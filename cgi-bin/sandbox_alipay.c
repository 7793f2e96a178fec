/* sandbox_alipay.c - the played Alipay (test mode only).
 *
 * GET, POST /gateway.do      the OpenAPI gateway
 * POST, GET /v3/alipay/…     the same as JSON over REST
 * GET, POST /cashier/alipay  the payer's page
 * GET /bill/alipay/{}        a bill's file */
#include "sandbox/alipay/alipay.h"
#include "sandbox/alipay/alipay_v3.h"
#include "web/skeleton/endpoint.h"

#define CANONICAL_MAX 131072

static const char *header(const void *arg, const char *name)
{
    return request_header(arg, name);
}

static enum pay_err answered(struct call *call, void (*serve)(const struct sandbox_request *in,
                                                              struct sandbox_answer *out))
{
    static char canonical_room[CANONICAL_MAX], header_room[SANDBOX_HEADERS_SIZE];
    struct text canonical = TEXT(canonical_room);
    const struct request *request = call->request;
    /* clang-format off */
    const struct sandbox_request in = {
        .db = call->db, .config = call->config, .method = request->method, .path = request->path,
        .uri = request->uri, .query = request->query, .content_type = request->content_type,
        .body = request->body, .body_len = request->body_len, .header = header, .arg = request,
    };
    struct sandbox_answer out = {
        .body = &call->reply->body, .canonical = &canonical, .headers = TEXT(header_room),
    };
    /* clang-format on */

    serve(&in, &out);
    call->reply->status = out.status;
    (void)reply_raw(call->reply, str_or(out.type, "text/plain"));
    text_add(&call->reply->headers, header_room);
    if (out.reset)
        reply_header(call->reply, "X-Accel-Redirect", "/_reset");
    return PAY_OK;
}

static enum pay_err gateway(struct call *call, const void *input)
{
    (void)input;
    return answered(call, alipay_serve);
}

static enum pay_err rest(struct call *call, const void *input)
{
    (void)input;
    return answered(call, alipay_v3_serve);
}

static enum pay_err cashier(struct call *call, const void *input)
{
    (void)input;
    return answered(call, alipay_cashier);
}

static enum pay_err bill(struct call *call, const void *input)
{
    (void)input;
    return answered(call, alipay_bill_file);
}

/* clang-format off */
#define OPEN(method_, path_, handle_) \
    { .path = (path_), .method = (method_), .auth = OPEN_TO_ALL, .body = BODY_NONE, .bare = true, \
      .test_only = true, .no_rate = true, .handle = (handle_) }
/* clang-format on */
static const struct route ROUTES[] = {
    OPEN("GET", "/gateway.do", gateway),
    OPEN("POST", "/gateway.do", gateway),
    OPEN("GET", "/cashier/alipay", cashier),
    OPEN("POST", "/cashier/alipay", cashier),
    OPEN("GET", "/bill/alipay/{}", bill),
    OPEN("POST", "/v3/alipay/trade/{}", rest),
    OPEN("POST", "/v3/alipay/trade/fastpay/refund/query", rest),
    OPEN("POST", "/v3/alipay/fund/trans/uni/transfer", rest),
    OPEN("POST", "/v3/alipay/fund/trans/common/query", rest),
    OPEN("POST", "/v3/alipay/fund/account/query", rest),
    OPEN("GET", "/v3/alipay/data/dataservice/bill/downloadurl/query", rest),
    OPEN("POST", "/v3/alipay/open/app/alipaycert/download", rest),
};
static const struct endpoint SANDBOX_ALIPAY_CGI = {
    .name = "sandbox_alipay",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_READ,
    .db_role = "sandbox",
    .test_only = true,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&SANDBOX_ALIPAY_CGI, argc, argv);
}
