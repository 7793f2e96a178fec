/* route.h - which route a path and method mean. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "web/skeleton/endpoint.h"

#define SEGMENT_SIZE 256
#define ALLOW_SIZE 64

struct route_match {
    const struct route *route;  /* the path's; its method fits only when PAY_OK */
    char segment[SEGMENT_SIZE]; /* what stood for {}, "" without */
    char allow[ALLOW_SIZE];     /* the methods of the path, with PAY_BAD_METHOD */
};

/* PAY_NOT_FOUND; PAY_BAD_METHOD with allow filled in. */
MUST_USE enum pay_err route_find(const struct endpoint *endpoint, bool test_mode, const char *path,
                                 const char *method, struct route_match *out);

/* True for POST and PUT, whose fields are in the body; those of GET and DELETE are in the query.
 * False for NULL. */
bool route_takes_body(const struct route *route);
/* What is wrong with a row of a route table, in words; NULL: nothing. A program with a wrong row
 * does not start. */
const char *route_wrong(const struct route *route);

#endif
