/* channels.c - the drivers that our programs work with: one row for each. The table stands above
 * all that a driver may need. */
#include "checkout/channels.h"

#include "channel/mock/mock.h"

const struct channel_driver *const CHANNELS[] = {
    &CHANNEL_MOCK,
    NULL,
};
