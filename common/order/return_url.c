/* return_url.c - checks a return URL, and puts the order's number in. */
#include "order/return_url.h"

#include <string.h>

#include "io/http/http.h"

static const char PLACE[] = "{ORDER_NO}";

bool return_url_of(const char *url, const char *order_no, char out[URL_SIZE])
{
    struct text to = text_over(out, URL_SIZE);

    for (const char *place; (place = strstr(url, PLACE)); url = place + strlen(PLACE)) {
        text_add_n(&to, url, (size_t)(place - url));
        text_add(&to, order_no);
    }
    text_add(&to, url);
    return !to.full;
}

/* The characters that RFC 3986 allows behind '#'; a '%' needs no digits. */
static bool fragment_ok(const char *s)
{
    static const char PUNCTUATION[] = "-._~!$&'()*+,;=:@/?%";

    for (; *s; s++) {
        if (!str_is_n(s, 1, ALPHA_NONCE, 1, 1) && !strchr(PUNCTUATION, *s))
            return false;
    }
    return true;
}

bool return_url_ok(const char *url)
{
    static const char ANY_NO[NO_SIZE] = "00000000000000000000000000";
    char whole[URL_SIZE];
    struct http_url parts;

    if (!return_url_of(url, ANY_NO, whole))
        return false;
    char *hash = strchr(whole, '#');
    if (hash)
        *hash = '\0';
    return http_url_ok(whole, &parts) && (!hash || fragment_ok(hash + 1));
}
