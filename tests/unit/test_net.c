/* test_net.c - addresses, networks, what is public, who the client is. */
#include "tests/unit/unit.h"
#include "base/net.h"
#include "base/text.h"

struct public_case {
    const char *text;
    bool want;
};
/* clang-format off */
static const struct public_case PUBLIC_CASES[] = {
    { "8.8.8.8", true },            { "1.1.1.1", true },            { "223.255.255.255", true },
    { "0.0.0.0", false },           { "0.1.2.3", false },           { "10.0.0.1", false },
    { "9.255.255.255", true },      { "11.0.0.0", true },
    { "100.63.255.255", true },     { "100.64.0.0", false },        { "100.127.255.255", false },
    { "100.128.0.0", true },        { "127.0.0.1", false },         { "127.255.255.255", false },
    { "169.254.169.254", false },   { "169.253.1.1", true },
    { "172.15.255.255", true },     { "172.16.0.0", false },        { "172.31.255.255", false },
    { "172.32.0.0", true },         { "192.0.0.1", false },         { "192.0.1.1", true },
    { "192.0.2.1", false },         { "192.88.99.1", false },       { "192.168.1.1", false },
    { "192.167.255.255", true },    { "198.17.255.255", true },     { "198.18.0.1", false },
    { "198.19.255.255", false },    { "198.20.0.0", true },         { "198.51.100.7", false },
    { "203.0.113.7", false },       { "224.0.0.1", false },         { "239.255.255.255", false },
    { "240.0.0.1", false },         { "255.255.255.255", false },
    { "2606:4700:4700::1111", true }, { "2a00:1450::1", true },     { "2400::1", true },
    { "::", false },                { "::1", false },               { "::ffff:127.0.0.1", false },
    { "::ffff:10.1.2.3", false },   { "::ffff:8.8.8.8", true },     { "::127.0.0.1", false },
    { "::ffff:0:127.0.0.1", false }, { "64:ff9b::7f00:1", false },  { "64:ff9b::8.8.8.8", false },
    { "64:ff9b:1::1", false },      { "100::1", false },            { "1fff::1", false },
    { "2000::1", true },            { "2001::1", false },           { "2001:1ff::1", false },
    { "2001:200::1", true },        { "2001:db8::1", false },       { "2001:db9::1", true },
    { "2002:7f00:1::", false },     { "2003::1", true },            { "3ffe::1", true },
    { "3fff::1", false },           { "3fff:fff::1", false },       { "3fff:1000::1", true },
    { "4000::1", false },           { "5f00::1", false },           { "fc00::1", false },
    { "fd00:ec2::254", false },     { "fe80::1", false },           { "fec0::1", false },
    { "ff02::1", false },
};
/* clang-format on */

static void test_net_is_public__webhooks_part_d(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PUBLIC_CASES); i++) {
        struct net_address address;
        CHECK(PUBLIC_CASES[i].text, net_parse(PUBLIC_CASES[i].text, &address));
        CHECK_I64(PUBLIC_CASES[i].text, net_is_public(&address), PUBLIC_CASES[i].want);
    }
}

static void test_net_parse__refuses_other_spellings(void **state)
{
    static const char *const BAD[] = { "",           "1",          "127.1",      "2130706433",
                                       "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5",
                                       "256.1.1.1",  "1.2.3.4 ",   " 1.2.3.4",   "[::1]",
                                       "::1%lo",     "::1:",       ":::",        "1.2.3.4:80",
                                       "localhost",  "1.2.3.4/8",  "12345::" };
    struct net_address address;
    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(BAD[i], !net_parse(BAD[i], &address));
    assert_false(net_parse(NULL, &address));
}

struct list_case {
    const char *name, *list, *address;
    bool parses, has;
};
/* clang-format off */
static const struct list_case LIST_CASES[] = {
    { "inside",             "10.0.0.0/8",           "10.255.0.1",   true, true },
    { "outside",            "10.0.0.0/8",           "11.0.0.1",     true, false },
    { "odd bits in",        "10.128.0.0/9",         "10.200.0.1",   true, true },
    { "odd bits out",       "10.128.0.0/9",         "10.100.0.1",   true, false },
    { "host bits set",      "10.1.2.3/8",           "10.9.9.9",     true, true },
    { "bare address",       "192.0.2.7",            "192.0.2.7",    true, true },
    { "bare address, other", "192.0.2.7",           "192.0.2.8",    true, false },
    { "second of three",    "1.1.1.1,::1/128, 10.0.0.0/8", "::1",   true, true },
    { "blanks between",     "  1.1.1.1 \t2.2.2.2  ", "2.2.2.2",     true, true },
    { "mapped is IPv4",     "127.0.0.0/8",          "::ffff:127.0.0.1", true, true },
    { "all of IPv4",        "0.0.0.0/0",            "8.8.8.8",      true, true },
    { "all of IPv4, IPv6",  "0.0.0.0/0",            "2400::1",      true, false },
    { "all of IPv6",        "::/0",                 "2400::1",      true, true },
    { "all of IPv6, IPv4",  "::/0",                 "8.8.8.8",      true, false },
    { "last bit",           "2400::/127",           "2400::2",      true, false },
    { "empty",              "",                     "1.1.1.1",      true, false },
    { "33 bits",            "1.1.1.1/33",           "1.1.1.1",      false, false },
    { "129 bits",           "::1/129",              "::1",          false, false },
    { "minus bits",         "1.1.1.1/-1",           "1.1.1.1",      false, false },
    { "no bits",            "1.1.1.1/",             "1.1.1.1",      false, false },
    { "leading zero bits",  "10.0.0.0/08",          "10.0.0.1",     false, false },
    { "bad second",         "1.1.1.1,x",            "1.1.1.1",      false, false },
    { "two slashes",        "1.1.1.1/8/8",          "1.1.1.1",      false, false },
    { "semicolon",          "1.1.1.1;2.2.2.2",      "1.1.1.1",      false, false },
};
/* clang-format on */

static void test_net_list__has_what_it_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(LIST_CASES); i++) {
        const struct list_case *c = &LIST_CASES[i];
        struct net_list list;
        struct net_address address;
        CHECK(c->name, net_parse(c->address, &address));
        CHECK_I64(c->name, net_list_parse(c->list, &list), c->parses);
        CHECK_I64(c->name, net_list_has(&list, &address), c->has);
    }
}

static void test_net_list_parse__at_most_64(void **state)
{
    char room[1024];
    struct text t = TEXT(room);
    struct net_list list;
    (void)state;

    for (int i = 0; i < NET_LIST_MAX; i++)
        text_addf(&t, "10.0.0.%d,", i);
    assert_true(net_list_parse(room, &list));
    assert_int_equal(list.count, NET_LIST_MAX);
    text_add(&t, "10.0.1.1");
    assert_false(net_list_parse(room, &list));
    assert_int_equal(list.count, 0);
    assert_true(net_list_parse(NULL, &list));
}

struct client_case {
    const char *name, *peer, *forwarded, *want;
};
/* clang-format off */
static const struct client_case CLIENT_CASES[] = {
    { "no header",              "198.51.100.1", NULL,                   "198.51.100.1" },
    { "peer not trusted",       "198.51.100.1", "1.1.1.1",              "198.51.100.1" },
    { "one proxy",              "10.0.0.1",     "1.1.1.1",              "1.1.1.1" },
    { "client lied",            "10.0.0.1",     "6.6.6.6, 1.1.1.1",     "1.1.1.1" },
    { "two proxies",            "10.0.0.1",     "1.1.1.1, 10.0.0.2",    "1.1.1.1" },
    { "all trusted",            "10.0.0.1",     "10.0.0.3,10.0.0.2",    "10.0.0.3" },
    { "garbled right-most",     "10.0.0.1",     "1.1.1.1, junk",        "10.0.0.1" },
    { "garbled further left",   "10.0.0.1",     "junk, 10.0.0.2",       "10.0.0.2" },
    { "trailing comma",         "10.0.0.1",     "1.1.1.1,",             "1.1.1.1" },
    { "empty elements",         "10.0.0.1",     ",1.1.1.1, ,\t, 10.0.0.2 ,, ", "1.1.1.1" },
    { "commas only",            "10.0.0.1",     ", ,",                  "10.0.0.1" },
    { "blanks only",            "10.0.0.1",     "  ",                   "10.0.0.1" },
    { "empty header",           "10.0.0.1",     "",                     "10.0.0.1" },
    { "with a port",            "10.0.0.1",     "1.1.1.1:51234",        "1.1.1.1" },
    { "trusted with a port",    "10.0.0.1",     "1.1.1.1:9, 10.0.0.2:80", "1.1.1.1" },
    { "in brackets",            "10.0.0.1",     "[2400::1]",            "2400::1" },
    { "brackets and port",      "10.0.0.1",     "[2400::1]:443",        "2400::1" },
    { "quoted",                 "10.0.0.1",     "\"[2400::1]:443\"",    "2400::1" },
    { "quoted IPv4",            "10.0.0.1",     " \"1.1.1.1:80\" ",     "1.1.1.1" },
    { "IPv6 that ends like a port", "10.0.0.1", "2400::1:443",          "2400::1:443" },
    { "lied with brackets",     "10.0.0.1",     "[6.6.6.6, 1.1.1.1",    "1.1.1.1" },
    { "a quote over a comma",   "10.0.0.1",     "\"6.6.6.6, 1.1.1.1\"", "10.0.0.1" },
    { "IPv4 in brackets",       "10.0.0.1",     "[1.1.1.1]",            "10.0.0.1" },
    { "a port of letters",      "10.0.0.1",     "1.1.1.1:x",            "10.0.0.1" },
    { "a port of six digits",   "10.0.0.1",     "1.1.1.1:123456",       "10.0.0.1" },
    { "no port behind :",       "10.0.0.1",     "1.1.1.1:",             "10.0.0.1" },
    { "junk behind brackets",   "10.0.0.1",     "[2400::1]x",           "10.0.0.1" },
    { "bracket left open",      "10.0.0.1",     "[2400::1",             "10.0.0.1" },
    { "one quote",              "10.0.0.1",     "\"1.1.1.1",            "10.0.0.1" },
    { "a word",                 "10.0.0.1",     "6.6.6.6, unknown",     "10.0.0.1" },
    { "a socket's name",        "10.0.0.1",     "6.6.6.6, unix:",       "10.0.0.1" },
    { "two addresses, a blank", "10.0.0.1",     "6.6.6.6 1.1.1.1",      "10.0.0.1" },
    { "IPv6",                   "::ffff:10.0.0.1", " 2400::0001 ",      "2400::1" },
    { "mapped prints as IPv4",  "10.0.0.1",     "::ffff:1.1.1.1",       "1.1.1.1" },
    { "very long entry",        "10.0.0.1",
      "1111111111111111111111111111111111111111111111111111111111", "10.0.0.1" },
    { "socket peer",            "unix:",        "1.1.1.1",              "" },
    { "no peer",                NULL,           "1.1.1.1",              "" },
};
/* clang-format on */

static void test_net_client__believes_trusted_hops_only(void **state)
{
    struct net_list trusted;
    (void)state;

    assert_true(net_list_parse("10.0.0.0/8", &trusted));
    for (size_t i = 0; i < COUNT(CLIENT_CASES); i++) {
        const struct client_case *c = &CLIENT_CASES[i];
        char got[NET_TEXT_SIZE];
        net_client(c->peer, c->forwarded, &trusted, got);
        CHECK_TEXT(c->name, got, c->want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net_is_public__webhooks_part_d),
        cmocka_unit_test(test_net_parse__refuses_other_spellings),
        cmocka_unit_test(test_net_list__has_what_it_names),
        cmocka_unit_test(test_net_list_parse__at_most_64),
        cmocka_unit_test(test_net_client__believes_trusted_hops_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
