/* request.h - one HTTP request as handlers see it: read once, checked, bounded. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include "base/net.h"
#include "app/credentials.h"
#include "io/fcgi/fcgi.h"

struct request {
    struct fcgi *fcgi;
    const char *method;             /* as sent; HEAD is served as GET */
    const char *uri;                /* path with query exactly as sent (it is signed) */
    char path[REQUEST_URI_MAX + 1]; /* before the '?'; not decoded */
    const char *query;              /* after the '?', "" without */
    const char *content_type;       /* "" without */
    char *body;
    size_t body_len;            /* NUL-ended */
    char client[NET_TEXT_SIZE]; /* behind trusted proxies, the real one */
    char id[65];                /* request id: REQUEST_ID, else made here */
    bool head;
    const char *unread; /* with PAY_BAD_BODY of request_read: what cannot be read */
};

/* "webhook-id" -> HTTP_WEBHOOK_ID. NULL when absent. */
const char *request_header(const struct request *request, const char *name);
/* True when a header shows that a proxy passed it on. A proxy that adds no header (nginx's bare
 * proxy_pass) looks like a client. */
bool request_was_forwarded(const struct request *request);

#endif
