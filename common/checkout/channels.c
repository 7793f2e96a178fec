/* channels.c - the drivers that the programs use, one row each. The table is in a layer above all
 * that a driver may need. */
#include "checkout/channels.h"

#include "channel/mock/mock.h"

const struct channel_driver *const CHANNELS[] = {
    &CHANNEL_MOCK,
    NULL,
};
