/* close_private.h - what close.c and close_plain.c share. */
#ifndef SETTLE_CLOSE_PRIVATE_H
#define SETTLE_CLOSE_PRIVATE_H

#include "order/order_row.h"

/* clang-format off */
/* SQL: the order o has no open attempt. */
#define IS_PLAIN(o) \
    "NOT EXISTS (SELECT 1 FROM pay_order_extension e FORCE INDEX (idx_order)" \
    " WHERE e.order_id = " o ".id AND e.status = " STATE(ATTEMPT_WAITING) ")"
/* clang-format on */

/* The order, which is locked and waits, is closed, with its notification when the app wants one.
 * PAY_UNKNOWN: an attempt is open, since its channel did not answer or it is newer than the
 * questions. */
MUST_USE enum pay_err order_closed(struct db *db, struct order *order);

#endif
