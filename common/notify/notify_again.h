/* notify_again.h - an acknowledged notification sent once more, for an operator. Its state does not
 * change: SUCCESS is final. */
#ifndef NOTIFY_NOTIFY_AGAIN_H
#define NOTIFY_NOTIFY_AGAIN_H

#include "notify/notify_queue.h"
#include "app/admin_log.h"
#include "app/app.h"

/* The task with its frozen body, as a claim would give it; the caller frees body. PAY_NOT_FOUND: no
 * acknowledged one has this number. */
MUST_USE enum pay_err notify_again_load(struct db *db, const char *no, struct notify_due *out);
/* The try with its number, its log row and the operator's row in admin_log. */
MUST_USE enum pay_err notify_again_record(struct db *db, const struct actor *actor,
                                          struct notify_result *result);

#endif
