/* cashier_ways.c - see cashier_ways.h. */
#include "web/cashier_ways.h"

#include <string.h>

#include "checkout/checkout.h"

static bool is_code(const struct channel_product *product)
{
    return str_eq(product->display, "qr_code");
}

/* What a page alone can lead to: parameters of apps and payers' bar codes need a program of the
 * shop. A wallet is not offered either: a person who holds the link must not spend the balance of
 * another one. And only what takes the order: an order without user_ip gets the payer's address.
 * NULL: it is not for the page. */
static const struct channel_product *page_product(const struct call *call,
                                                  const struct order *order,
                                                  const struct channel_offer *offer)
{
    const struct channel_product *product;

    if (!channel_find(offer->code, call->config->test_mode, &product) ||
        (!is_code(product) && !str_eq(product->display, "redirect")))
        return NULL;
    const char *field = checkout_not_accepted(product, order);
    return !field || str_eq(field, "user_ip") ? product : NULL;
}

static bool on_phone(const struct call *call)
{
    const char *agent = request_header(call->request, "user-agent");

    return agent && (strstr(agent, "Mobile") || strstr(agent, "Android"));
}

/* A phone cannot scan a code that it shows itself. */
static bool suits(const struct channel_product *product, bool phone)
{
    return phone ? !is_code(product) && product->device != ON_DESKTOPS
                 : product->device != ON_PHONES;
}

size_t cashier_ways(const struct call *call, const struct order *order,
                    const struct cashier_offers *offers, struct pay_way ways[CHANNELS_MAX])
{
    const bool phone = on_phone(call);
    size_t count = 0;

    for (int any = 0; any < 2 && count == 0; any++) {
        for (size_t i = 0; i < offers->count; i++) {
            const struct channel_offer *offer = &offers->at[i];
            const struct channel_product *product = page_product(call, order, offer);
            if (product && (any || suits(product, phone)))
                ways[count++] = (struct pay_way){ offer->code, offer->name, is_code(product) };
        }
    }
    return count;
}

bool cashier_accepts(const struct call *call, const struct order *order,
                     const struct cashier_offers *offers, const char *code)
{
    for (size_t i = 0; i < offers->count; i++)
        if (str_eq(offers->at[i].code, code))
            return page_product(call, order, &offers->at[i]);
    return false;
}
