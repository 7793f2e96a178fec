/* app_state.c - the tables of app_state.h. Each state can follow each other, but of a key. */
#include "app/app_state.h"

#define APP_STEPS(X) \
    X(APP_ENABLED, APP_DISABLED, "shroffctl app disable") \
    X(APP_DISABLED, APP_ENABLED, "shroffctl app enable")
#define KEY_STEPS(X) X(KEY_LIVE, KEY_REVOKED, "shroffctl key revoke")
#define CHANNEL_STEPS(X) \
    X(CHANNEL_ENABLED, CHANNEL_DISABLED, "shroffctl channel disable") \
    X(CHANNEL_DISABLED, CHANNEL_ENABLED, "shroffctl channel enable")

const struct state_table APP_STATE_TABLE = STATE_TABLE("app", "pay_app", APP_STATES, APP_STEPS);
const struct state_table KEY_STATE_TABLE = STATE_TABLE("key", "pay_app_key", KEY_STATES, KEY_STEPS);
const struct state_table CHANNEL_STATE_TABLE =
    STATE_TABLE("channel", "pay_channel", CHANNEL_STATES, CHANNEL_STEPS);
