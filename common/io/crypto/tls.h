/* tls.h - what a handshake of another library's may cost. */
#ifndef IO_CRYPTO_TLS_H
#define IO_CRYPTO_TLS_H

#define TLS_CERTIFICATES_READ 16384

/* context: an SSL_CTX. A longer list of certificates ends the handshake before they are read. */
void tls_bound_certificates(void *context);

#endif
