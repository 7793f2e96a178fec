/* refund_state.h - the states of a refund (base/state.h says how to read this). */
#ifndef REFUND_REFUND_STATE_H
#define REFUND_REFUND_STATE_H

#include "base/state.h"

#define REFUND_WAITING_IS(X) X(REFUND_WAITING, 0, "WAITING", "the channel has not decided yet")
#define REFUND_SUCCESS_IS(X) X(REFUND_SUCCESS, 10, "SUCCESS", "the money went back")
#define REFUND_FAILURE_IS(X) X(REFUND_FAILURE, 20, "FAILURE", "the channel refused it")
#define REFUND_STATES(X) REFUND_WAITING_IS(X) REFUND_SUCCESS_IS(X) REFUND_FAILURE_IS(X)
#define REFUND_STEPS(X) \
    X(REFUND_WAITING, REFUND_SUCCESS, "the channel says that the money went back") \
    X(REFUND_WAITING, REFUND_FAILURE, "the channel refused it") \
    X(REFUND_FAILURE, REFUND_WAITING, "it is tried again under its number")

enum refund_state { REFUND_STATES(STATE_AS_ENUM) };

extern const struct state_table REFUND_STATE_TABLE;

#endif
