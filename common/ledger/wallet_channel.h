/* wallet_channel.h - the wallet as a channel: an order is paid from its user's balance, inside the
 * transaction that holds the order. */
#ifndef LEDGER_WALLET_CHANNEL_H
#define LEDGER_WALLET_CHANNEL_H

#include "channel/channel.h"

#define CHANNEL_WALLET_CODE "wallet"

extern const struct channel_driver CHANNEL_WALLET;

#endif
