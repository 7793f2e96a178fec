/* tls.h - what another library's TLS connection may cost. */
#ifndef IO_CRYPTO_TLS_H
#define IO_CRYPTO_TLS_H

#define TLS_CERTIFICATES_READ 16384
#define TLS_NEEDLESS_READ 32

/* context: a client's SSL_CTX. A longer list of certificates ends the handshake before they are
 * read. So many messages that carry neither the handshake on nor data (offers of another handshake,
 * tickets, new keys) end the connection: OpenSSL reads such messages for as long as they come, and
 * its caller's deadline waits. A TLS 1.2 handshake is made once. */
void tls_bound(void *context);

#endif
