/* order_state.h - the states of orders and of attempts (base/state.h says how to read this). */
#ifndef ORDER_ORDER_STATE_H
#define ORDER_ORDER_STATE_H

#include "base/state.h"

#define ORDER_WAITING_IS(X) X(ORDER_WAITING, 0, "WAITING", "not paid; it can be until it expires")
#define ORDER_SUCCESS_IS(X) X(ORDER_SUCCESS, 10, "SUCCESS", "paid; a part may have gone back")
#define ORDER_CLOSED_IS(X) X(ORDER_CLOSED, 20, "CLOSED", "ended without a payment")
#define ORDER_REFUND_IS(X) X(ORDER_REFUND, 30, "REFUND", "paid, and all of the money went back")
#define ORDER_PAID(X) ORDER_SUCCESS_IS(X) ORDER_REFUND_IS(X)
#define ORDER_UNPAID(X) ORDER_WAITING_IS(X) ORDER_CLOSED_IS(X)
#define ORDER_STATES(X) \
    ORDER_WAITING_IS(X) ORDER_SUCCESS_IS(X) ORDER_CLOSED_IS(X) ORDER_REFUND_IS(X)
#define ORDER_STEPS(X) \
    X(ORDER_WAITING, ORDER_SUCCESS, "a payment came in") \
    X(ORDER_WAITING, ORDER_CLOSED, "it was closed") \
    X(ORDER_SUCCESS, ORDER_REFUND, "the last of the money went back") \
    X(ORDER_CLOSED, ORDER_SUCCESS, "a late payment was accepted")

#define ATTEMPT_WAITING_IS(X) X(ATTEMPT_WAITING, 0, "WAITING", "open: it can be paid")
#define ATTEMPT_SUCCESS_IS(X) X(ATTEMPT_SUCCESS, 10, "SUCCESS", "money came in by it")
#define ATTEMPT_CLOSED_IS(X) X(ATTEMPT_CLOSED, 20, "CLOSED", "failed or closed; another can pay")
#define ATTEMPT_STATES(X) ATTEMPT_WAITING_IS(X) ATTEMPT_SUCCESS_IS(X) ATTEMPT_CLOSED_IS(X)
#define ATTEMPT_STEPS(X) \
    X(ATTEMPT_WAITING, ATTEMPT_SUCCESS, "the channel says that it was paid") \
    X(ATTEMPT_WAITING, ATTEMPT_CLOSED, "the channel says that it failed or was closed") \
    X(ATTEMPT_CLOSED, ATTEMPT_SUCCESS, "the money came after all")

enum order_state { ORDER_STATES(STATE_AS_ENUM) };
enum attempt_state { ATTEMPT_STATES(STATE_AS_ENUM) };

extern const struct state_table ORDER_STATE_TABLE, ATTEMPT_STATE_TABLE;

#endif
