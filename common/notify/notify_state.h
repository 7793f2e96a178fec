/* notify_state.h - the states of a notification, what became of one try, and what it can be about
 * (base/state.h says how to read this). */
#ifndef NOTIFY_NOTIFY_STATE_H
#define NOTIFY_NOTIFY_STATE_H

#include "base/state.h"

#define NOTIFY_WAITING_IS(X) X(NOTIFY_WAITING, 0, "WAITING", "to be sent, or sent again")
#define NOTIFY_SUCCESS_IS(X) X(NOTIFY_SUCCESS, 10, "SUCCESS", "acknowledged")
#define NOTIFY_FAILURE_IS(X) X(NOTIFY_FAILURE, 20, "FAILURE", "given up")
#define NOTIFY_STATES(X) NOTIFY_WAITING_IS(X) NOTIFY_SUCCESS_IS(X) NOTIFY_FAILURE_IS(X)
#define NOTIFY_STEPS(X) \
    X(NOTIFY_WAITING, NOTIFY_SUCCESS, "a try was acknowledged") \
    X(NOTIFY_WAITING, NOTIFY_FAILURE, "the last try failed, or the address is gone") \
    X(NOTIFY_FAILURE, NOTIFY_WAITING, "an operator sends it again")

/* Of a row in notify_log, which is written once a try is over. */
#define TRY_SUCCESS_IS(X) X(TRY_SUCCESS, 10, "SUCCESS", "acknowledged")
#define TRY_REFUSED_IS(X) X(TRY_REFUSED, 21, "NOT_ACKNOWLEDGED", "answered, not acknowledged")
#define TRY_FAILED_IS(X) X(TRY_FAILED, 22, "REQUEST_FAILED", "no whole answer came")
#define TRY_STATES(X) TRY_SUCCESS_IS(X) TRY_REFUSED_IS(X) TRY_FAILED_IS(X)
#define TRY_STEPS(X) \
    X(TRY_FAILED, TRY_SUCCESS, "a runner that seemed lost brings its result") \
    X(TRY_FAILED, TRY_REFUSED, "a runner that seemed lost brings its result")

/* What a notification is about: notify_task.type. */
#define NOTIFY_ORDER_IS(X) X(NOTIFY_ORDER, 1, "order", "an order; data_id is its id")
#define NOTIFY_REFUND_IS(X) X(NOTIFY_REFUND, 2, "refund", "a refund")
#define NOTIFY_TRANSFER_IS(X) X(NOTIFY_TRANSFER, 3, "transfer", "a transfer")
#define NOTIFY_TYPES(X) NOTIFY_ORDER_IS(X) NOTIFY_REFUND_IS(X) NOTIFY_TRANSFER_IS(X)

enum notify_type { NOTIFY_TYPES(STATE_AS_ENUM) };
enum notify_status { NOTIFY_STATES(STATE_AS_ENUM) };
enum try_status { TRY_STATES(STATE_AS_ENUM) };

extern const struct state_table NOTIFY_STATE_TABLE, TRY_STATE_TABLE;

#endif
