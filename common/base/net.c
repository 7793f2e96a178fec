/* net.c - addresses and networks; IPv4 is kept as ::ffff:a.b.c.d. */
#include "base/net.h"
#include <arpa/inet.h>
#include <string.h>
#include "base/text.h"

#define MAPPED_BITS 96
static const uint8_t MAPPED[12] = { [10] = 0xFF, [11] = 0xFF };

bool net_is_v4(const struct net_address *address)
{
    return memcmp(address->bytes, MAPPED, sizeof(MAPPED)) == 0;
}

bool net_parse(const char *s, struct net_address *out)
{
    struct net_address address;

    if (!s)
        return false;
    memcpy(address.bytes, MAPPED, sizeof(MAPPED));
    if (inet_pton(AF_INET, s, address.bytes + sizeof(MAPPED)) != 1 &&
        inet_pton(AF_INET6, s, address.bytes) != 1)
        return false;
    *out = address;
    return true;
}

static bool range_parse(const char *s, size_t len, struct net_range *out)
{
    char text[NET_TEXT_SIZE];
    const char *slash = memchr(s, '/', len);
    size_t host_len = slash ? (size_t)(slash - s) : len;

    if (!text_copy_n(text, sizeof(text), s, host_len) || !net_parse(text, &out->from))
        return false;
    const int width = strchr(text, ':') ? 128 : 32; /* the spelling says how bits are counted */
    int64_t bits = width;
    if (slash && !str_to_i64_n(slash + 1, len - host_len - 1, 0, width, &bits))
        return false;
    out->bits = (int)bits + 128 - width;
    return true;
}

bool net_list_parse(const char *s, struct net_list *out)
{
    static const char BETWEEN[] = ", \t";

    out->count = 0;
    s = str_or(s, "");
    for (s += strspn(s, BETWEEN); *s; s += strspn(s, BETWEEN)) {
        size_t len = strcspn(s, BETWEEN);
        if (out->count == NET_LIST_MAX || !range_parse(s, len, &out->at[out->count])) {
            out->count = 0;
            return false;
        }
        out->count++;
        s += len;
    }
    return true;
}

/* ::/0 means every IPv6 address, not the IPv4 ones that we keep mapped. */
static bool range_has(const struct net_range *range, const struct net_address *address)
{
    const size_t whole = (size_t)range->bits / 8;
    const int rest = range->bits % 8;

    if (range->bits < MAPPED_BITS && net_is_v4(address))
        return false;
    if (memcmp(range->from.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || (range->from.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool net_list_has(const struct net_list *list, const struct net_address *address)
{
    for (size_t i = 0; i < list->count; i++) {
        if (range_has(&list->at[i], address))
            return true;
    }
    return false;
}

/* clang-format off */
#define V4(a, b, c, bits) \
    { { { [10] = 0xFF, [11] = 0xFF, [12] = a, [13] = b, [14] = c } }, MAPPED_BITS + bits }
#define V6(a, b, c, d, bits) { { { a, b, c, d } }, bits }
static const struct net_range GLOBAL_V6 = V6(0x20, 0x00, 0x00, 0x00, 3);
static const struct net_range NOT_PUBLIC[] = {
    V4(0, 0, 0, 8),         V4(10, 0, 0, 8),        V4(100, 64, 0, 10),     V4(127, 0, 0, 8),
    V4(169, 254, 0, 16),    V4(172, 16, 0, 12),     V4(192, 0, 0, 24),      V4(192, 0, 2, 24),
    V4(192, 88, 99, 24),    V4(192, 168, 0, 16),    V4(198, 18, 0, 15),     V4(198, 51, 100, 24),
    V4(203, 0, 113, 24),    V4(224, 0, 0, 4),       V4(240, 0, 0, 4),
    V6(0x20, 0x01, 0x00, 0x00, 23),                 /* protocol assignments, Teredo, ORCHID */
    V6(0x20, 0x01, 0x0D, 0xB8, 32),                 /* documentation */
    V6(0x20, 0x02, 0x00, 0x00, 16),                 /* 6to4 */
    V6(0x3F, 0xFF, 0x00, 0x00, 20),                 /* documentation */
};
/* clang-format on */

bool net_is_public(const struct net_address *address)
{
    /* 2000::/3 alone is global: NAT64, ULA, link-local, multicast, ::a.b.c.d lie outside of it. */
    if (!net_is_v4(address) && !range_has(&GLOBAL_V6, address))
        return false;
    for (size_t i = 0; i < COUNT(NOT_PUBLIC); i++) {
        if (range_has(&NOT_PUBLIC[i], address))
            return false;
    }
    return true;
}

static void address_text(const struct net_address *address, char out[NET_TEXT_SIZE])
{
    const bool four = net_is_v4(address);

    inet_ntop(four ? AF_INET : AF_INET6, address->bytes + (four ? sizeof(MAPPED) : 0), out,
              NET_TEXT_SIZE);
}

/* ---- elements of X-Forwarded-For, as proxies write them */

struct span {
    const char *at;
    size_t len;
};

static struct span trimmed(struct span s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = (struct span){ s.at + 1, s.len - 1 };
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Without the quotes that some headers need around a bracket. */
static struct span unquoted(struct span s)
{
    const bool quoted = s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"';

    return quoted ? (struct span){ s.at + 1, s.len - 2 } : s;
}

static bool is_port(const char *s, size_t len)
{
    return len >= 2 && s[0] == ':' && str_is_n(s + 1, len - 1, ALPHA_DIGITS, 1, 5);
}

/* "[v6]", "[v6]:port" or v4:port; what has two colons and no bracket is IPv6 and has no port. */
static bool without_port(struct span s, struct span *out)
{
    const char *colon = s.len > 0 ? memchr(s.at, ':', s.len) : NULL;
    const char *close = s.len > 0 && s.at[0] == '[' ? memchr(s.at, ']', s.len) : NULL;
    const char *port = close ? close + 1 : colon;
    const size_t port_len = port ? s.len - (size_t)(port - s.at) : 0;

    *out = s;
    if (close)
        *out = (struct span){ s.at + 1, (size_t)(close - s.at) - 1 };
    else if (colon && is_port(colon, port_len))
        out->len = (size_t)(colon - s.at);
    return !close || (memchr(out->at, ':', out->len) && (port_len == 0 || is_port(port, port_len)));
}

bool net_element(const char *s, size_t len, char out[NET_TEXT_SIZE])
{
    struct net_address unused;
    struct span bare;

    return without_port(trimmed(unquoted(trimmed((struct span){ s, len }))), &bare) &&
           text_copy_n(out, NET_TEXT_SIZE, bare.at, bare.len) && net_parse(out, &unused);
}

/* The last element before *end that is not blank, *end moves to the comma before it: an empty
 * element says nothing (RFC 9110, 5.6.1). False when there is none or it is no address. */
static bool last_element(const char *list, size_t *end, struct net_address *out)
{
    char text[NET_TEXT_SIZE];
    size_t stop = *end, start;

    while (stop > 0 && strchr(" \t,", list[stop - 1]))
        stop--;
    for (start = stop; start > 0 && list[start - 1] != ','; start--)
        continue;
    *end = start;
    return net_element(list + start, stop - start, text) && net_parse(text, out);
}

void net_client(const char *peer, const char *forwarded_for, const struct net_list *trusted,
                char out[NET_TEXT_SIZE])
{
    struct net_address client, before;

    out[0] = '\0';
    if (!net_parse(peer, &client))
        return;
    /* Each trusted hop vouches for the element it added; what is no address ends the chain. */
    size_t end = strlen(str_or(forwarded_for, ""));
    while (end > 0 && net_list_has(trusted, &client) && last_element(forwarded_for, &end, &before))
        client = before;
    address_text(&client, out);
}
