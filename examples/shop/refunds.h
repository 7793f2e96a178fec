/* The shop's refunds: one an order, of all its money. */
#ifndef SHOP_REFUNDS_H
#define SHOP_REFUNDS_H

#include <stdbool.h>
#include <stdint.h>

bool refunds_create_table(void);

/* Before Shroff is asked: the intent is stored first, so that a shop that dies in between goes on.
 * One that failed waits again, under the same number. False: database away. */
bool refunds_begin(const char *order_id);

/* What Shroff's answer says, WAITING, SUCCESS or FAILURE; or its notification, with a version: an
 * older one than what is known changes nothing. False: database away. */
bool refunds_answered(const char *order_id, const char *state);
bool refunds_told(const char *order_id, const char *state, int64_t version);

#endif
