/* callback_read.h - a callback's type and headers. */
#ifndef WEB_CALLBACK_READ_H
#define WEB_CALLBACK_READ_H

#include "base/text.h"
#include "channel/said.h"
#include "web/skeleton/request.h"

/* Is the value of a Content-Type ("" without) one that a body of this kind may have? */
bool callback_type_fits(enum channel_body body, const char *type);
/* Why it is not, for the answer. */
void callback_type_say(enum channel_body body, const char *type, struct text *why);
/* One JSON object, "webhook-id": "…", in the order they came; no Authorization, no cookies. What
 * does not fit is left out; a member "…": true then says so. */
void callback_headers(const struct request *request, struct text *to);

#endif
