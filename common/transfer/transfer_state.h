/* transfer_state.h - the states of a transfer (base/state.h says how to read this). */
#ifndef TRANSFER_TRANSFER_STATE_H
#define TRANSFER_TRANSFER_STATE_H

#include "base/state.h"

#define TRANSFER_WAITING_IS(X) X(TRANSFER_WAITING, 0, "WAITING", "not known to the channel yet")
#define TRANSFER_PROCESSING_IS(X) X(TRANSFER_PROCESSING, 5, "PROCESSING", "the channel is at it")
#define TRANSFER_SUCCESS_IS(X) X(TRANSFER_SUCCESS, 10, "SUCCESS", "the money was paid out")
#define TRANSFER_CLOSED_IS(X) X(TRANSFER_CLOSED, 20, "CLOSED", "ended; no money was paid out")
/* Not ended: the channel may still pay it out. */
#define TRANSFER_OPEN(X) TRANSFER_WAITING_IS(X) TRANSFER_PROCESSING_IS(X)
#define TRANSFER_STATES(X) \
    TRANSFER_WAITING_IS(X) TRANSFER_PROCESSING_IS(X) TRANSFER_SUCCESS_IS(X) TRANSFER_CLOSED_IS(X)
#define TRANSFER_STEPS(X) \
    X(TRANSFER_WAITING, TRANSFER_PROCESSING, "the channel accepted it") \
    X(TRANSFER_WAITING, TRANSFER_SUCCESS, "the channel paid it out at once") \
    X(TRANSFER_WAITING, TRANSFER_CLOSED, "the channel refused it") \
    X(TRANSFER_PROCESSING, TRANSFER_SUCCESS, "the channel says that it was paid out") \
    X(TRANSFER_PROCESSING, TRANSFER_CLOSED, "the channel says that it failed")

enum transfer_state { TRANSFER_STATES(STATE_AS_ENUM) };

extern const struct state_table TRANSFER_STATE_TABLE;

#endif
