/* channel_setup.h - a channel that refuses what Shroff sends because its configuration, or the
 * account at the channel, is not right: no later order is paid there either, so an operator is
 * alerted. */
#ifndef APP_CHANNEL_SETUP_H
#define APP_CHANNEL_SETUP_H

#include "app/channel_config.h"

/* What the channel's driver made of an answer. When its code means MEANS_SETUP (channel/code.h):
 * the alert channel_setup, at most once in 5 minutes of a process. Not inside db_txn. */
void channel_setup_tell(struct db *db, const struct channel_config *channel,
                        const struct channel_said *said);

#endif
