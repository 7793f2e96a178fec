/* order_state.c - the tables of order_state.h. */
#include "order/order_state.h"

const struct state_table ORDER_STATE_TABLE =
    STATE_TABLE("order", "pay_order", ORDER_STATES, ORDER_STEPS);
const struct state_table ATTEMPT_STATE_TABLE =
    STATE_TABLE("attempt", "pay_order_extension", ATTEMPT_STATES, ATTEMPT_STEPS);
