/* request_read.h - filling a struct request; for the skeleton alone. */
#ifndef WEB_REQUEST_READ_H
#define WEB_REQUEST_READ_H

#include "web/skeleton/request.h"

/* Everything but the body. What is known (method, client, id) is filled in on an error too:
 * PAY_URI_TOO_LONG; PAY_BAD_BODY when a header that must come once came twice. What nginx could
 * not read and hands over for its answer alone (NGINX_REFUSED): PAY_UNSIGNED when a second
 * Authorization was the cause, else PAY_BAD_BODY. */
MUST_USE enum pay_err request_read(struct fcgi *fcgi, const struct net_list *trusted,
                                   struct request *out);
/* The body, into room that the next request overwrites. Over `most` bytes (<= REQUEST_BODY_MAX)
 * it is PAY_TOO_LARGE and nothing is read. PAY_BAD_BODY: it broke off. */
MUST_USE enum pay_err request_read_body(struct request *request, size_t most);
/* Its length as announced: 0 without, INT64_MAX when it is beyond that. */
int64_t request_announced(const struct request *request);

#endif
