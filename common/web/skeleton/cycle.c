/* cycle.c - what happens to a request, in the contract's order of refusals: the table STEPS. The
 * steps that decide whether it is admitted are in admit.c. */
#include "web/skeleton/cycle.h"
#include <string.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "channel/call.h"
#include "channel/gate.h"
#include "web/page/error_page.h"
#include "web/skeleton/content_type.h"
#include "web/skeleton/reply_send.h"
#include "web/skeleton/request_read.h"

static enum pay_err step_read(struct cycle *c)
{
    enum pay_err err =
        request_read(c->worker->fcgi, &c->worker->config->trusted_proxies, &c->request);

    struct text method = TEXT(c->method);

    if (err == PAY_BAD_BODY)
        text_add(&c->why, c->request.unread);
    log_request(c->request.id);
    text_add_n(&method, c->request.method, strnlen(c->request.method, sizeof(c->method) - 1));
    FP_AFTER(err, "request.read");
    return err;
}

static enum pay_err step_route(struct cycle *c)
{
    const struct worker *w = c->worker;
    enum pay_err err = route_find(w->endpoint, w->config->test_mode, c->request.path,
                                  c->request.method, &c->match);

    if (c->match.route && c->match.route->any_origin) {
        reply_header(&c->reply, "Access-Control-Allow-Origin", "*");
        reply_header(&c->reply, "Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
    }
    if (err == PAY_BAD_METHOD) {
        text_add_cut(&c->why, c->request.method, strlen(c->request.method), 16);
        text_addf(&c->why, " is not allowed here: send %s", c->match.allow);
    }
    return err;
}

static enum pay_err step_size(struct cycle *c)
{
    if (c->match.route->own_body)
        return PAY_OK;
    enum pay_err err = request_read_body(&c->request, REQUEST_BODY_MAX);

    if (err == PAY_BAD_BODY)
        text_add(&c->why, "the body is not as long as Content-Length says");
    return err;
}

static enum pay_err step_type(struct cycle *c)
{
    const char *const want[] = { [BODY_JSON] = "application/json",
                                 [BODY_FORM] = "application/x-www-form-urlencoded",
                                 [BODY_NONE] = NULL };
    const char *type = want[c->match.route->body];

    if (!type || !route_takes_body(c->match.route) ||
        content_type_is(c->request.content_type, type))
        return PAY_OK;
    text_add_cut(&c->why, c->request.content_type, strlen(c->request.content_type), 60);
    text_addf(&c->why, "%s is not accepted here: send %s in UTF-8",
              *c->request.content_type ? "" : "a body without a content type", type);
    return PAY_BAD_TYPE;
}

/* A browser asks beforehand what a page of another site may send (the Fetch standard's CORS). */
static enum pay_err step_preflight(struct cycle *c)
{
    if (!c->match.route->any_origin || !str_eq(c->request.method, "OPTIONS"))
        return PAY_OK;
    c->reply.status = 204;
    c->reply.raw = c->done = true;
    reply_header(&c->reply, "Allow", "GET, HEAD, OPTIONS");
    reply_header(&c->reply, "Access-Control-Allow-Methods", "GET, HEAD");
    reply_header(&c->reply, "Access-Control-Allow-Headers", "*");
    reply_header(&c->reply, "Access-Control-Max-Age", "86400");
    return PAY_OK;
}

static _Alignas(max_align_t) char input_room[ENDPOINT_INPUT_MAX];

/* Fields come from one place: the body of a POST or PUT, the query of a GET or DELETE. */
static enum pay_err read_fields(const struct cycle *c, struct field_fault *fault)
{
    const struct route *route = c->match.route;
    const struct request *request = &c->request;
    const struct field_table query = { route->fields.at, route->fields.count, route->payers };
    const struct field_table nothing = { NULL, 0, route->payers };
    enum pay_err err;

    if (!route_takes_body(route)) {
        if (request->body_len == 0)
            return field_read_query(&query, request->query, input_room, fault);
        text_addf(fault->why, "a %s has no body: put what is asked for into the query",
                  route->method);
        return PAY_BAD_BODY;
    }
    if (route->body == BODY_JSON)
        err = field_read_json(&route->fields, request->body, request->body_len, input_room, fault);
    else if (strlen(request->body) != request->body_len)
        err = PAY_BAD_BODY;
    else
        err = field_read_query(&route->fields, request->body, input_room, fault);
    return err == PAY_OK ? field_read_query(&nothing, request->query, NULL, fault) : err;
}

static enum pay_err step_fields(struct cycle *c)
{
    struct field_fault fault = { NULL, &c->why };

    enum pay_err err = c->match.route->bare ? PAY_OK : read_fields(c, &fault);
    c->field = fault.name;
    return err;
}

static enum pay_err step_handle(struct cycle *c)
{
    c->call.db = c->worker->db;
    c->call.config = c->worker->config;
    c->call.request = &c->request;
    c->call.segment = c->match.segment;
    c->call.reply = &c->reply;
    enum pay_err err = c->match.route->handle(&c->call, input_room);
    c->field = c->call.field;
    return err;
}

static enum pay_err (*const STEPS[])(struct cycle *c) = {
    step_read,        step_route,   step_size,  step_type,   step_rate, step_preflight,
    step_credentials, step_address, step_scope, step_fields, step_app,  step_handle,
};

/* What the pay layer could not finish in its own tries was rolled back: nothing was done. */
static enum pay_err outward(enum pay_err err)
{
    return err == PAY_TRY_AGAIN ? PAY_DB_AWAY : err;
}

static void cycle_start(struct cycle *c, struct worker *worker)
{
    c->worker = worker;
    c->match.route = NULL;
    c->match.allow[0] = '\0';
    c->said_well = c->app_known = c->signed_well = c->done = false;
    c->field = NULL;
    c->why = TEXT(c->why_room);
    c->call = (struct call){ .db = worker->db, .why = &c->why };
    c->retry_after = 0;
    reply_reset(&c->reply);
}

void worker_serve(struct worker *worker)
{
    static struct cycle cycle;
    const int64_t start = clock_ticks_us();
    enum pay_err err = PAY_OK;

    cycle_start(&cycle, worker);
    channel_time_begin();
    for (size_t i = 0; i < COUNT(STEPS) && err == PAY_OK && !cycle.done; i++)
        err = STEPS[i](&cycle);
    gate_rise();
    db_end(worker->db);
    const struct reply_end end = {
        .err = outward(err),
        .field = cycle.field,
        .why = cycle.why_room,
        .request_id = cycle.request.id,
        .allow = cycle.match.allow,
        .retry_after = cycle.retry_after,
        .head = cycle.request.head,
        .page = error_page_asked(cycle.match.route, &cycle.request) ? error_page_write : NULL,
    };
    err = reply_close(&cycle.reply, &end);
    (void)reply_send(&cycle.reply, worker->fcgi, end.head);
    fcgi_finish(worker->fcgi);
    request_log(&cycle, err, clock_ticks_us() - start);
    if (cycle.signed_well)
        app_key_used(worker->db, &cycle.key);
    log_request(NULL);
}
