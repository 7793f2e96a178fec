/* drivers.h - the drivers that channel.c's table is made of. Nobody else includes it. */
#ifndef CHANNEL_DRIVERS_H
#define CHANNEL_DRIVERS_H

#include "channel/channel.h"

extern const struct channel_driver CHANNEL_MOCK;

#endif
