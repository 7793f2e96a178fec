/* mock.h - the driver of the mock channel, for the table of drivers. */
#ifndef CHANNEL_MOCK_H
#define CHANNEL_MOCK_H

#include "channel/channel.h"

extern const struct channel_driver CHANNEL_MOCK;

#endif
