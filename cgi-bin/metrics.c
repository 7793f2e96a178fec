/* metrics.c - GET /metrics: counters and gauges as Prometheus text, for the loopback and the
 *             networks of SHROFF_METRICS_NETS, through a proxy for those networks alone;
 *             to all others there is no such path.
 *             GET /healthz: 200 while the database answers within a second, else 503. */
#include <string.h>
#include "base/stats.h"
#include "watch/gauges.h"
#include "notify/notify_endpoint.h"
#include "app/space.h"
#include "web/skeleton/endpoint.h"

#define PING_MS 1000
#define HOSTS_SHOWN 50

/* A proxy on this machine hands over every client's request from the loopback. A request that was
 * passed on is judged by the client that a trusted proxy names; without one it is refused. */
static bool may_look(const struct call *call)
{
    const struct request *request = call->request;
    struct net_address client, peer;
    struct net_list loopback;

    if (!net_parse(request->client, &client) ||
        !net_parse(fcgi_param(request->fcgi, "REMOTE_ADDR"), &peer))
        return false;
    if (request_was_forwarded(request))
        return memcmp(&client, &peer, sizeof(peer)) != 0 &&
               net_list_has(&call->config->metrics_nets, &client);
    return (net_list_parse("127.0.0.0/8,::1", &loopback) && net_list_has(&loopback, &client)) ||
           net_list_has(&call->config->metrics_nets, &client);
}

static void add_gauge(struct text *to, const char *name, const char *help, int64_t n)
{
    text_addf(to, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)n);
}

static void add_age(struct text *to, const char *name, const char *help, int64_t ms)
{
    text_addf(to, "# HELP %s %s\n# TYPE %s gauge\n%s %lld.%03lld\n", name, help, name, name,
              (long long)(ms / 1000), (long long)(ms % 1000));
}

static void add_gauges(struct text *to, const struct gauges *g)
{
    add_gauge(to, "shroff_notify_due", "Notifications due now, parked ones too.", g->notify_due);
    add_age(to, "shroff_notify_oldest_due_seconds", "Age of the oldest due notification.",
            g->notify_oldest_due_ms);
    add_gauge(to, "shroff_notify_parked",
              "Of those due: put off, as their host or app is busy or does not answer.",
              g->notify_parked);
    add_age(to, "shroff_notify_oldest_ready_seconds",
            "Age of the oldest due notification that waits for a runner alone.",
            g->notify_oldest_ready_ms);
    add_gauge(to, "shroff_notify_given_up", "Notifications given up and not resent.",
              g->notify_given_up);
    add_gauge(to, "shroff_alerts_open", "Alerts that no operator has closed.", g->alerts_open);
    add_gauge(to, "shroff_orders_overdue", "Orders that wait for 30 s past their end.",
              g->orders_overdue);
    add_age(to, "shroff_sync_oldest_due_seconds",
            "Age of the oldest attempt that its channel is to be asked about.",
            g->sync_oldest_due_ms);
}

static enum pay_err host_gauge_add(void *arg, void *row)
{
    const struct notify_open_host *h = row;

    text_addf(arg, "shroff_notify_host_open_since_seconds{app_id=\"%lld\",host=\"%s\"} %lld\n",
              (long long)h->app_id, h->origin, (long long)(h->open_since / 1000));
    return PAY_OK;
}

/* The count comes first in the text, but is known only once the list was read. */
static void add_open_hosts(struct text *to, struct db *db)
{
    static char room[HOSTS_SHOWN * 1500];
    struct text hosts = TEXT(room);
    int64_t count = 0;

    if (notify_open_hosts(db, HOSTS_SHOWN, &count, host_gauge_add, &hosts) != PAY_OK)
        return;
    add_gauge(to, "shroff_notify_hosts_open", "Merchants' hosts that do not answer.", count);
    if (hosts.len > 0)
        text_addf(to,
                  "# HELP shroff_notify_host_open_since_seconds When a host's breaker opened"
                  " (Unix time); the oldest 50.\n"
                  "# TYPE shroff_notify_host_open_since_seconds gauge\n%s",
                  hosts.at);
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
    if (up) {
        add_gauges(page, &gauges);
        add_open_hosts(page, call->db);
    }
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
    { .path = "/metrics",
      .method = "GET",
      .auth = OPEN_TO_ALL,
      .bare = true,
      .no_rate = true,
      .handle = show_metrics },
    { .path = "/healthz",
      .method = "GET",
      .auth = OPEN_TO_ALL,
      .bare = true,
      .no_rate = true,
      .handle = show_health },
};

static const struct endpoint METRICS = {
    .name = "metrics",
    .routes = ROUTES,
    .count = COUNT(ROUTES),
    .load = LOAD_FEW,
};

int main(int argc, char **argv)
{
    return endpoint_serve(&METRICS, argc, argv);
}
