/* http_guard.c - where a connection may go. Asked with the very address that is about to be
 * dialled, so a name that answers differently the second time gains nothing. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "io/http_private.h"

/* Cloud metadata: never, whatever the operator's list says. */
static bool is_metadata(const struct net_address *address)
{
    static struct net_list never;

    if (never.count == 0 && !net_list_parse("169.254.0.0/16,fd00:ec2::254", &never))
        return true;
    return net_list_has(&never, address);
}

bool http_address_ok(const struct http_transfer *t, const struct net_address *address)
{
    if (!t->checked)
        return true;
    return !is_metadata(address) && (net_is_public(address) || net_list_has(&t->allow, address));
}

static bool address_of(const struct curl_sockaddr *from, struct net_address *out)
{
    if (from->family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, &from->addr, sizeof(six));
        memcpy(out->bytes, &six.sin6_addr, sizeof(out->bytes));
        return true;
    }
    if (from->family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, &from->addr, sizeof(four));
        *out = (struct net_address){ .bytes = { [10] = 0xFF, [11] = 0xFF } };
        memcpy(out->bytes + 12, &four.sin_addr, 4);
        return true;
    }
    return false;
}

curl_socket_t http_open_socket(void *transfer, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *t = transfer;
    struct net_address to;

    (void)purpose;
    if (!address_of(address, &to) || !http_address_ok(t, &to)) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    t->dialled = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A kept connection was made under another request's rules. */
int http_before_request(void *transfer, char *peer, char *local, int peer_port, int local_port)
{
    struct http_transfer *t = transfer;
    struct net_address to;

    (void)local; (void)peer_port; (void)local_port;
    t->reached = true;
    if (!t->checked || (net_parse(peer, &to) && http_address_ok(t, &to)))
        return CURL_PREREQFUNC_OK;
    t->refused = true;
    t->dialled = false;
    return CURL_PREREQFUNC_ABORT;
}
