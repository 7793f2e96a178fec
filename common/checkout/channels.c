/* channels.c - the drivers that the programs use, one row each. The table is in a layer above all
 * that a driver may need. */
#include "checkout/channels.h"

#include "channel/alipay/alipay.h"
#include "channel/mock/mock.h"
#include "channel/wechat/wechat.h"
#include "ledger/wallet_channel.h"

const struct channel_driver *const CHANNELS[] = {
    &CHANNEL_MOCK, &CHANNEL_ALIPAY, &CHANNEL_WECHAT, &CHANNEL_WALLET, NULL,
};
