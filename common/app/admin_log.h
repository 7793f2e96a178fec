/* admin_log.h - what operators changed: who, when, what, why. */
#ifndef APP_ADMIN_LOG_H
#define APP_ADMIN_LOG_H

#include "io/db/db.h"

/* The operator of a change, and the reason given for it. problem: with PAY_BAD_FIELD, PAY_CONFLICT:
 * what is wrong (static text). */
struct actor {
    const char *who, *why, *problem;
};

/* Inside the transaction of the change that it records. */
MUST_USE enum pay_err admin_log_add(struct db *db, const char *who, const char *what,
                                    const char *on_what, const char *why);

#endif
