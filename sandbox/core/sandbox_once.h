/* sandbox_once.h - what a scenario does once for a number: the first time leaves a mark. */
#ifndef SANDBOX_CORE_SANDBOX_ONCE_H
#define SANDBOX_CORE_SANDBOX_ONCE_H

#include "sandbox/core/sandbox_trade.h"

/* What happens once, and for which number; kind: 8 letters at most. */
struct sandbox_once {
    const char *kind, *channel, *merchant, *number;
};
/* In a transaction. *first: it happens for the first time. */
MUST_USE enum pay_err sandbox_once(struct db *db, const struct sandbox_once *what, bool *first);
/* In a transaction. *used: the number of this new trade is to count as used by another order. Of
 * two numbers with the same terms that is the first one, so that a merchant that takes a new
 * number succeeds; a trade that is stored keeps its number. */
MUST_USE enum pay_err sandbox_number_used(struct db *db, const struct sandbox_trade *trade,
                                          bool *used);

#endif
