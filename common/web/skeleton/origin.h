/* origin.h - does a request come from our own pages? For what a browser may be lured to send. */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include <stdbool.h>
#include "base/config.h"
#include "web/skeleton/request.h"

/* True when Host is SHROFF_BASE_URL's host and Origin, when sent, is its origin; a scheme's own
 * port is the same as none. */
bool origin_is_ours(const struct request *request, const struct config *config);
/* The same for an address that only this machine may use: Host is an IP address or localhost, so
 * that no name of a stranger leads here, and Origin, when sent, is that host. */
bool origin_is_local(const struct request *request);

#endif
