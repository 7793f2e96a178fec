/* channels.h - the drivers that the programs use. */
#ifndef CHECKOUT_CHANNELS_H
#define CHECKOUT_CHANNELS_H

#include "channel/channel.h"

/* NULL-ended; each program hands it to channels_use when it starts. */
extern const struct channel_driver *const CHANNELS[];

#endif
