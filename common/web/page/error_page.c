/* error_page.c - see error_page.h. */
#include "web/page/error_page.h"
#include <string.h>
#include "web/page/html.h"

static const struct {
    int http;
    const char *zh, *en;
} WORDS[] = {
    { 400, "这个链接不完整，或者有误", "This link is incomplete or wrong" },
    { 403, "这个请求不是从本站的页面发出的", "This request did not come from a page of this site" },
    { 404, "没有这样的页面", "There is no such page" },
    { 429, "请求太频繁，请稍候再试", "Too many requests: wait a moment, then try again" },
    { 500, "出错了，请稍后再试", "Something went wrong here: try again later" },
    { 503, "服务暂时不可用，请稍后再试", "Out of service for a moment: try again later" },
    { 0, "这个请求无法受理", "This request cannot be taken" },
};

bool error_page_asked(const struct route *route, const struct request *request)
{
    if (!route || !route->page)
        return false;
    const char *accept = str_or(request_header(request, "accept"), "");
    const bool reads = str_eq(request->method, "GET") || request->head;
    if (reads)
        return !str_starts(accept, "application/json");
    return strstr(accept, "text/html");
}

static void error_page_head(struct text *to, const char *title)
{
    html_raw(to, "<!doctype html>\n<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    html_text(to, title);
    html_raw(to, "</title>\n<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:32rem;"
                 "margin:4rem auto;padding:0 1rem}h1{font-size:1.3rem}small{opacity:.7;"
                 "overflow-wrap:anywhere}</style>\n</head>\n<body>\n<h1>");
}

void error_page_write(struct reply *reply, const struct reply_end *end)
{
    const struct err_row *row = err_row(end->err);
    size_t i = 0;

    while (WORDS[i].http != 0 && WORDS[i].http != row->http)
        i++;
    struct text *to = reply_raw(reply, "text/html; charset=utf-8");
    reply_header(reply, "Cache-Control", "no-store");
    reply_header(reply, "Vary", "Accept");
    reply_header(reply, "Referrer-Policy", "no-referrer");
    reply_header(reply, "X-Frame-Options", "DENY");
    reply_header(reply, "Content-Security-Policy",
                 "default-src 'none'; style-src 'unsafe-inline'; "
                 "form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
    error_page_head(to, WORDS[i].zh);
    html_text(to, WORDS[i].zh);
    html_raw(to, "</h1>\n<p lang=\"en\">");
    html_text(to, WORDS[i].en);
    html_raw(to, "</p>\n<p lang=\"en\"><small>");
    html_text(to, str_or(end->why, row->msg));
    text_addf(to, "<br>%d &middot; ", row->code);
    html_text(to, end->request_id);
    html_raw(to, "</small></p>\n</body>\n</html>\n");
}
