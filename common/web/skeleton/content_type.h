/* content_type.h - is a body of the media type that a route takes? */
#ifndef WEB_CONTENT_TYPE_H
#define WEB_CONTENT_TYPE_H

#include <stdbool.h>

/* True when header (a Content-Type's value) names the media type want, in any case, with whatever
 * parameters but a charset that is not UTF-8 ("utf-8" or "utf8", quoted or not, in any case). */
bool content_type_is(const char *header, const char *want);

#endif
