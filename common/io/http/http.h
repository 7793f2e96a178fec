/* http.h - libcurl: requests to merchants and channels. No redirects, no proxy, no cookies,
 * HTTP/1.1, TLS 1.2+ verified, only http and https, caps on time, headers (16 KiB) and body; the
 * address is checked when the socket is made (so DNS cannot lie twice). */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/net.h"
#include "base/text.h"

#define HTTP_OK 200
#define HTTP_BODY_READ 65536 /* of an answer; more is HTTP_TOO_LARGE */
#define HTTP_HEADERS_MAX 8
#define HTTP_REASON_SIZE 256

/* clang-format off */
/* What happened, in the words of notify_log. HTTP_DONE: an answer came whole. */
enum http_end { HTTP_DONE, HTTP_DNS, HTTP_CONNECT, HTTP_TLS, HTTP_TIMEOUT, HTTP_TOO_LARGE,
                HTTP_BLOCKED_ADDR, HTTP_BROKEN, HTTP_BAD_URL };
const char *http_end_word(enum http_end end);   /* "OK" "DNS" "CONNECT" "TLS" "TIMEOUT" … */

/* A header of the answer that is kept: value, with room for size bytes, is "" when it did not come,
 * did not fit, or came twice (odd). It must live as long as the request. */
struct http_kept { const char *name; char *value; size_t size; bool odd; };

#define HTTP_HOST_SIZE 256
struct http_url { char scheme[6], host[HTTP_HOST_SIZE]; int64_t port; };
/* clang-format on */

struct http_request {
    const char *method; /* "POST", "GET" */
    const char *url;
    const struct http_url *to;             /* what http_url_ok made of url; NULL: not asked yet */
    const char *headers[HTTP_HEADERS_MAX]; /* "Name: value", NULL-ended or full */
    const char *body;
    size_t body_len;
    int timeout_ms;               /* the whole transfer; 10000 at most for merchants */
    const struct net_list *allow; /* NULL: any address (channels, our own gateway). Else only
                                       these networks, and public addresses but the machine's own */
    struct http_kept *kept;
    size_t kept_count;
    const int *to_file; /* a descriptor: the body of a 200 goes there, up to file_max
                                       bytes, not into memory; NULL: it does not */
    int64_t file_max;
    size_t keep; /* bytes of the answer's body kept, <= HTTP_BODY_READ */
};

struct http_answer {
    enum http_end end;
    bool unsent; /* no byte of the request left: it cannot have been done */
    int status;  /* 0 when none came */
    char *body;
    size_t body_len;    /* NUL-ended, the first `keep` bytes; owned by the answer */
    int64_t body_total; /* bytes read in all */
    char peer[NET_TEXT_SIZE];
    char retry_after[64], date[32]; /* the headers' values, "" without */
    char reason[HTTP_REASON_SIZE];  /* what went wrong, in words; "" when an answer came */
    int64_t duration_us;
};

/* Blocks. Result is in out->end; the caller frees with http_answer_free. */
void http_send(const struct http_request *request, struct http_answer *out);
void http_answer_free(struct http_answer *answer);

/* Many at once, one thread (curl_multi). */
struct http_pool;
struct http_pool *http_pool_open(int slots, int per_host);
void http_pool_close(struct http_pool **pool); /* aborts what runs, quickly */
/* The request's texts are copied. done gets the answer (valid inside the call only) from within
 * http_pool_run, also for an URL that is none (HTTP_BAD_URL); it may add the next request.
 * PAY_FULL: no slot is free, or per_host requests to this host are under way; done will not be
 * called, so the caller gives its lease back or waits. (Queueing here would outlive leases.) */
typedef void http_done(void *arg, const struct http_answer *answer);
MUST_USE enum pay_err http_pool_add(struct http_pool *pool, const struct http_request *request,
                                    http_done *done, void *arg);
/* Moves transfers, calls done for the finished, waits at most wait_ms for something to happen (does
 * not wait when one was finished), or until fd (-1: none) can be read. Number still running. */
int http_pool_run(struct http_pool *pool, int wait_ms, int fd);

/* ---- addresses as texts: the sender's own parser, used when a URL is stored too. */
#define HTTP_URL_MAX 1100 /* what a merchant gives (1024), and /{channel_id} */
/* Absolute http or https, <= HTTP_URL_MAX (stored ones keep to 1024), a host, no user, no
 * fragment, no control or non-ASCII bytes, port 1..65535; nor \ " < > ^ ` { } | or blanks, which
 * parsers disagree about. out->host is lower case, without brackets; port is filled in. */
MUST_USE bool http_url_ok(const char *url, struct http_url *out);
/* scheme://host:port, an IPv6 address in brackets. */
void http_url_add_origin(const struct http_url *url, struct text *to);
/* url with an address spelled as it is called: http://2130706433/ is http://127.0.0.1/. */
MUST_USE bool http_url_tidy(const char *url, char *out, size_t size);
/* Would a request to it be refused today for its address? Judged by what the URL itself says: an
 * address in any spelling, or localhost. A name is not looked up, and "" is no URL: false. */
bool http_url_blocked(const char *url, const struct net_list *allow);
/* url with /segment put at the end of its path (before a query); one slash between. */
MUST_USE bool http_url_append(const char *url, const char *segment, char *out, size_t size);

#endif
