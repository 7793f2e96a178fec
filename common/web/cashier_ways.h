/* cashier_ways.h - which of an app's channels the cashier offers. */
#ifndef WEB_CASHIER_WAYS_H
#define WEB_CASHIER_WAYS_H

#include "app/channel_list.h"
#include "order/order.h"
#include "web/page/pay_page.h"

struct cashier_offers {
    struct channel_offer at[CHANNELS_MAX];
    size_t count;
};

/* Those that take the order and suit the device; when none suits the device, all that take the
 * order and that a page can lead to. Returns their number. */
size_t cashier_ways(const struct call *call, const struct order *order,
                    const struct cashier_offers *offers, struct pay_way ways[CHANNELS_MAX]);
/* May the page submit this code? It is one of the offers, takes the order, and is no wallet. */
bool cashier_accepts(const struct call *call, const struct order *order,
                     const struct cashier_offers *offers, const char *code);

#endif
