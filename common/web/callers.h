/* callers.h - the addresses callbacks come from, as the workers of one executable know them.
 *
 * Channels use few addresses. One that has sent a believed callback is known, and its requests are
 * always admitted. All others are strangers. They are refused before the database is touched when
 * too many of theirs were refused lately (SHROFF_RATE_IP), or when they keep too many workers busy:
 * two workers, or half of fewer than four, are kept for known addresses.
 *
 * When the executable is stopped, all addresses are forgotten. The first request that would be
 * refused after a start has those of the last week's believed callbacks read from callback_log, so
 * that the start needs no database; while that is away, it is asked every 5 s. */
#ifndef WEB_CALLERS_H
#define WEB_CALLERS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/config.h"
#include "io/db/db.h"

/* Before the fork. */
void callers_open(const struct config *config);
/* In a worker, when it starts: it serves no request yet. */
void callers_begin(void);

enum caller_end { CALLER_BELIEVED, CALLER_REFUSED, CALLER_NEITHER };
/* False: the request is refused now. After true the worker calls callers_leave. */
bool callers_enter(struct db *db, const char *address);
void callers_leave(const char *address, enum caller_end end);

#endif
