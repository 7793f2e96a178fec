/* alipay.h - the driver of Alipay's channel codes, for the table of drivers. */
#ifndef CHANNEL_ALIPAY_H
#define CHANNEL_ALIPAY_H

#include "channel/channel.h"

extern const struct channel_driver CHANNEL_ALIPAY;

#endif
