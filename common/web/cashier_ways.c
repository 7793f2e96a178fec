/* cashier_ways.c - see cashier_ways.h. */
#include "web/cashier_ways.h"

#include <string.h>

static bool is_code(const struct channel_offer *offer)
{
    return str_eq(offer->display_mode, "qr_code");
}

/* What a page alone can lead to: parameters of apps and payers' bar codes need a program of the
 * shop, and a wallet has nothing to show. And only what takes the order; the payer's address, which
 * some want, is known. */
static bool is_for_page(const struct call *call, const struct order *order,
                        const struct channel_offer *offer)
{
    const struct channel_product *product;

    if (!is_code(offer) && !str_eq(offer->display_mode, "redirect"))
        return false;
    return channel_find(offer->code, call->config->test_mode, &product) &&
           (!product->currency || str_eq(product->currency, order->currency)) &&
           (product->return_max == 0 || strlen(order->return_url) <= product->return_max);
}

static bool on_phone(const struct call *call)
{
    const char *agent = request_header(call->request, "user-agent");

    return agent && (strstr(agent, "Mobile") || strstr(agent, "Android"));
}

static bool suits(const struct channel_offer *offer, bool phone)
{
    if (is_code(offer))
        return !phone;
    const bool of_phones = str_eq(offer->code, "alipay_wap") || str_eq(offer->code, "wx_wap");
    return phone ? !str_eq(offer->code, "alipay_pc") : !of_phones;
}

size_t cashier_ways(const struct call *call, const struct order *order,
                    const struct cashier_offers *offers, struct pay_way ways[CHANNELS_MAX])
{
    const bool phone = on_phone(call);
    size_t count = 0;

    for (int any = 0; any < 2 && count == 0; any++) {
        for (size_t i = 0; i < offers->count; i++) {
            const struct channel_offer *offer = &offers->at[i];
            if (is_for_page(call, order, offer) && (any || suits(offer, phone)))
                ways[count++] = (struct pay_way){ offer->code, offer->name, is_code(offer) };
        }
    }
    return count;
}

bool cashier_accepts(const struct call *call, const struct order *order,
                     const struct cashier_offers *offers, const char *code)
{
    for (size_t i = 0; i < offers->count; i++)
        if (str_eq(offers->at[i].code, code))
            return is_for_page(call, order, &offers->at[i]);
    return false;
}
