/* unusable.h - keys and channels that cannot be used although they are there: their secrets do not
 * open (another master key, a restored database), or their rows hold what a program does not
 * understand. A request that needs them is answered 50000, and an alert is raised. */
#ifndef APP_UNUSABLE_H
#define APP_UNUSABLE_H

#include "io/db/db.h"

/* A log line, and the alert `unusable` about `what` ("key APP/KEY", "channel APP/CODE"), at most
 * once in 5 minutes per process. Not inside db_txn. */
void unusable_tell(struct db *db, int64_t app_id, const char *what, const char *why);

#endif
