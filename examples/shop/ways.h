/* The ways to pay that the shop offers: one channel each. */
#ifndef SHOP_WAYS_H
#define SHOP_WAYS_H

#include <stdbool.h>
#include <stddef.h>

struct way {
    const char *channel;  /* Shroff's code */
    const char *brand[2]; /* whose app pays, in English and Chinese; NULL: of the mock channel */
    const char *label[2];
    bool at_the_till; /* the shop reads the payer's bar code, and sends it along */
    bool to_openid;   /* opens inside WeChat, so Shroff must know who the payer is there */
};

extern const struct way WAYS[];
extern const size_t WAY_COUNT;

/* Is it the shop's usual channel, or one of settings.channels? */
bool way_is_offered(const struct way *way);
/* An offered way by its channel, NULL when there is none. The usual channel is always there. */
const struct way *way_find(const char *channel);

#endif
