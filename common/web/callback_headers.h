/* callback_headers.h - a callback's headers as they are kept. */
#ifndef WEB_CALLBACK_HEADERS_H
#define WEB_CALLBACK_HEADERS_H

#include "base/text.h"
#include "web/skeleton/request.h"

/* One JSON object, "webhook-id": "…", in the order they came; no Authorization, no cookies. What
 * does not fit is left out and told by "…": true. */
void callback_headers(const struct request *request, struct text *to);

#endif
