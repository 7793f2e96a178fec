/* app_state.h - whether an app, a key or a configured channel is in use (base/state.h says how to
 * read this). */
#ifndef APP_APP_STATE_H
#define APP_APP_STATE_H

#include "base/state.h"

#define APP_ENABLED_IS(X) X(APP_ENABLED, 0, "ENABLED", "in use")
#define APP_DISABLED_IS(X) X(APP_DISABLED, 1, "DISABLED", "makes no orders and no attempts")
#define APP_STATES(X) APP_ENABLED_IS(X) APP_DISABLED_IS(X)

#define KEY_LIVE_IS(X) X(KEY_LIVE, 0, "LIVE", "signs requests until it expires")
#define KEY_REVOKED_IS(X) X(KEY_REVOKED, 1, "REVOKED", "signs nothing, for good")
#define KEY_STATES(X) KEY_LIVE_IS(X) KEY_REVOKED_IS(X)

#define CHANNEL_ENABLED_IS(X) X(CHANNEL_ENABLED, 0, "ENABLED", "in use")
#define CHANNEL_DISABLED_IS(X) \
    X(CHANNEL_DISABLED, 1, "DISABLED", "gets no attempts; callbacks are taken")
#define CHANNEL_STATES(X) CHANNEL_ENABLED_IS(X) CHANNEL_DISABLED_IS(X)

enum app_status { APP_STATES(STATE_AS_ENUM) };
enum key_status { KEY_STATES(STATE_AS_ENUM) };
enum channel_status { CHANNEL_STATES(STATE_AS_ENUM) };

extern const struct state_table APP_STATE_TABLE, KEY_STATE_TABLE, CHANNEL_STATE_TABLE;

#endif
