/* mock_state.h - the states of the mock gateway's trades, payouts and owed callbacks, in its
 * own books (base/state.h says how to read this). */
#ifndef SANDBOX_MOCK_STATE_H
#define SANDBOX_MOCK_STATE_H

#include "base/state.h"

#define MOCK_WAITING_IS(X) X(MOCK_WAITING, 0, "WAITING", "can be paid")
#define MOCK_PAID_IS(X) X(MOCK_PAID, 10, "SUCCESS", "paid, for good")
#define MOCK_FAILED_IS(X) X(MOCK_FAILED, 20, "FAILED", "the payer's attempt failed")
#define MOCK_CLOSED_IS(X) X(MOCK_CLOSED, 30, "CLOSED", "closed by the merchant or by its end")
/* Of a trade that is not on the books; no row has it. */
#define MOCK_UNKNOWN_IS(X) X(MOCK_UNKNOWN, -1, "NOT_FOUND", "not on the books")
#define MOCK_STATES(X) \
    MOCK_WAITING_IS(X) MOCK_PAID_IS(X) MOCK_FAILED_IS(X) MOCK_CLOSED_IS(X) MOCK_UNKNOWN_IS(X)
#define PAYOUT_WAITING_IS(X) X(PAYOUT_WAITING, 0, "WAITING", "not decided yet")
#define PAYOUT_DONE_IS(X) X(PAYOUT_DONE, 10, "SUCCESS", "the money went, for good")
#define PAYOUT_FAILED_IS(X) X(PAYOUT_FAILED, 20, "FAILED", "refused; it can be asked for again")
/* Of a payout that is not on the books; no row has it. */
#define PAYOUT_UNKNOWN_IS(X) X(PAYOUT_UNKNOWN, -1, "NOT_FOUND", "not on the books")
#define PAYOUT_STATES(X) \
    PAYOUT_WAITING_IS(X) PAYOUT_DONE_IS(X) PAYOUT_FAILED_IS(X) PAYOUT_UNKNOWN_IS(X)
#define OWED_WAITING_IS(X) X(OWED_WAITING, 0, "WAITING", "to be sent, or sent again")
#define OWED_SUCCESS_IS(X) X(OWED_SUCCESS, 10, "SUCCESS", "acknowledged")
#define OWED_FAILURE_IS(X) X(OWED_FAILURE, 20, "FAILURE", "given up")
#define OWED_STATES(X) OWED_WAITING_IS(X) OWED_SUCCESS_IS(X) OWED_FAILURE_IS(X)

enum mock_trade_state { MOCK_STATES(STATE_AS_ENUM) };
enum mock_payout_state { PAYOUT_STATES(STATE_AS_ENUM) };
enum mock_owed_state { OWED_STATES(STATE_AS_ENUM) };

#endif
