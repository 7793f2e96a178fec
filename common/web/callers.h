/* callers.h - the addresses callbacks come from, as the workers of one executable know them.
 *
 * Channels use few addresses: one that sent a callback which was believed is heard whatever comes.
 * All others are strangers. They are refused before the database is touched when too many of theirs
 * were refused lately (SHROFF_RATE_IP), and when they keep too many workers busy: two of them, or
 * half of fewer than four, are kept for addresses that are known. What is known is forgotten when
 * the executable is stopped. */
#ifndef WEB_CALLERS_H
#define WEB_CALLERS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/config.h"

/* Before the fork. */
void callers_open(const struct config *config);
/* In a worker, when it starts: it is at nothing yet. */
void callers_begin(void);

enum heard { HEARD_BELIEVED, HEARD_REFUSED, HEARD_NEITHER };
/* False: this one is not heard now. True: callers_leave follows. */
bool callers_enter(const char *address);
void callers_leave(const char *address, enum heard heard);

#endif
