/* wechat.h - the driver of WeChat Pay's channel codes, for the table of drivers. */
#ifndef CHANNEL_WECHAT_H
#define CHANNEL_WECHAT_H

#include "channel/channel.h"

extern const struct channel_driver CHANNEL_WECHAT;

#endif
