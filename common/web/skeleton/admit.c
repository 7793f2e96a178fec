/* admit.c - decides whether a request is admitted: rate, credentials, address, scope, app. */
#include "base/clock.h"
#include "base/fault.h"
#include "web/skeleton/cycle.h"
#include "web/skeleton/operator.h"
#include "web/skeleton/origin.h"
#include "web/skeleton/rate.h"

enum pay_err step_rate(struct cycle *c)
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

static enum pay_err check_credentials(struct cycle *c)
{
    const struct app *app;
    const struct app_key *key;

    enum pay_err err = auth_app(c->worker->db, &c->request, &c->said, &app);
    c->app_known = err == PAY_OK;
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

/* The cache may lack a key that was made a moment ago. So the app is read again before its key is
 * refused; at most 50 times a second, since every stranger can cause it. */
static bool may_be_new(enum pay_err err)
{
    static int64_t next;
    const int64_t now = clock_ticks_us();

    if ((err != PAY_UNSIGNED && err != PAY_BAD_SIGN) || now < next)
        return false;
    next = now + 20000;
    return true;
}

static enum pay_err admit_app(struct cycle *c)
{
    enum pay_err err = c->said_well ? check_credentials(c) : PAY_UNSIGNED;

    if (c->said_well && may_be_new(err)) {
        app_forget(c->said.app_key);
        err = check_credentials(c);
    }
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

static enum pay_err admit_operator(struct cycle *c)
{
    return operator_admit(c->match.route, &c->request, &c->why);
}

static enum pay_err admit_anybody(struct cycle *c)
{
    (void)c;
    return PAY_OK;
}

enum pay_err step_credentials(struct cycle *c)
{
    static enum pay_err (*const ADMIT[])(struct cycle * c) = {
        [SIGNED_BY_APP] = admit_app,
        [BY_OPERATOR] = admit_operator,
        [OPEN_TO_ALL] = admit_anybody,
    };

    return ADMIT[c->match.route->auth](c);
}

enum pay_err step_address(struct cycle *c)
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

enum pay_err step_scope(struct cycle *c)
{
    const unsigned scope = (unsigned)c->match.route->scope;

    if (!c->signed_well || (c->key.scopes & scope) == scope)
        return PAY_OK;
    text_add(&c->why, "the key lacks the scope ");
    scopes_add(&c->why, scope);
    return PAY_NO_SCOPE;
}

/* A disabled app stops making new things; what is under way goes on. */
enum pay_err step_app(struct cycle *c)
{
    const bool stops = (c->match.route->scope & (SCOPE_CREATE | SCOPE_TRANSFER)) != 0;

    return c->signed_well && stops && c->app.status != APP_ENABLED ? PAY_APP_DISABLED : PAY_OK;
}
