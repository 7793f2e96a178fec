/* channels.h - the table of the played channels, for the runner and the control API. */
#ifndef SANDBOX_CHANNELS_H
#define SANDBOX_CHANNELS_H

#include "sandbox/core/sandbox.h"

/* The last one is NULL. */
extern const struct sandbox_channel *const SANDBOX_CHANNELS[];

#endif
