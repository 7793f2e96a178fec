/* tls.c - what libcurl cannot set by itself. */
#include "io/crypto/tls.h"
#include <stdbool.h>
#include <stdint.h>
#include <openssl/ssl.h>

static bool is_needless(const unsigned char *message, size_t len)
{
    return len > 0 && (message[0] == SSL3_MT_HELLO_REQUEST ||
                       message[0] == SSL3_MT_NEWSESSION_TICKET || message[0] == SSL3_MT_KEY_UPDATE);
}

/* Where a connection keeps its count; libcurl keeps things of its own there, too. */
static int count_place = -1;

/* The connection counts as ended by the other side, so that OpenSSL reads no more of it. */
static void on_message(/* lint: allow parameters - OpenSSL's own */
                       int written, int version, int type, const void *at, size_t len, SSL *link,
                       void *unused)
{
    (void)version;
    (void)unused;
    if (written || type != SSL3_RT_HANDSHAKE || !is_needless(at, len))
        return;
    const intptr_t seen = (intptr_t)SSL_get_ex_data(link, count_place) + 1;
    if (SSL_set_ex_data(link, count_place, (void *)seen) != 1 || seen > TLS_NEEDLESS_READ)
        SSL_set_shutdown(link, SSL_get_shutdown(link) | SSL_RECEIVED_SHUTDOWN);
}

void tls_bound(void *context)
{
    if (count_place < 0)
        count_place = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    SSL_CTX_set_max_cert_list(context, TLS_CERTIFICATES_READ);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_msg_callback(context, on_message);
}
