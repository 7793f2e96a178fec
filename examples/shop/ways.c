/* ways.c - the channels by which an order can be paid. */
#include "ways.h"

#include <string.h>

#include "settings.h"

#define ALIPAY \
    { \
        "Alipay", "支付宝" \
    }
#define WECHAT \
    { \
        "WeChat Pay", "微信支付" \
    }

/* clang-format off */
const struct way WAYS[] = {
    { "alipay_qr",  ALIPAY, { "Scan a code",      "扫码支付" },   false, false },
    { "alipay_pc",  ALIPAY, { "Website",          "电脑网站" },   false, false },
    { "alipay_wap", ALIPAY, { "Phone's browser",  "手机网站" },   false, false },
    { "alipay_app", ALIPAY, { "Inside an app",    "App 支付" },   false, false },
    { "alipay_bar", ALIPAY, { "At the till",      "付款码" },     true,  false },
    { "wx_native",  WECHAT, { "Scan a code",      "扫码支付" },   false, false },
    { "wx_pub",     WECHAT, { "Page in WeChat",   "公众号" },     false, true  },
    { "wx_lite",    WECHAT, { "Mini program",     "小程序" },     false, true  },
    { "wx_wap",     WECHAT, { "Phone's browser",  "手机网站" },   false, false },
    { "wx_app",     WECHAT, { "Inside an app",    "App 支付" },   false, false },
    { "wx_bar",     WECHAT, { "At the till",      "付款码" },     true,  false },
};
/* clang-format on */
const size_t WAY_COUNT = sizeof(WAYS) / sizeof(WAYS[0]);

/* settings.channels is a list with blanks between. */
static bool is_listed(const char *channel)
{
    const size_t length = strlen(channel);

    for (const char *at = settings.channels; *at != '\0'; at += strspn(at, " ")) {
        const size_t size = strcspn(at, " ");
        if (size == length && strncmp(at, channel, size) == 0)
            return true;
        at += size;
    }
    return false;
}

bool way_is_offered(const struct way *way)
{
    return strcmp(way->channel, settings.channel) == 0 || is_listed(way->channel);
}

const struct way *way_find(const char *channel)
{
    static struct way usual;

    for (size_t i = 0; i < WAY_COUNT; i++) {
        if (strcmp(WAYS[i].channel, channel) == 0)
            return way_is_offered(&WAYS[i]) ? &WAYS[i] : NULL;
    }
    usual.channel = settings.channel;
    return strcmp(channel, settings.channel) == 0 ? &usual : NULL;
}
