/* close.h - ends an order that is not paid: asks its channels, ends its open attempts there, then
 * closes it here. Nothing is closed while an attempt of it may be paid.
 *
 * PAY_PAID: the payer was faster, and the order is paid now. PAY_UNKNOWN: a channel did not answer,
 * or an attempt is being sent just now; the order is as it was. PAY_OTHER_PRICE, PAY_OTHER_PAYMENT:
 * what was paid is not what was asked for; on record, with its alert. */
#ifndef SETTLE_CLOSE_H
#define SETTLE_CLOSE_H

#include "base/config.h"
#include "io/db/db_due.h"
#include "order/order.h"

struct closing {
    struct db *db;
    const struct config *config;
    int64_t app_id;
    const char *nonce;
};

/* For the merchant: spends the nonce. PAY_OK, too, when it was closed already. out is filled as far
 * as the order was found. PAY_FULL: the app has too many requests at work with channels; nothing
 * was asked. PAY_NOT_FOUND, PAY_NONCE_USED. */
MUST_USE enum pay_err order_close(const struct closing *closing, const struct order_key *key,
                                  struct order *out);
/* The same for an operator, whose row in admin_log is written in the transaction that closes. */
struct operator_closing {
    struct db *db;
    const struct config *config;
    int64_t order_id;
    const char *who, *why;
};
MUST_USE enum pay_err order_close_by(const struct operator_closing *by, struct order *out);
/* The same for an order past its end, without a merchant. PAY_OK, too, when it is not waiting any
 * more or not past its end. */
MUST_USE enum pay_err order_expire(struct db *db, const struct config *config, int64_t order_id);
/* Closes up to ORDERS_AT_ONCE orders past their end that have no open attempt, so that no channel
 * is to be asked. *count: how many. It looks at a part of what is due, and next time at the part
 * behind it. */
#define ORDERS_AT_ONCE 64
MUST_USE enum pay_err orders_expire(struct db *db, size_t *count);
/* The other orders past their end that wait: those whose channels were never asked, and those whose
 * channels did not answer. These are due again after 10 s, then after an eighth of the time since
 * the order's end, an hour at most. */
extern const struct db_due ORDERS_EXPIRED, ORDERS_UNDECIDED;

/* mine: the channels of this waiting order were not asked in the last gap_s seconds, and now it is
 * this caller's turn. Inside a transaction. */
struct ask_turn {
    int64_t order_id, gap_s;
    bool mine;
};
MUST_USE enum pay_err order_ask_turn(struct db *db, struct ask_turn *turn);

#endif
