/* test_tls.c - a TLS server sends what carries nothing on, without end: the client's call comes
 * back, and the connection is over. */
#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>
#include "base/clock.h"
#include "io/crypto/tls.h"
#include "tests/unit/loopback.h"

#define POURS_MS 4000
#define SOON_US 2000000

static SSL_CTX *of_server;

/* ---- servers; the client's first byte of data chooses: none comes before the handshake's end */

/* TLS 1.2's offer of another handshake, in the middle of the first. It needs no certificate. */
static void pour_offers(int fd)
{
    static const unsigned char OFFER[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };
    static unsigned char room[sizeof(OFFER) * 4096];
    const int64_t until = clock_ticks_us() + POURS_MS * 1000;

    for (size_t i = 0; i < sizeof(room); i += sizeof(OFFER))
        memcpy(room + i, OFFER, sizeof(OFFER));
    while (clock_ticks_us() < until && send(fd, room, sizeof(room), 0) > 0)
        ;
}

static void pour_keys(SSL *link)
{
    const int64_t until = clock_ticks_us() + POURS_MS * 1000;
    int done = 1;

    while (clock_ticks_us() < until && done == 1) {
        done = SSL_key_update(link, SSL_KEY_UPDATE_NOT_REQUESTED);
        if (done == 1)
            done = SSL_do_handshake(link);
    }
}

static void pour_tickets(SSL *link)
{
    const int64_t until = clock_ticks_us() + POURS_MS * 1000;
    int done = 1;

    while (clock_ticks_us() < until && done == 1) {
        done = SSL_new_session_ticket(link);
        if (done == 1)
            done = SSL_do_handshake(link);
    }
}

/* A few of both, then data. */
static void answer(SSL *link)
{
    char end;

    for (int i = 0; i < 4; i++)
        if (SSL_new_session_ticket(link) != 1 || SSL_do_handshake(link) != 1 ||
            SSL_key_update(link, SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(link) != 1)
            return;
    if (SSL_write(link, "yes", 3) == 3)
        (void)SSL_read(link, &end, 1); /* a close with something unread would take the data away */
}

static void serve(int fd)
{
    static void (*const DOES[])(
        SSL *) = { ['k'] = pour_keys, ['t'] = pour_tickets, ['a'] = answer };
    char begun = 0, what = 0;

    if (recv(fd, &begun, 1, MSG_PEEK) != 1 || begun != 22) {
        pour_offers(fd);
        return;
    }
    SSL *link = SSL_new(of_server);
    SSL_set_fd(link, fd);
    if (SSL_accept(link) == 1 && SSL_read(link, &what, 1) == 1)
        DOES[(int)what](link);
    SSL_free(link);
}

static int group_open(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    (void)state;
    of_server = SSL_CTX_new(TLS_server_method());
    X509_set_pubkey(certificate, key);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    if (X509_sign(certificate, key, EVP_sha256()) == 0 ||
        SSL_CTX_use_certificate(of_server, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(of_server, key) != 1)
        return -1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return loopback_open(serve);
}

static int group_close(void **state)
{
    SSL_CTX_free(of_server);
    return loopback_close(state);
}

/* ---- the client */

struct client {
    SSL_CTX *context;
    SSL *link;
    int fd;
};

static int connected(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)loopback_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static struct client client_open(void)
{
    struct client c = { .context = SSL_CTX_new(TLS_client_method()), .fd = connected() };

    tls_bound(c.context);
    c.link = SSL_new(c.context);
    SSL_set_fd(c.link, c.fd);
    return c;
}

static void client_close(struct client *c)
{
    SSL_free(c->link);
    SSL_CTX_free(c->context);
    close(c->fd);
}

static void test_tls_bound__a_handshake_that_is_offered_anew_ends(void **state)
{
    struct client c = client_open();
    const int64_t since = clock_ticks_us();

    (void)state;
    assert_int_equal(send(c.fd, "x", 1, 0), 1); /* no TLS: the server pours */
    assert_true(SSL_connect(c.link) <= 0);
    assert_true(clock_ticks_us() - since < SOON_US);
    client_close(&c);
}

static const struct pour_case {
    const char *name, *what, *want;
} POURS[] = {
    { "new keys without end", "k", "" },
    { "a few of both, and data", "a", "yes" },
    { "tickets without end", "t", "" }, /* last: OpenSSL's server does not see that we are gone */
};

static void test_tls_bound__what_is_needless_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(POURS); i++) {
        struct client c = client_open();
        char came[8] = "";

        assert_int_equal(SSL_connect(c.link), 1);
        assert_int_equal(SSL_write(c.link, POURS[i].what, 1), 1);
        const int64_t since = clock_ticks_us();
        (void)SSL_read(c.link, came, sizeof(came) - 1);
        CHECK(POURS[i].name, clock_ticks_us() - since < SOON_US);
        CHECK_TEXT(POURS[i].name, came, POURS[i].want);
        client_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tls_bound__a_handshake_that_is_offered_anew_ends),
        cmocka_unit_test(test_tls_bound__what_is_needless_ends),
    };
    return cmocka_run_group_tests_name("tls", tests, group_open, group_close);
}
