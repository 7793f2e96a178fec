/* refund_state.c - the table of refund_state.h. */
#include "refund/refund_state.h"

const struct state_table REFUND_STATE_TABLE =
    STATE_TABLE("refund", "pay_refund", REFUND_STATES, REFUND_STEPS);
