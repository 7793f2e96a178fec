/* channels.c - the drivers that the programs use, one row each. The table is in a layer above all
 * that a driver may need. */
#include "checkout/channels.h"

#include "channel/mock/mock.h"
#include "ledger/wallet_channel.h"

const struct channel_driver *const CHANNELS[] = {
    &CHANNEL_MOCK,
    &CHANNEL_WALLET,
    NULL,
};
