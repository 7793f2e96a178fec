/* http_tls.c - how TLS is spoken, and what a connection may cost. The other side chooses within
 * what is offered here, and one thread pays for all transfers: a handshake with groups of finite
 * fields takes it 0.9 s (DHE) or 0.2 s (ffdhe8192), one with 100 KB of certificates 0.1 s; one that
 * is offered anew without end took as long as the other side liked. */
#include "io/crypto/tls.h"
#include "io/http/http_private.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES" /* of TLS 1.2; those of 1.3 cost alike */
#define CURVES "X25519:P-256:P-384"
/* curl keeps the authorities that it read, but only without a folder of them: else each handshake
 * reads the file of all again, which takes 30 ms. A changed file counts after so long. */
#define AUTHORITIES_SECONDS 300L

static CURLcode on_context(CURL *easy, void *context, void *unused)
{
    (void)easy;
    (void)unused;
    tls_bound(context);
    return CURLE_OK;
}

void http_set_tls(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, CIPHERS);
    curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES, CURVES);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_SECONDS);
}
