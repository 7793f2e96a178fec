/* reply.h - the answer under construction: status, headers, body. Written after the handler. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "base/json_text.h"
#include "io/fcgi/fcgi.h"

#define REPLY_BODY_MAX (1024 * 1024)

struct reply {
    int status;
    struct text headers; /* lines ended by \r\n */
    struct text body;
    struct json_text json; /* over body, inside "data":{ once reply_data was called */
    bool final;            /* on an error, too, the answer is what the handler wrote */
    bool in_data, raw;     /* raw: body is what the handler wrote, not an envelope */
    bool keep_data;        /* on an error the data already written is answered too (50200) */
    const char *error_code, *error_msg; /* the channel's words, answered with 50200 and 50201 */
};

void reply_reset(struct reply *reply);
/* Status 200 unless set before; begins {"code":0,"msg":"success","data":{ and gives the writer. */
struct json_text *reply_data(struct reply *reply);
/* "Name: value"; value is checked to hold no control bytes. */
void reply_header(struct reply *reply, const char *name, const char *value);
/* A body of another kind (HTML, text): type, and the text to write into. */
struct text *reply_raw(struct reply *reply, const char *content_type);
/* With 50200 and 50201: what exists all the same is answered too, and the channel's words. */
void reply_keep(struct reply *reply, const char *error_code, const char *error_msg);
/* 303 to a location. */
void reply_redirect(struct reply *reply, const char *location);

#endif
