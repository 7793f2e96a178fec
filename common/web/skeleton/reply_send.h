/* reply_send.h - closing a reply and writing it; for the skeleton alone. */
#ifndef WEB_REPLY_SEND_H
#define WEB_REPLY_SEND_H

#include "web/skeleton/reply.h"

/* What the skeleton knows when the handler is done. */
struct reply_end {
    enum pay_err err;
    const char *field; /* with PAY_BAD_FIELD and PAY_CONFLICT */
    const char *why;   /* a 4xx in words; NULL or "": the row's own */
    const char *request_id;
    const char *allow; /* with PAY_BAD_METHOD */
    int retry_after;   /* seconds; 0: the row's own */
    bool head;         /* headers only */
    /* Writes a refusal as a page instead of JSON; NULL: JSON. */
    void (*page)(struct reply *reply, const struct reply_end *end);
};

/* Puts the envelope around the data. A body over its ceiling turns into PAY_FAULT. Returns the
 * result that was answered. */
enum pay_err reply_close(struct reply *reply, const struct reply_end *end);
/* The whole as CGI wants it: headers, a blank line, the body. False when the other side is gone. */
bool reply_send(const struct reply *reply, struct fcgi *fcgi, bool head);

#endif
