/* One request and its reply. */
#ifndef SHOP_WEB_H
#define SHOP_WEB_H

#include <fcgiapp.h>
#include <stdbool.h>
#include <stddef.h>

#include "words.h"

enum { WEB_BODY_MAX = 65536 };

struct web {
    FCGX_Request *fcgi;
    const char *method;
    char path[256];            /* without the query */
    const struct words *words; /* in the reader's language */
    size_t body_size;
    char body[WEB_BODY_MAX + 1]; /* the bytes as they came, and a zero after them */
};

/* Reads the request. Returns 0, or the status (400, 413, 414) with which to refuse it. */
int web_read(struct web *web, FCGX_Request *fcgi);

/* A header or another parameter by its FastCGI name ("HTTP_WEBHOOK_ID"); "" when absent. */
const char *web_param(const struct web *web, const char *name);

/* A field of a posted form: 1 to 64 letters, digits, _ and -, which is all that our forms hold.
 * False, and "", when it is absent or holds anything else. */
bool web_field(const struct web *web, const char *name, char out[65]);

/* Was a form of ours sent from a page of ours? Browsers name the sender of a POST in `Origin`. */
bool web_same_origin(const struct web *web);

/* Every reply is one of these. */
void web_text(struct web *web, int status, const char *text);
void web_json(struct web *web, int status, const char *json);
void web_redirect(struct web *web, const char *url);      /* 303 */
void web_not_allowed(struct web *web, const char *allow); /* 405 */
void web_asset(struct web *web, const char *type, const char *const *lines);
void web_page(struct web *web, int status); /* html() writes the rest */

/* Writes HTML. Each %s is replaced by its argument, escaped for text and for quoted attributes;
 * nothing else is replaced, so there is no way to forget the escaping. */
void html(struct web *web, const char *form, ...) __attribute__((format(printf, 2, 3)));

/* Writes markup of our own as it is. */
void html_raw(struct web *web, const char *markup);

/* One JSON line to standard error; `order` may be "". Never a secret, never a signature. */
void web_log(const char *event, const char *order, const char *result);

#endif
