/* settle_private.h - what settle.c and settle_paid.c share. */
#ifndef PAY_SETTLE_PRIVATE_H
#define PAY_SETTLE_PRIVATE_H

#include "pay/settle.h"

/* The order as it will be once this attempt has paid it. */
MUST_USE enum pay_err order_as_paid(const struct order *order, const struct attempt *attempt,
                                    const struct channel_config *channel,
                                    const struct channel_result *result, struct order *out);
/* Are the price and currency of a result those of the attempt? What it does not say agrees. */
bool result_price_agrees(const struct channel_result *result, const struct attempt *attempt);

/* The plain case, a waiting order paid by its waiting attempt, told by a callback: in one call.
 * PAY_WRONG_STATE: it is not that case, and nothing was done. */
MUST_USE enum pay_err settle_paid(struct db *db, const struct channel_config *channel,
                                  const struct channel_result *result,
                                  const struct callback_raw *raw);

#endif
