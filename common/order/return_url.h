/* return_url.h - where a payer goes back to: a URL that may have a fragment, since some shops route
 * their pages behind '#'. {ORDER_NO} in it is replaced by the order's number. */
#ifndef ORDER_RETURN_URL_H
#define ORDER_RETURN_URL_H

#include <stdbool.h>
#include "order/order.h"

/* Like http_url_ok, but a fragment and {ORDER_NO} are allowed. With the number it fits URL_SIZE. */
bool return_url_ok(const char *url);
/* With the number in place; false when it does not fit. */
MUST_USE bool return_url_of(const char *url, const char *order_no, char out[URL_SIZE]);

#endif
