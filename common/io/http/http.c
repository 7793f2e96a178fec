/* http.c - one request at a time, on a handle that is kept with its connections. */
#include "io/http/http.h"

#include <stdlib.h>
#include "io/http/http_private.h"

static const char *const END_WORDS[] = {
    [HTTP_DONE] = "OK",
    [HTTP_DNS] = "DNS",
    [HTTP_CONNECT] = "CONNECT",
    [HTTP_TLS] = "TLS",
    [HTTP_TIMEOUT] = "TIMEOUT",
    [HTTP_TOO_LARGE] = "TOO_LARGE",
    [HTTP_BLOCKED_ADDR] = "BLOCKED_ADDR",
    [HTTP_BROKEN] = "BROKEN",
    [HTTP_BAD_URL] = "BAD_URL",
};

const char *http_end_word(enum http_end end)
{
    return (size_t)end < COUNT(END_WORDS) ? END_WORDS[end] : "BROKEN";
}

void http_send(const struct http_request *request, struct http_answer *out)
{
    static struct http_transfer t;
    struct http_url to;

    if (http_transfer_start(&t, request) && http_url_ok(request->url, &to))
        http_transfer_finish(&t, curl_easy_perform(t.easy));
    *out = t.answer;
    t.room = NULL; /* it is the caller's now */
    http_transfer_reset(&t);
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
    answer->body_len = 0;
}
