/* sandbox_state.h - the states of what the played channels keep (base/state.h says how to read
 * this). A channel has its own words for them. */
#ifndef SANDBOX_CORE_SANDBOX_STATE_H
#define SANDBOX_CORE_SANDBOX_STATE_H

#include "base/state.h"

/* Of a trade. */
#define TRADE_CODE_IS(X) X(TRADE_CODE, 0, "CODE", "a code was made, and no payer has opened it")
#define TRADE_WAITING_IS(X) X(TRADE_WAITING, 10, "WAITING", "can be paid")
#define TRADE_PAYING_IS(X) X(TRADE_PAYING, 15, "PAYING", "the payer is asked for a password")
#define TRADE_PAID_IS(X) X(TRADE_PAID, 20, "PAID", "paid; refunds are counted beside it")
#define TRADE_CLOSED_IS(X) X(TRADE_CLOSED, 30, "CLOSED", "closed unpaid")
#define TRADE_REVOKED_IS(X) X(TRADE_REVOKED, 40, "REVOKED", "reversed by the merchant")
#define TRADE_FAILED_IS(X) X(TRADE_FAILED, 50, "FAILED", "the payment failed")
#define SANDBOX_TRADE_STATES(X) \
    TRADE_CODE_IS(X) \
    TRADE_WAITING_IS(X) \
    TRADE_PAYING_IS(X) TRADE_PAID_IS(X) TRADE_CLOSED_IS(X) TRADE_REVOKED_IS(X) TRADE_FAILED_IS(X)
/* Of a refund, and of a transfer. */
#define MOVE_PENDING_IS(X) X(MOVE_PENDING, 0, "PENDING", "accepted, not done yet")
#define MOVE_CONFIRM_IS(X) X(MOVE_CONFIRM, 5, "CONFIRM", "the receiver is asked to confirm")
#define MOVE_DONE_IS(X) X(MOVE_DONE, 10, "DONE", "the money went")
#define MOVE_FAILED_IS(X) X(MOVE_FAILED, 20, "FAILED", "it did not, for good")
#define MOVE_STUCK_IS(X) X(MOVE_STUCK, 30, "STUCK", "it did not; the merchant must act")
#define MOVE_CANCELLED_IS(X) X(MOVE_CANCELLED, 40, "CANCELLED", "taken back by the merchant")
#define SANDBOX_MOVE_STATES(X) \
    MOVE_PENDING_IS(X) \
    MOVE_CONFIRM_IS(X) MOVE_DONE_IS(X) MOVE_FAILED_IS(X) MOVE_STUCK_IS(X) MOVE_CANCELLED_IS(X)
/* Of a notice. */
#define NOTICE_WAITING_IS(X) X(NOTICE_WAITING, 0, "WAITING", "to be sent, or sent again")
#define NOTICE_DONE_IS(X) X(NOTICE_DONE, 10, "DONE", "the merchant acknowledged it")
#define NOTICE_GIVEN_UP_IS(X) X(NOTICE_GIVEN_UP, 20, "GIVEN_UP", "its tries are used up")
#define SANDBOX_NOTICE_STATES(X) NOTICE_WAITING_IS(X) NOTICE_DONE_IS(X) NOTICE_GIVEN_UP_IS(X)

enum sandbox_trade_state { SANDBOX_TRADE_STATES(STATE_AS_ENUM) };
enum sandbox_move_state { SANDBOX_MOVE_STATES(STATE_AS_ENUM) };
enum sandbox_notice_state { SANDBOX_NOTICE_STATES(STATE_AS_ENUM) };

/* The words of a trade's states, of a refund's or transfer's, and of a notice's. */
extern const struct word SANDBOX_TRADE_WORDS[], SANDBOX_MOVE_WORDS[], SANDBOX_NOTICE_WORDS[];

#endif
