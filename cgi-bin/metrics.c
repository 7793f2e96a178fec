/* metrics.c - GET /metrics: counters and gauges as Prometheus text, for the loopback and the
 *             networks of SHROFF_METRICS_NETS; to all others there is no such path.
 *             GET /healthz: 200 while the database answers within a second, else 503. */
#include "base/stats.h"
#include "pay/gauges.h"
#include "pay/space.h"
#include "web/endpoint.h"

#define PING_MS 1000

static bool may_look(const struct call *call)
{
    struct net_list loopback;
    struct net_address client;

    return net_parse(call->request->client, &client) &&
           ((net_list_parse("127.0.0.0/8,::1", &loopback) && net_list_has(&loopback, &client)) ||
            net_list_has(&call->config->metrics_nets, &client));
}

static void add_gauge(struct text *to, const char *name, const char *help, int64_t n)
{
    text_addf(to, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)n);
}

static void add_gauges(struct text *to, const struct gauges *g)
{
    const int64_t oldest = g->notify_oldest_due_ms;

    add_gauge(to, "shroff_notify_due", "Notifications due now.", g->notify_due);
    text_addf(to, "# HELP shroff_notify_oldest_due_seconds Age of the oldest due notification.\n"
              "# TYPE shroff_notify_oldest_due_seconds gauge\n"
              "shroff_notify_oldest_due_seconds %lld.%03lld\n", (long long)(oldest / 1000),
              (long long)(oldest % 1000));
    add_gauge(to, "shroff_notify_given_up", "Notifications given up and not resent.",
              g->notify_given_up);
    add_gauge(to, "shroff_alerts_open", "Alerts that no operator has closed.", g->alerts_open);
}

static enum pay_err show_metrics(struct call *call, const void *input)
{
    struct gauges gauges;

    (void)input;
    if (!may_look(call))
        return PAY_NOT_FOUND;
    struct text *page = reply_raw(call->reply, "text/plain; version=0.0.4; charset=utf-8");
    reply_header(call->reply, "Cache-Control", "no-store");
    stats_print(page);
    const bool up = gauges_read(call->db, &gauges) == PAY_OK;
    add_gauge(page, "shroff_database_up", "1 while the database answers.", up);
    if (up)
        add_gauges(page, &gauges);
    const int64_t left = space_free(up ? call->db : NULL);
    if (left >= 0)
        add_gauge(page, "shroff_database_free_bytes",
                  "Free on the disk that holds the database; full, MariaDB aborts.", left);
    return PAY_OK;
}

static enum pay_err show_health(struct call *call, const void *input)
{
    (void)input;
    return db_ping(call->db, PING_MS) ? PAY_OK : PAY_DB_AWAY;
}

static const struct route ROUTES[] = {
    { .path = "/metrics", .method = "GET", .auth = OPEN_TO_ALL, .bare = true, .no_rate = true,
      .handle = show_metrics },
    { .path = "/healthz", .method = "GET", .auth = OPEN_TO_ALL, .bare = true, .no_rate = true,
      .handle = show_health },
};

static const struct endpoint METRICS = {
    .name = "metrics", .routes = ROUTES, .count = COUNT(ROUTES),
};

int main(int argc, char **argv) { return endpoint_serve(&METRICS, argc, argv); }
