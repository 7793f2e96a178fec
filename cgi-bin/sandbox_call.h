/* sandbox_call.h - between a request of the web skeleton and what the played channels take: for the
 * programs sandbox_*.c, each of which includes it once. */
#ifndef CGI_BIN_SANDBOX_CALL_H
#define CGI_BIN_SANDBOX_CALL_H

#include "sandbox/core/sandbox.h"
#include "web/skeleton/endpoint.h"

#define SANDBOX_CANONICAL_SIZE (128 * 1024)

typedef void sandbox_serve(const struct sandbox_request *in, struct sandbox_answer *out);

static const char *sandbox_call_header(const void *request, const char *name)
{
    return request_header(request, name);
}

static enum pay_err sandbox_answered(struct call *call, sandbox_serve *serve)
{
    static char headers[SANDBOX_HEADERS_SIZE], canonical_room[SANDBOX_CANONICAL_SIZE];
    const struct request *request = call->request;
    struct text canonical = TEXT(canonical_room);
    const struct sandbox_request in = {
        .db = call->db,
        .config = call->config,
        .method = request->method,
        .path = request->path,
        .segment = str_or(call->segment, ""),
        .uri = request->uri,
        .query = request->query,
        .content_type = request->content_type,
        .tls = fcgi_param(request->fcgi, "HTTPS"),
        .body = request->body,
        .body_len = request->body_len,
        .header = sandbox_call_header,
        .arg = request,
    };
    struct sandbox_answer out = {
        .body = &call->reply->body,
        .headers = TEXT(headers),
        .canonical = &canonical,
    };

    serve(&in, &out);
    call->reply->status = out.status;
    call->reply->raw = true;
    if (out.type)
        reply_header(call->reply, "Content-Type", out.type);
    if (out.reset)
        reply_header(call->reply, "X-Accel-Redirect", "/_reset");
    text_add(&call->reply->headers, out.headers.at);
    return PAY_OK;
}

/* A handler of a route, called name, which lets serve answer. */
#define SANDBOX_HANDLER(name, serve) \
    static enum pay_err name(struct call *call, const void *input) \
    { \
        (void)input; \
        return sandbox_answered(call, serve); \
    }

/* clang-format off */
#define SANDBOX_ROUTE(method_, path_, handle_) \
    { .path = (path_), .method = (method_), .auth = OPEN_TO_ALL, .body = BODY_NONE, .bare = true, \
      .test_only = true, .no_rate = true, .handle = (handle_) }
/* clang-format on */

#endif
