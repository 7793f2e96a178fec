/* net.h - addresses and networks (IPv4 and IPv6; ::ffff:a.b.c.d counts as a.b.c.d). */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct net_address {
    uint8_t bytes[16];
}; /* always in IPv6 form, mapped for IPv4 */
bool net_is_v4(const struct net_address *address);
struct net_range {
    struct net_address from;
    int bits;
};

#define NET_LIST_MAX 64
struct net_list {
    struct net_range at[NET_LIST_MAX];
    size_t count;
};

MUST_USE bool net_parse(const char *s, struct net_address *out); /* no brackets, no port */
/* "10.0.0.0/8,::1/128, 192.0.2.7": comma or blank separated; a bare address is one host. False on
 * the first bad entry or when there are over NET_LIST_MAX. */
MUST_USE bool net_list_parse(const char *s, struct net_list *out);
bool net_list_has(const struct net_list *list, const struct net_address *address);
/* By IANA's special-purpose registries: refuses private, loopback, link-local, CGNAT, reserved,
 * multicast, documentation, 6to4, NAT64, Teredo …: only what a packet on the internet can reach. */
bool net_is_public(const struct net_address *address);
#define NET_TEXT_SIZE 46
/* The address in one element of X-Forwarded-For, as it was spelled: blanks, quotes, brackets and a
 * port around it are dropped. False when it is no address. */
MUST_USE bool net_element(const char *s, size_t len, char out[NET_TEXT_SIZE]);
/* The client's address: peer, or, while peer is a trusted proxy, the right-most address of
 * X-Forwarded-For that is not itself trusted. Empty elements are skipped; the first from the right
 * that is no address ends the chain, and the proxy that sent it counts as the client: a client can
 * put anything to the left, and nothing to the right of what the last trusted proxy saw. Writes
 * text of at most 45 characters and NUL. */
void net_client(const char *peer, const char *forwarded_for, const struct net_list *trusted,
                char out[NET_TEXT_SIZE]);

#endif
