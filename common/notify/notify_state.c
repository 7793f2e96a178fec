/* notify_state.c - the tables of notify_state.h. */
#include "notify/notify_state.h"

const struct state_table NOTIFY_STATE_TABLE =
    STATE_TABLE("notification", "notify_task", NOTIFY_STATES, NOTIFY_STEPS);
const struct state_table TRY_STATE_TABLE = STATE_TABLE("try", "notify_log", TRY_STATES, TRY_STEPS);
