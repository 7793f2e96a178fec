/* web.c - reads the request, writes the reply, escapes text in pages. */
#include "web.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "settings.h"

const char *web_param(const struct web *web, const char *name)
{
    const char *value = FCGX_GetParam(name, web->fcgi->envp);

    return value ? value : "";
}

/* CONTENT_LENGTH as a number up to WEB_BODY_MAX + 1, which stands for "too much"; -1: not one. */
static int body_length(const char *text)
{
    int length = 0;

    for (; isdigit((unsigned char)*text); text++) {
        length = length * 10 + (*text - '0');
        if (length > WEB_BODY_MAX)
            length = WEB_BODY_MAX + 1;
        if (length == WEB_BODY_MAX + 1)
            return length;
    }
    return *text == '\0' ? length : -1;
}

int web_read(struct web *web, FCGX_Request *fcgi)
{
    web->fcgi = fcgi;
    web->method = web_param(web, "REQUEST_METHOD");
    web->words = words_for(web_param(web, "HTTP_ACCEPT_LANGUAGE"));
    web->body_size = 0;
    web->body[0] = '\0';

    const char *uri = web_param(web, "REQUEST_URI");
    size_t path_size = strcspn(uri, "?");
    snprintf(web->path, sizeof(web->path), "%.*s", (int)sizeof(web->path) - 1, uri);
    if (path_size >= sizeof(web->path))
        return 414;
    web->path[path_size] = '\0';

    int length = body_length(web_param(web, "CONTENT_LENGTH"));
    if (length < 0)
        return 400;
    if (length > WEB_BODY_MAX)
        return 413;
    if (FCGX_GetStr(web->body, length, fcgi->in) != length)
        return 400; /* it broke off */
    web->body_size = (size_t)length;
    web->body[length] = '\0';
    return 0;
}

bool web_field(const struct web *web, const char *name, char out[65])
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);

    out[0] = '\0';
    for (const char *at = web->body; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, name, length) != 0 || at[length] != '=')
            continue;
        const char *value = at + length + 1;
        size_t size = strspn(value, PLAIN);
        if (size == 0 || size > 64 || (value[size] != '\0' && value[size] != '&'))
            return false;
        snprintf(out, 65, "%.*s", (int)size, value);
        return true;
    }
    return false;
}

bool web_same_origin(const struct web *web)
{
    const char *origin = web_param(web, "HTTP_ORIGIN");
    const char *site = web_param(web, "HTTP_SEC_FETCH_SITE");

    if (origin[0] != '\0') {
        const char *host = strstr(origin, "://");
        return host && strcmp(host + 3, web_param(web, "HTTP_HOST")) == 0;
    }
    return site[0] == '\0' || strcmp(site, "same-origin") == 0;
}

static void put(struct web *web, const char *text)
{
    FCGX_PutS(text, web->fcgi->out);
}

static void head(struct web *web, int status, const char *type)
{
    char line[32];

    snprintf(line, sizeof(line), "Status: %d\r\n", status);
    put(web, line);
    put(web, "Content-Type: ");
    put(web, type);
    put(web, "; charset=utf-8\r\n"
             "X-Content-Type-Options: nosniff\r\n");
}

static void head_end_private(struct web *web)
{
    put(web, "Cache-Control: no-store\r\n\r\n");
}

void web_text(struct web *web, int status, const char *text)
{
    head(web, status, "text/plain");
    head_end_private(web);
    put(web, text);
}

void web_json(struct web *web, int status, const char *json)
{
    head(web, status, "application/json");
    head_end_private(web);
    put(web, json);
}

void web_redirect(struct web *web, const char *url)
{
    put(web, "Location: ");
    put(web, url);
    put(web, "\r\n");
    web_text(web, 303, "");
}

void web_not_allowed(struct web *web, const char *allow)
{
    put(web, "Allow: ");
    put(web, allow);
    put(web, "\r\n");
    web_text(web, 405, "method not allowed\n");
}

void web_asset(struct web *web, const char *type, const char *const *lines)
{
    head(web, 200, type);
    put(web, "Cache-Control: public, max-age=300\r\n\r\n");
    for (; *lines; lines++) {
        put(web, *lines);
        put(web, "\n");
    }
}

void web_page(struct web *web, int status)
{
    head(web, status, "text/html");
    put(web, "Vary: Accept-Language\r\n"
             "Referrer-Policy: same-origin\r\n"
             /* The Pay form is answered with a redirect to a page where one pays: form-action names
              * their sites. */
             "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
             "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ");
    put(web, settings.pay_base_url);
    put(web, " ");
    put(web, settings.sandbox_url);
    put(web, "\r\n");
    head_end_private(web);
}

void html_raw(struct web *web, const char *markup)
{
    put(web, markup);
}

static void put_escaped(struct web *web, const char *text)
{
    static const char *const ENTITIES[256] = {
        ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;",
    };

    for (; *text != '\0'; text++) {
        const char *entity = ENTITIES[(unsigned char)*text];
        if (entity)
            put(web, entity);
        else
            FCGX_PutChar((unsigned char)*text, web->fcgi->out);
    }
}

void html(struct web *web, const char *form, ...)
{
    va_list values;

    va_start(values, form);
    for (const char *slot; (slot = strstr(form, "%s")); form = slot + 2) {
        FCGX_PutStr(form, (int)(slot - form), web->fcgi->out);
        put_escaped(web, va_arg(values, const char *));
    }
    put(web, form);
    va_end(values);
}

/* A JSON string; a character that would need escaping is written as a question mark. */
static void log_member(const char *name, const char *value)
{
    fprintf(stderr, ",\"%s\":\"", name);
    for (; *value != '\0'; value++)
        fputc(isprint((unsigned char)*value) && !strchr("\"\\", *value) ? *value : '?', stderr);
    fputc('"', stderr);
}

void web_log(const char *event, const char *order, const char *result)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(stderr, "{\"time\":\"%s\",\"event\":\"shop.%s\"", now, event);
    log_member("order", order);
    log_member("result", result);
    fputs("}\n", stderr);
}
