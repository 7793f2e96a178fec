/* space.h - room on the disk that holds the database. MariaDB does not refuse writes when it is
 * full: it aborts. So new orders and attempts are refused before that, while what is
 * under way goes on. */
#ifndef APP_SPACE_H
#define APP_SPACE_H

#include <stdbool.h>
#include "io/db/db.h"

/* Bytes free under MariaDB's @@datadir, which is on this machine, since the way there is a Unix
 * socket; looked at once a second. -1: it cannot be looked at. db NULL: the database is not asked
 * which folder that is. The folder found last is used while the database is away. */
int64_t space_free(struct db *db);
/* Below SHROFF_MIN_FREE_MB? Never when that is 0 or what is free is not known. Logs it, once a
 * second. */
bool space_is_short(struct db *db, const struct config *config);

#endif
