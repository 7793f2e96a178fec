/* test_payer.c - addresses of the played channels' cashier. */
#include "test_payer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "settings.h"

static bool fits(int length, size_t size)
{
    return length > 0 && (size_t)length < size;
}

/* A weixin:// code stands in the query of the cashier's address. */
static bool by_code(const char *code, char *url, size_t size)
{
    char *escaped = curl_easy_escape(NULL, code, 0);
    const bool whole =
        escaped &&
        fits(snprintf(url, size, "%s/cashier/wechat?qr=%s", settings.sandbox_url, escaped), size);

    curl_free(escaped);
    return whole;
}

bool test_payer_url(const struct shroff_order *answer, char *url, size_t size)
{
    if (settings.sandbox_url[0] == '\0')
        return false;
    if (answer->pay_url[0] != '\0') /* Alipay's code is an address itself */
        return fits(snprintf(url, size, "%s", answer->pay_url), size);
    if (strcmp(answer->display_mode, "qr_code") == 0)
        return by_code(answer->display_content, url, size);
    if (strncmp(answer->channel, "alipay", strlen("alipay")) == 0)
        return fits(
            snprintf(url, size, "%s/gateway.do?%s", settings.sandbox_url, answer->display_content),
            size);
    return fits(snprintf(url, size, "%s/cashier/wechat?out_trade_no=%s", settings.sandbox_url,
                         answer->pay_id),
                size);
}

bool test_codes_url(char *url, size_t size)
{
    return settings.sandbox_url[0] != '\0' &&
           fits(snprintf(url, size, "%s/cashier/codes", settings.sandbox_url), size);
}
