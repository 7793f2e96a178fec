/* fuzz_address.c - addresses that may be called: the guard against a table of texts, bit by bit;
 * lists of networks and the client's address behind proxies against slow readers. */
#include <arpa/inet.h>
#include "fuzz.h"
#include "base/net.h"
#include "io/http/http_private.h"

/* IANA's special-purpose registries. */
static const char *const REFUSED[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
};
static const char *const REFUSED6[] = { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" };

/* from/bits of the text, both in bits of a and the family it was written in. */
static bool inside(const char *text, int family, const uint8_t *a)
{
    char host[64];
    uint8_t net[16] = { 0 };
    const char *slash = strchr(text, '/');
    int bits = 0;

    for (const char *c = slash + 1; *c; c++)
        bits = bits * 10 + (*c - '0');
    PROPERTY(text_copy_n(host, sizeof(host), text, (size_t)(slash - text)));
    PROPERTY(inet_pton(family, host, net) == 1);
    for (int i = 0; i < bits; i++)
        if ((net[i / 8] >> (7 - i % 8) & 1) != (a[i / 8] >> (7 - i % 8) & 1))
            return false;
    return true;
}

static bool is_four(const uint8_t *a)
{
    static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

    return memcmp(a, MAPPED, sizeof(MAPPED)) == 0;
}

static bool public_by_table(const uint8_t *a)
{
    if (!is_four(a) && !inside("2000::/3", AF_INET6, a))
        return false;
    for (size_t i = 0; is_four(a) && i < COUNT(REFUSED); i++)
        if (inside(REFUSED[i], AF_INET, a + 12))
            return false;
    for (size_t i = 0; !is_four(a) && i < COUNT(REFUSED6); i++)
        if (inside(REFUSED6[i], AF_INET6, a))
            return false;
    return true;
}

static void check_guard(const struct net_address *address)
{
    struct http_transfer strict = { .checked = true }, loose = { .checked = true };
    const bool reachable = public_by_table(address->bytes);
    const bool metadata =
        (is_four(address->bytes) && address->bytes[12] == 169 && address->bytes[13] == 254) ||
        inside("fd00:ec2::254/128", AF_INET6, address->bytes);

    PROPERTY(net_is_public(address) == reachable);
    PROPERTY(http_address_ok(&strict, address) == reachable);
    PROPERTY(net_list_parse("0.0.0.0/0,::/0", &loose.allow));
    PROPERTY(http_address_ok(&loose, address) == !metadata);
}

static void check_text(const char *s)
{
    struct net_address got;
    uint8_t want[16];
    const bool four = inet_pton(AF_INET, s, want) == 1,
               six = !four && inet_pton(AF_INET6, s, want) == 1;

    PROPERTY(net_parse(s, &got) == (four || six));
    if (!four && !six)
        return;
    PROPERTY(memcmp(four ? got.bytes + 12 : got.bytes, want, four ? 4 : 16) == 0);
    PROPERTY(!four || is_four(got.bytes));
    check_guard(&got);
}

/* A list holds an address exactly when one of its entries does alone. */
static void check_list(const char *s, const struct net_address *address)
{
    struct net_list list, alone;
    bool has = false;
    char *copy = fuzz_text(s, strlen(s)), *rest = copy;

    if (net_list_parse(s, &list)) {
        PROPERTY(list.count <= NET_LIST_MAX);
        for (size_t n = 0; *rest; n++) {
            rest += strspn(rest, ", \t");
            char *end = rest + strcspn(rest, ", \t");
            const bool last = *end == '\0';
            *end = '\0';
            PROPERTY(net_list_parse(rest, &alone) && alone.count == (*rest ? 1U : 0U));
            has = has || net_list_has(&alone, address);
            rest = last ? end : end + 1;
        }
        PROPERTY(net_list_has(&list, address) == has);
    } else {
        PROPERTY(list.count == 0);
    }
    free(copy);
}

/* An element's address stands in it, and nothing around it but blanks, a quote to either side,
 * brackets and a port. */
static void check_element(const char *s)
{
    char got[NET_TEXT_SIZE];
    struct net_address address;
    const size_t len = strlen(s), before = strspn(s, " \t\"[");

    if (!net_element(s, len, got)) {
        PROPERTY(!net_parse(s, &address));
        return;
    }
    PROPERTY(net_parse(got, &address) && strncmp(s + before, got, strlen(got)) == 0);
    const char *rest = s + before + strlen(got);
    rest += *rest == ']';
    if (*rest == ':') {
        const size_t digits = strspn(rest + 1, "0123456789");
        PROPERTY(digits >= 1 && digits <= 5);
        rest += 1 + digits;
    }
    PROPERTY(strspn(rest, " \t\"") == strlen(rest));
}

/* What a client writes to the left of what the proxies saw moves no address that is not theirs. */
static void check_spoof(const char *peer, const char *forwarded, const struct net_list *list,
                        const char *client)
{
    struct net_address address;
    char *longer = malloc(strlen(forwarded) + 32), other[NET_TEXT_SIZE];
    struct text text = text_over(longer, strlen(forwarded) + 32);

    text_addf(&text, "6.6.6.6,%s", forwarded);
    net_client(peer, longer, list, other);
    if (*client && net_parse(client, &address) && !net_list_has(list, &address))
        PROPERTY(strcmp(client, other) == 0);
    free(longer);
}

static void check_client(const char *peer, const char *forwarded, const char *trusted)
{
    struct net_list list, none = { .count = 0 };
    struct net_address address;
    char client[NET_TEXT_SIZE], direct[NET_TEXT_SIZE];

    net_client(peer, forwarded, &none, direct);
    PROPERTY(net_parse(peer, &address) ? *direct != '\0' : *direct == '\0');
    if (!net_list_parse(trusted, &list))
        return;
    net_client(peer, forwarded, &list, client);
    PROPERTY(strlen(client) < NET_TEXT_SIZE && (!*client || net_parse(client, &address)));
    if (net_parse(peer, &address) && !net_list_has(&list, &address))
        PROPERTY(strcmp(client, direct) == 0);
    check_spoof(peer, forwarded, &list, client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    struct net_address address = { .bytes = { 0 } };
    char *first = fuzz_field(&in, '\n'), *second = fuzz_field(&in, '\n'),
         *third = fuzz_field(&in, '\n');

    if (size >= 16) {
        memcpy(address.bytes, data, 16);
        check_guard(&address);
        address = (struct net_address){ .bytes = { [10] = 0xFF, [11] = 0xFF } };
        memcpy(address.bytes + 12, data, 4);
        check_guard(&address);
    }
    check_text(first);
    (void)!net_parse(first, &address);
    check_list(second, &address);
    check_element(first);
    check_element(third);
    check_client(first, third, second);
    free(first);
    free(second);
    free(third);
    return 0;
}
