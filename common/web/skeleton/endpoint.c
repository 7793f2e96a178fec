/* endpoint.c - what happens to a request, in the contract's order of refusals: the table STEPS. */
#include "web/skeleton/endpoint.h"
#include <string.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stats.h"
#include "channel/gate.h"
#include "web/skeleton/auth.h"
#include "web/skeleton/content_type.h"
#include "web/page/error_page.h"
#include "web/skeleton/origin.h"
#include "web/skeleton/field_private.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/reply_send.h"
#include "web/skeleton/request_read.h"
#include "web/skeleton/route.h"
#include "web/skeleton/worker.h"

/* One request at a time in a process: all of this is static. */
struct cycle {
    struct worker *worker;
    struct request request;
    char method[24];                    /* for the log line: the request is gone by then */
    struct reply reply;
    struct route_match match;
    struct credentials said;
    bool said_well, signed_well;
    bool done;                          /* answered before the handler's turn */
    struct app app;                     /* copies: what a handler calls may look up other apps */
    struct app_key key;
    struct call call;
    const char *field;
    char why_room[WHY_SIZE];            /* what is wrong with this request, in words */
    struct text why;
    int retry_after;
};

void call_about(struct call *call, const char *order_no, const char *pay_id)
{
    if (order_no && !text_copy(call->order_no, sizeof(call->order_no), order_no))
        call->order_no[0] = '\0';
    if (pay_id && !text_copy(call->pay_id, sizeof(call->pay_id), pay_id))
        call->pay_id[0] = '\0';
}

static bool is_post(const struct cycle *c)
{
    return str_eq(c->match.route->method, "POST");
}

static enum pay_err step_read(struct cycle *c)
{
    enum pay_err err =
        request_read(c->worker->fcgi, &c->worker->config->trusted_proxies, &c->request);

    struct text method = TEXT(c->method);

    if (err == PAY_BAD_BODY)
        text_add(&c->why, c->request.unread);
    log_request(c->request.id);
    text_add_n(&method, c->request.method, strnlen(c->request.method, sizeof(c->method) - 1));
    FP("request.read");
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
    enum pay_err err = request_read_body(&c->request, BODY_MAX);

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

    if (!is_post(c) || !type || content_type_is(c->request.content_type, type))
        return PAY_OK;
    text_add_cut(&c->why, c->request.content_type, strlen(c->request.content_type), 60);
    text_addf(&c->why, "%s is not accepted here: send %s in UTF-8",
              *c->request.content_type ? "" : "a body without a content type", type);
    return PAY_BAD_TYPE;
}

static enum pay_err step_rate(struct cycle *c)
{
    const struct route *route = c->match.route;
    const struct fcgi *fcgi = c->worker->fcgi;

    if (route->auth == SIGNED_BY_APP)
        c->said_well = fcgi_param_count(fcgi, "HTTP_AUTHORIZATION") == 1 &&
                       auth_parse(fcgi_param(fcgi, "HTTP_AUTHORIZATION"), &c->said);
    if (!route->no_rate && !rate_take_address(c->request.client, &c->retry_after))
        return PAY_RATE;
    return !c->said_well || rate_look_app(c->said.app_key, &c->retry_after) ? PAY_OK : PAY_RATE;
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

static enum pay_err check_credentials(struct cycle *c)
{
    const struct app *app;
    const struct app_key *key;

    enum pay_err err = auth_app(c->worker->db, &c->request, &c->said, &app);
    if (err == PAY_OK)
        err = auth_time(&c->said, clock_now_s());
    if (err == PAY_OK)
        err = auth_signature(app, &c->request, &c->said, &key);
    if (err == PAY_FAULT)
        auth_tell_shut(c->worker->db, app, &c->said);
    if (err != PAY_OK)
        return err;
    c->app = *app;
    c->key = *key;
    c->signed_well = true;
    return PAY_OK;
}

/* A key made a moment ago is not among the kept ones yet: looked up again before it is refused, 50
 * times a second at most, since anybody can cause it. */
static bool may_be_new(enum pay_err err)
{
    static int64_t next;
    const int64_t now = clock_ticks_us();

    if ((err != PAY_UNSIGNED && err != PAY_BAD_SIGN) || now < next)
        return false;
    next = now + 20000;
    return true;
}

static enum pay_err find_key(struct cycle *c)
{
    enum pay_err err = c->said_well ? check_credentials(c) : PAY_UNSIGNED;

    if (c->said_well && may_be_new(err)) {
        app_forget(c->said.app_key);
        err = check_credentials(c);
    }
    return err;
}

static enum pay_err step_credentials(struct cycle *c)
{
    if (c->match.route->auth == OPEN_TO_ALL)
        return PAY_OK;
    enum pay_err err = find_key(c);
    if (err != PAY_OK) {
        auth_say(&c->request, c->said_well ? &c->said : NULL, err, &c->why);
        return err;
    }
    FP("request.signed");
    c->call.app = &c->app;
    c->call.key = &c->key;
    c->call.nonce = c->said.nonce;
    return rate_take_app(c->said.app_key, &c->retry_after) ? PAY_OK : PAY_RATE;
}

static enum pay_err step_address(struct cycle *c)
{
    struct net_address client;

    if (c->match.route->own_origin && !origin_is_ours(&c->request, c->worker->config)) {
        text_addf(&c->why, "a cross-site request: Host and Origin must be those of %s",
                  c->worker->config->base_url);
        return PAY_CROSS_SITE;
    }
    if (!c->signed_well || c->app.allowed.count == 0)
        return PAY_OK;
    if (net_parse(c->request.client, &client) && net_list_has(&c->app.allowed, &client))
        return PAY_OK;
    text_addf(&c->why, "the address %s is not on the app's allow-list", c->request.client);
    return PAY_BAD_ADDRESS;
}

static enum pay_err step_scope(struct cycle *c)
{
    const unsigned scope = (unsigned)c->match.route->scope;

    if (!c->signed_well || (c->key.scopes & scope) == scope)
        return PAY_OK;
    text_add(&c->why, "the key lacks the scope ");
    scopes_add(&c->why, scope);
    return PAY_NO_SCOPE;
}

static _Alignas(max_align_t) char input_room[ENDPOINT_INPUT_MAX];

/* What is asked for stands in one place: a POST's body or a GET's query, never in both. */
static enum pay_err read_fields(const struct cycle *c, struct field_fault *fault)
{
    const struct route *route = c->match.route;
    const struct request *request = &c->request;
    const struct field_table query = { route->fields.at, route->fields.count, route->payers };
    const struct field_table nothing = { NULL, 0, route->payers };
    enum pay_err err;

    if (!is_post(c)) {
        if (request->body_len == 0)
            return field_read_query(&query, request->query, input_room, fault);
        text_add(fault->why, "a GET has no body: put what is asked for into the query");
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

/* A disabled app stops making new things; what is under way goes on. */
static enum pay_err step_app(struct cycle *c)
{
    const bool stops = (c->match.route->scope & (SCOPE_CREATE | SCOPE_TRANSFER)) != 0;

    return c->signed_well && stops && c->app.status != APP_ENABLED ? PAY_APP_DISABLED : PAY_OK;
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
    step_read, step_route, step_size, step_type, step_rate, step_preflight, step_credentials,
    step_address, step_scope, step_fields, step_app, step_handle,
};

/* What the pay layer could not finish in its own tries was rolled back: nothing was done. */
static enum pay_err outward(enum pay_err err)
{
    return err == PAY_TRY_AGAIN ? PAY_DB_AWAY : err;
}

/* A name that is not ours may be anything, a token too: it is answered, not logged. */
static const char *field_to_log(const struct cycle *c)
{
    const struct route *route = c->match.route;

    if (!c->field || !route || route->bare)
        return c->field;
    return field_index(&route->fields, c->field) < route->fields.count ? c->field : "?";
}

/* A path may be as long as a stranger likes, and that of the cashier is a token; behind an escape
 * may stand the query, whose "?" was escaped on its way. */
static const char *path_to_log(const struct cycle *c)
{
    static char room[161];
    struct text path = TEXT(room);

    if (strcasestr(c->request.path, "cashier/"))
        return "/cashier/-";
    const size_t plain = strcspn(c->request.path, ";&=%");
    text_add_n(&path, c->request.path, plain < sizeof(room) ? plain : sizeof(room) - 1);
    return room;
}

/* What a stranger can repeat: unsigned requests that are refused, and what anybody may look at. */
static bool may_fill_logs(const struct cycle *c, enum pay_err err)
{
    return !c->signed_well && (err != PAY_OK || !is_post(c));
}

static void tell(const struct cycle *c, enum pay_err err, int64_t us)
{
    const struct err_row *row = err_row(err);
    const char *name = c->worker->endpoint->name;
    char label[120];
    struct text text = TEXT(label);

    text_addf(&text, "endpoint=\"%s\",code=\"%d\"", name, row->code);
    stats_add("shroff_requests_total", label, 1);
    text_reset(&text);
    text_addf(&text, "endpoint=\"%s\"", name);
    stats_observe_us("shroff_request_seconds", label, us);
    if (may_fill_logs(c, err) && !rate_take_line(c->request.client))
        return;
    log_event(row->http >= 500 ? LOG_WARN : LOG_INFO, "request", KV("endpoint", name),
              KV("method", c->method), KV("path", path_to_log(c)), KN("status", c->reply.status),
              KN("code", row->code), KV("result", err == PAY_OK ? "" : err_name(err)),
              KV("field", field_to_log(c)), KV("app_key", c->said_well ? c->said.app_key : ""),
              KV("order_no", c->call.order_no), KV("pay_id", c->call.pay_id), KN("us", us),
              KN("ms", us / 1000), KV("client", c->request.client));
}

static void begin(struct cycle *c, struct worker *worker)
{
    c->worker = worker;
    c->match.route = NULL;
    c->match.allow[0] = '\0';
    c->said_well = c->signed_well = c->done = false;
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

    begin(&cycle, worker);
    for (size_t i = 0; i < COUNT(STEPS) && err == PAY_OK && !cycle.done; i++)
        err = STEPS[i](&cycle);
    gate_rise();
    db_end(worker->db);
    const struct reply_end end = {
        .err = outward(err), .field = cycle.field, .why = cycle.why_room,
        .request_id = cycle.request.id, .allow = cycle.match.allow,
        .retry_after = cycle.retry_after, .head = cycle.request.head,
        .page = error_page_asked(cycle.match.route, &cycle.request) ? error_page_write : NULL,
    };
    err = reply_close(&cycle.reply, &end);
    (void)reply_send(&cycle.reply, worker->fcgi, end.head);
    fcgi_finish(worker->fcgi);
    tell(&cycle, err, clock_ticks_us() - start);
    if (cycle.signed_well)
        app_key_used(worker->db, &cycle.key);
    log_request(NULL);
}
