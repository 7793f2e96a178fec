/* callback_log.h - every callback as it came, with its verdict; for the files of pay/ alone. */
#ifndef PAY_CALLBACK_LOG_H
#define PAY_CALLBACK_LOG_H

#include "pay/settle.h"

/* Inside the caller's transaction. extension_id 0: no attempt was found. */
MUST_USE enum pay_err callback_log_add(struct db *db, const struct callback_raw *raw,
                                       enum verdict verdict, int64_t extension_id);

#endif
