/* error_page.h - a refusal as a page, for a person with a browser. */
#ifndef WEB_ERROR_PAGE_H
#define WEB_ERROR_PAGE_H

#include "web/skeleton/endpoint.h"
#include "web/skeleton/reply_send.h"

/* True when the route is a page (NULL is none) and one is asked for: by a GET unless Accept wants
 * JSON first, by another method when Accept names HTML, as with every form. */
bool error_page_asked(const struct route *route, const struct request *request);
/* Puts the page into the reply: Chinese and English, with code and request id. */
void error_page_write(struct reply *reply, const struct reply_end *end);

#endif
