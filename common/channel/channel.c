/* channel.c - who does what: a channel is one file and one row here. */
#include "channel/channel.h"

#include "channel/drivers.h"

static const struct channel_driver *const CHANNELS[] = {
    &CHANNEL_MOCK,
};

const struct channel_driver *channel_driver_find(const char *code, bool test_mode)
{
    for (size_t i = 0; i < COUNT(CHANNELS); i++)
        if (str_eq(CHANNELS[i]->code, code))
            return CHANNELS[i]->test_only && !test_mode ? NULL : CHANNELS[i];
    return NULL;
}
