/* channels.c - the table of the played channels. */
#include "sandbox/channels.h"

const struct sandbox_channel *const SANDBOX_CHANNELS[] = { NULL };
