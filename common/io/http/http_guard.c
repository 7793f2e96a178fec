/* http_guard.c - where a connection may go. Asked with the very address that is about to be
 * dialled, so a name that answers differently the second time gains nothing. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "io/http/http_private.h"

#define OWN_FRESH_US 5000000

/* Cloud metadata: never, whatever the operator's list says. */
static bool is_metadata(const struct net_address *address)
{
    static struct net_list never;

    if (never.count == 0 && !net_list_parse("169.254.0.0/16,fd00:ec2::254", &never))
        return true;
    return net_list_has(&never, address);
}

static bool address_of(const struct sockaddr *from, struct net_address *out)
{
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, from, sizeof(six));
        memcpy(out->bytes, &six.sin6_addr, sizeof(out->bytes));
        return true;
    }
    if (from->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, from, sizeof(four));
        *out = (struct net_address){ .bytes = { [10] = 0xFF, [11] = 0xFF } };
        memcpy(out->bytes + 12, &four.sin_addr, 4);
        return true;
    }
    return false;
}

/* ---- this machine's own addresses: what listens on them was never meant for merchants, however
 * public they look */

static struct {
    struct net_address *at;
    size_t count;
    int64_t read_us;
    bool known;
} own;

static void own_keep(const struct ifaddrs *all)
{
    size_t room = 0;

    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
        room++;
    free(own.at);
    own.count = 0;
    own.at = calloc(room + 1, sizeof(*own.at));
    if (!own.at)
        abort();
    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
        if (i->ifa_addr && address_of(i->ifa_addr, &own.at[own.count]))
            own.count++;
}

/* Under systemd the web programs may not open AF_NETLINK, and need not: they make no calls. */
static void own_read(bool for_call)
{
    struct ifaddrs *all = NULL;

    if (own.read_us != 0 && clock_ticks_us() - own.read_us < OWN_FRESH_US)
        return;
    own.read_us = clock_ticks_us();
    own.known = getifaddrs(&all) == 0;
    if (own.known) {
        own_keep(all);
        freeifaddrs(all);
    } else if (for_call) {
        log_event(LOG_ERROR, "net.own_addresses", KV("error", strerror(errno)),
                  KV("cure", "let the program open AF_NETLINK sockets"));
    }
}

/* for_call: the address is about to be called. Then it counts as own when the system does not list
 * the addresses; for a warning it does not. */
static bool is_own(const struct net_address *address, bool for_call)
{
    own_read(for_call);
    if (!own.known)
        return for_call;
    for (size_t i = 0; i < own.count; i++)
        if (memcmp(&own.at[i], address, sizeof(*address)) == 0)
            return true;
    return false;
}

/* ---- the rule */

static bool may_call(const struct net_address *address, const struct net_list *allow, bool for_call)
{
    if (is_metadata(address))
        return false;
    return net_list_has(allow, address) || (net_is_public(address) && !is_own(address, for_call));
}

bool http_address_ok(const struct http_transfer *t, const struct net_address *address)
{
    return !t->checked || may_call(address, &t->allow, true);
}

/* curl resolves these names to the loopback by itself. */
static bool is_localhost(const char *host)
{
    static const char NAME[] = "localhost";
    size_t len = strlen(host), skip = sizeof(NAME) - 1;

    return len >= skip && strcmp(host + len - skip, NAME) == 0 &&
           (len == skip || host[len - skip - 1] == '.');
}

bool http_url_blocked(const char *url, const struct net_list *allow)
{
    struct http_url to;
    struct net_address address;

    if (!url || *url == '\0')
        return false;
    if (!http_url_ok(url, &to))
        return true;
    size_t len = strlen(to.host);
    if (len > 1 && to.host[len - 1] == '.')
        to.host[len - 1] = '\0';
    if (is_localhost(to.host))
        return !(net_parse("127.0.0.1", &address) && net_list_has(allow, &address)) &&
               !(net_parse("::1", &address) && net_list_has(allow, &address));
    return net_parse(to.host, &address) && !may_call(&address, allow, false);
}

/* ---- where curl asks */

curl_socket_t http_open_socket(void *transfer, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *t = transfer;
    struct net_address to;

    (void)purpose;
    if (!address_of(&address->addr, &to) || !http_address_ok(t, &to)) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    t->dialled = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A kept connection was made under another request's rules. One that begins and ends at the same
 * address never left this machine, although no interface may bear that address (a local route). */
int http_before_request(void *transfer, char *peer, char *local, int peer_port, int local_port)
{
    struct http_transfer *t = transfer;
    struct net_address to;

    (void)peer_port;
    (void)local_port;
    t->reached = true;
    if (!t->checked)
        return CURL_PREREQFUNC_OK;
    if (net_parse(peer, &to) && http_address_ok(t, &to) &&
        (!str_eq(peer, local) || net_list_has(&t->allow, &to)))
        return CURL_PREREQFUNC_OK;
    t->refused = true;
    t->dialled = false;
    return CURL_PREREQFUNC_ABORT;
}
