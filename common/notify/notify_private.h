/* notify_private.h - what files of notifications share. */
#ifndef NOTIFY_NOTIFY_PRIVATE_H
#define NOTIFY_NOTIFY_PRIVATE_H

#include "notify/notify_queue.h"

/* notify_finish.c: the row of a try, inside the caller's transaction. */
MUST_USE enum pay_err notify_log_add(struct db *db, const struct notify_result *result);

#endif
