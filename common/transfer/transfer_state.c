/* transfer_state.c - the table of transfer_state.h. */
#include "transfer/transfer_state.h"

const struct state_table TRANSFER_STATE_TABLE =
    STATE_TABLE("transfer", "pay_transfer", TRANSFER_STATES, TRANSFER_STEPS);
