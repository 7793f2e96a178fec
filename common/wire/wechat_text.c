/* wechat_text.c - see wechat_text.h. */
#include "wire/wechat_text.h"

void wechat_lines(const char *const *lines, size_t count, struct text *to)
{
    for (size_t i = 0; i < count; i++) {
        text_add(to, lines[i]);
        text_add_char(to, '\n');
    }
}

static void body_add(struct wechat_bytes body, struct text *to)
{
    text_add_n(to, body.at, body.len);
    text_add_char(to, '\n');
}

void wechat_request_text(const struct wechat_request_text *request, struct text *to)
{
    const char *const head[] = { request->method, request->path };

    wechat_lines(head, COUNT(head), to);
    text_addf(to, "%lld\n%s\n", (long long)request->timestamp, request->nonce);
    body_add(request->body, to);
}

void wechat_answer_text(const char *timestamp, const char *nonce, struct wechat_bytes body,
                        struct text *to)
{
    const char *const head[] = { timestamp, nonce };

    wechat_lines(head, COUNT(head), to);
    body_add(body, to);
}
