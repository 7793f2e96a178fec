/* mock_waiting.h - what leaves the gateway, and what of it waits for a person's decision. */
#ifndef SANDBOX_MOCK_WAITING_H
#define SANDBOX_MOCK_WAITING_H

#include "sandbox/mock/mock_gateway.h"

/* Money that leaves the gateway, in its books: a refund or a transfer. */
struct mock_payout {
    int64_t status, tries, success_time, channel_id;
    struct money price;
    char kind[9], no[NO_SIZE], channel_no[65], currency[CURRENCY_SIZE], error_code[33];
    char pay_id[NO_SIZE], channel_order_no[65]; /* of a refund: the payment */
    char user_account[513];                     /* of a transfer: where to, its bytes in hex */
};

/* What waits for a decision on this page, the oldest first, at most MOCK_WAITING_SHOWN: refunds of
 * its trade, or its transfer. */
#define MOCK_WAITING_SHOWN 8
MUST_USE enum pay_err mock_waiting_list(struct db *db, const struct mock_trade *page,
                                        struct mock_payout *out, size_t *count);

#endif
