/* tls.c - the one thing that libcurl cannot set by itself. */
#include "io/crypto/tls.h"
#include <openssl/ssl.h>

void tls_bound_certificates(void *context)
{
    SSL_CTX_set_max_cert_list(context, TLS_CERTIFICATES_READ);
}
