/* states.c - the list of states.h. */
#include "watch/states.h"

#include "app/app_state.h"
#include "notify/notify_state.h"
#include "order/order_state.h"
#include "refund/refund_state.h"
#include "transfer/transfer_state.h"

const struct state_table *const STATE_TABLES[] = {
    &ORDER_STATE_TABLE,   &ATTEMPT_STATE_TABLE,
    &REFUND_STATE_TABLE,  &TRANSFER_STATE_TABLE,
    &NOTIFY_STATE_TABLE,  &TRY_STATE_TABLE,
    &APP_STATE_TABLE,     &KEY_STATE_TABLE,
    &CHANNEL_STATE_TABLE, NULL,
};
