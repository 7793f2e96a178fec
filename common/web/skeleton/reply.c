/* reply.c - building an answer, its envelope, and writing it.
 *
 * The body has only the members of data. What comes before and after them depends on the result,
 * which is known last, so it is kept apart. */
#include "web/skeleton/reply_send.h"
#include <string.h>
#include "base/fault.h"

#define RETRY_AFTER 1 /* seconds; most outages are restarts */

static char header_room[8192], body_room[REPLY_BODY_MAX], head_room[4096], tail_room[2048];
static struct text before, after;

void reply_reset(struct reply *reply)
{
    *reply = (struct reply){ .headers = TEXT(header_room), .body = TEXT(body_room) };
    reply->json = JSON_TEXT(&reply->body);
    before = TEXT(head_room);
    after = TEXT(tail_room);
}

struct json_text *reply_data(struct reply *reply)
{
    reply->in_data = true;
    return &reply->json;
}

static bool value_is_plain(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || (unsigned char)*s == 0x7F)
            return false;
    }
    return true;
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    if (!value_is_plain(value))
        return;
    text_add(&reply->headers, name);
    text_add(&reply->headers, ": ");
    text_add(&reply->headers, value);
    text_add(&reply->headers, "\r\n");
}

struct text *reply_raw(struct reply *reply, const char *content_type)
{
    reply->raw = true;
    reply_header(reply, "Content-Type", content_type);
    return &reply->body;
}

void reply_keep(struct reply *reply, const char *error_code, const char *error_msg)
{
    reply->keep_data = true;
    reply->error_code = error_code;
    reply->error_msg = error_msg;
}

void reply_redirect(struct reply *reply, const char *location)
{
    reply->status = 303;
    reply->raw = true;
    reply_header(reply, "Location", location);
}

static void add_refusal(struct json_text *json, const struct reply *reply,
                        const struct reply_end *end)
{
    json_str(json, "request_id", end->request_id);
    if (end->err == PAY_BAD_FIELD || end->err == PAY_CONFLICT)
        json_opt(json, "field", end->field);
    json_opt(json, "channel_error_code", reply->error_code);
    json_opt(json, "channel_error_msg", reply->error_msg);
}

/* What is wrong and, where the list of errors knows one, the cure. */
static void add_msg(struct json_text *json, const struct reply_end *end)
{
    const struct err_row *row = err_row(end->err);
    char room[512]; /* a field's name has at most 256 bytes */
    struct text own = TEXT(room);

    if (end->err == PAY_BAD_FIELD && end->field)
        text_addf(&own, "%s: ", end->field);
    text_add(&own, row->msg);
    if (end->err != PAY_OK && *row->help)
        text_addf(&own, ": %s", row->help);
    json_str(json, "msg", str_or(end->why, room));
}

/* {"code":…,"msg":…  and, when there are data, ,"data":{  before the body and }} after it. */
static void add_envelope(struct reply *reply, const struct reply_end *end)
{
    const struct err_row *row = err_row(end->err);
    struct json_text json = JSON_TEXT(&before);

    json_open(&json, NULL);
    json_i64(&json, "code", row->code);
    add_msg(&json, end);
    if (end->err != PAY_OK)
        add_refusal(&json, reply, end);
    if (reply->in_data) {
        text_add(&before, ",\"data\":{");
        text_add(&after, "}");
    }
    text_add(&after, "}");
}

static void add_error_headers(struct reply *reply, const struct reply_end *end)
{
    const struct err_row *row = err_row(end->err);
    char seconds[24];
    struct text text = TEXT(seconds);

    if (row->http == 401)
        reply_header(reply, "WWW-Authenticate",
                     end->err == PAY_NO_SESSION ? "Bearer" : "SHROFF-HMAC-SHA256, SHROFF-RSA2");
    if (end->err == PAY_BAD_METHOD && end->allow)
        reply_header(reply, "Allow", end->allow);
    if (row->http == 429 || row->http == 503) {
        text_add_i64(&text, end->retry_after > 0 ? end->retry_after : RETRY_AFTER);
        reply_header(reply, "Retry-After", seconds);
    }
}

enum pay_err reply_close(struct reply *reply, const struct reply_end *end)
{
    struct reply_end last = *end;

    if (reply->final) /* answered as if all were well; the log has the result */
        last.err = PAY_OK;
    if (last.err == PAY_OK && (reply->body.full || reply->headers.full)) {
        reply_reset(reply);
        last.err = PAY_FAULT;
    }
    if (err_row(last.err)->http >= 500) /* a reason of an earlier check does not fit it */
        last.why = NULL;
    if (last.err != PAY_OK && (!reply->keep_data || reply->raw || reply->body.full || last.page)) {
        text_reset(&reply->body);
        if (reply->raw) /* its headers describe another body */
            text_reset(&reply->headers);
        reply->in_data = reply->raw = false;
    }
    if (last.err != PAY_OK) {
        reply->status = err_row(last.err)->http;
        add_error_headers(reply, &last);
        if (last.page)
            last.page(reply, &last);
    }
    reply->status = reply->status ? reply->status : 200;
    if (!reply->raw) {
        reply_header(reply, "Content-Type", "application/json; charset=utf-8");
        reply_header(reply, "Cache-Control", "no-store");
        add_envelope(reply, &last);
    }
    reply_header(reply, "X-Request-Id", last.request_id);
    reply_header(reply, "X-Content-Type-Options", "nosniff");
    return reply->final ? end->err : last.err;
}

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } REASONS[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 204, "No Content" },
        { 303, "See Other" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 409, "Conflict" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
    };

    for (size_t i = 0; i < COUNT(REASONS); i++) {
        if (REASONS[i].status == status)
            return REASONS[i].words;
    }
    return "Answer";
}

bool reply_send(const struct reply *reply, struct fcgi *fcgi, bool head)
{
    char room[128];
    struct text first = TEXT(room);
    const size_t len = before.len + reply->body.len + after.len;

    text_addf(&first, "Status: %d %s\r\n", reply->status, reason(reply->status));
    if (reply->status != 204) /* a 204 has no body, so no length */
        text_addf(&first, "Content-Length: %zu\r\n", len);
    bool sent = fcgi_write(fcgi, first.at, first.len) &&
                fcgi_write(fcgi, reply->headers.at, reply->headers.len) &&
                fcgi_write(fcgi, "\r\n", 2);
    if (!sent || head)
        return sent;
    FP("reply.begun");
    return fcgi_write(fcgi, before.at, before.len) &&
           fcgi_write(fcgi, reply->body.at, reply->body.len) &&
           fcgi_write(fcgi, after.at, after.len);
}
