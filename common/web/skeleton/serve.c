/* serve.c - endpoint_serve: from main to the first request. Socket, descriptor 0 or plain CGI. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/stats.h"
#include "channel/gate.h"
#include "checkout/channels.h"
#include "io/db/db_server.h"
#include "io/fcgi/fcgi.h"
#include "io/crypto/vault.h"
#include "web/skeleton/endpoint.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/route.h"
#include "web/skeleton/server.h"
#include "web/skeleton/worker.h"

struct service {
    const struct endpoint *endpoint;
    struct config config;
    int fd; /* -1: plain CGI */
};

/* A web server hands query words over as arguments (RFC 3875 4.4): not to be read as options. */
static bool asks_help(int argc, char **argv)
{
    return argc > 1 && str_eq(argv[1], "--help") && !getenv("REQUEST_METHOD") &&
           !getenv("GATEWAY_INTERFACE");
}

static void print_route(const struct route *route)
{
    char room[64];
    struct text scope = TEXT(room);

    printf("  %-6s %s", route->method, route->path);
    if (route->auth == SIGNED_BY_APP) {
        scopes_add(&scope, route->scope);
        printf("  (signed, scope %s)", room);
    }
    puts(route->test_only ? "  (test mode only)" : "");
}

static int print_help(const struct endpoint *endpoint)
{
    printf("%s: a FastCGI executable of Shroff. It answers:\n\n", endpoint->name);
    for (size_t i = 0; i < endpoint->count; i++)
        print_route(&endpoint->routes[i]);
    printf("\nWith SHROFF_LISTEN it opens that Unix socket; else it takes a listening socket on\n"
           "descriptor 0; with neither it answers one plain CGI request. SIGTERM ends it, with\n"
           "the request in hand done.\n\n");
    config_print_help();
    return 0;
}

static _Noreturn void cannot_start(const struct endpoint *endpoint, const char *why)
{
    fprintf(stderr, "%s: %s\n", endpoint->name, why);
    exit(EXIT_CONFIG);
}

static void check_settings(const struct service *service)
{
    const struct endpoint *e = service->endpoint;

    if (e->test_only && !service->config.test_mode)
        cannot_start(e, "does not start in live mode: it plays money (SHROFF_MODE=test starts it)");
    if (e->needs_base_url && !service->config.base_url[0])
        cannot_start(e, "SHROFF_BASE_URL is not set: the address under which people reach this"
                        " service");
}

/* A wrong row of the table is a programmer's mistake: it stops the start, not a request. */
static void check_routes(const struct endpoint *e)
{
    char room[512];

    for (size_t i = 0; i < e->count; i++) {
        const struct route *route = &e->routes[i];
        const char *wrong = route_wrong(route);
        struct text why = TEXT(room);
        if (!wrong)
            continue;
        text_addf(&why, "the route %s %s: %s", str_or(route->method, "(no method)"), route->path,
                  wrong);
        cannot_start(e, room);
    }
}

static int open_socket(const struct service *service)
{
    int fd = -1;

    if (service->config.listen[0]) {
        if (fcgi_listen(service->config.listen, &fd) != PAY_OK)
            exit(EXIT_CONFIG);
        return fd;
    }
    if (fcgi_stdin_listens())
        return 0;
    if (!getenv("REQUEST_METHOD"))
        cannot_start(service->endpoint,
                     "no SHROFF_LISTEN, no listening socket on descriptor 0 and no CGI request"
                     " in the environment (--help)");
    return -1;
}

static int worker_work(void *arg)
{
    const struct service *service = arg;
    const struct endpoint *e = service->endpoint;
    struct worker worker = { .endpoint = e, .config = &service->config };

    if (e->needs_vault && vault_open(service->config.master_key_file) != PAY_OK)
        return EXIT_CONFIG;
    stats_open(service->config.metrics_file);
    gate_worker(server_place());
    worker.db = db_open_role(&service->config, e->db_role ? e->db_role : "web");
    if (e->open_worker && !e->open_worker(&service->config))
        return 1;
    worker.fcgi = fcgi_open(service->fd, e->connections);
    int64_t served = 0;
    while (fcgi_accept(worker.fcgi) == PAY_OK) {
        worker_serve(&worker);
        if (++served == service->config.worker_requests)
            fcgi_stop();
    }
    fcgi_close(&worker.fcgi);
    db_close(&worker.db);
    return served > 0 || server_ends() ? 0 : 1; /* 1: the socket gave no request */
}

int endpoint_serve(const struct endpoint *endpoint, int argc, char **argv)
{
    static struct service service;

    if (asks_help(argc, argv))
        return print_help(endpoint);
    service.endpoint = endpoint;
    config_load(&service.config);
    config_workers(&service.config, endpoint->name, endpoint->load);
    log_open(endpoint->name, (enum log_level)service.config.log_level);
    channels_use(CHANNELS);
    check_settings(&service);
    check_routes(endpoint);
    service.fd = open_socket(&service);
    rate_open(service.config.rate_ip, service.config.rate_app);
    gate_open(service.config.workers);
    if (endpoint->open)
        endpoint->open(&service.config);
    return service.fd < 0 ? worker_work(&service)
                          : server_run(service.config.workers, worker_work, &service);
}
