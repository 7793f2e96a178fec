/* request_log.c - what remains of a request: its counters, and one line in the log. */
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/stats.h"
#include "web/skeleton/cycle.h"
#include "web/skeleton/field_private.h"
#include "web/skeleton/rate.h"

/* A name that the table lacks may be anything, a token too: it is answered, not logged. */
static const char *field_to_log(const struct cycle *c)
{
    const struct route *route = c->match.route;

    if (!c->field || !route || route->bare)
        return c->field;
    return field_index(&route->fields, c->field) < route->fields.count ? c->field : "?";
}

/* A stranger's path may be long, and the cashier's path is a token. Behind a percent sign may be a
 * query whose "?" was escaped. So the path is cut at the first such character. */
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

/* A merchant that confuses key and secret sends its secret as app_key. So an app_key is logged
 * whole when there is such an app, or when it begins as shroffctl's do; else its beginning is. */
static const char *app_key_to_log(const struct cycle *c)
{
    static char room[16];

    if (!c->said_well)
        return "";
    if (c->app_known || str_starts(c->said.app_key, APP_KEY_PREFIX))
        return c->said.app_key;
    snprintf(room, sizeof(room), "%.4s...", c->said.app_key);
    return room;
}

/* What strangers can repeat: unsigned requests that are refused, and open ones that only read. */
static bool may_fill_logs(const struct cycle *c, enum pay_err err)
{
    return !c->signed_well && (err != PAY_OK || !route_takes_body(c->match.route));
}

void request_log(const struct cycle *c, enum pay_err err, int64_t us)
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
              KV("field", field_to_log(c)), KV("app_key", app_key_to_log(c)),
              KV("order_no", c->call.order_no), KV("pay_id", c->call.pay_id),
              KV("refund_no", c->call.refund_no), KV("transfer_no", c->call.transfer_no),
              KN("us", us), KN("ms", us / 1000), KV("client", c->request.client));
}
