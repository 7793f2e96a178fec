/* http_private.h - one transfer: what http_send and the pool share. */
#ifndef IO_HTTP_PRIVATE_H
#define IO_HTTP_PRIVATE_H

#include <curl/curl.h>
#include "io/http/http.h"

struct http_transfer {
    CURL *easy; /* kept from one request to the next, with its connections */
    struct curl_slist *headers;
    char *room; /* for the answer's body, kept too */
    char *sent; /* our copy of the request's body */
    struct net_list allow;
    bool checked;                /* addresses are (allow was not NULL) */
    bool refused;                /* an address was */
    bool dialled;                /* a socket was made */
    bool reached;                /* a connection stood: what failed after it is no bad URL */
    bool over;                   /* a cap was hit */
    bool compressed;             /* the body of the answer is */
    char error[CURL_ERROR_SIZE]; /* curl's own words */
    size_t header_bytes, keep;
    struct http_kept *kept; /* the caller's */
    size_t kept_count;
    int file; /* -1: none */
    int64_t file_max;
    int64_t started_us;
    int timeout_ms; /* of the whole transfer */
    struct http_answer answer;
};

/* Makes the handle on first use. The URL is the caller's to check (http_url_ok). False: curl cannot
 * send such a request. Until it is sent answer.end is HTTP_BAD_URL. */
MUST_USE bool http_transfer_start(struct http_transfer *t, const struct http_request *request);
/* Fills the answer from curl's result. */
void http_transfer_finish(struct http_transfer *t, CURLcode rc);
/* Frees what one request needed; the handle stays. */
void http_transfer_reset(struct http_transfer *t);

/* http_decode.c: is the value of a Content-Encoding one that can be undone? */
bool http_is_compressed(const char *value, size_t len);
/* Undoes it, when it is so coded. False: there is more in it than HTTP_BODY_READ. */
bool http_decode(struct http_answer *answer, size_t keep);
/* http_reason.c: fills the answer's reason. */
void http_say_why(struct http_transfer *t, CURLcode rc);

/* http_guard.c: may this address be dialled? */
bool http_address_ok(const struct http_transfer *t, const struct net_address *address);
curl_socket_t http_open_socket(void *transfer, curlsocktype purpose, struct curl_sockaddr *address);
int http_before_request(void *transfer, char *peer, char *local, int peer_port, int local_port);

/* http_tls.c */
void http_set_tls(CURL *easy);

/* Once per process, before any other call of curl. */
void http_init(void);

#endif
