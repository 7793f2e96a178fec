/* books.h - the books of all third parties that are played, together. */
#ifndef SANDBOX_BOOKS_H
#define SANDBOX_BOOKS_H

#include "io/db/db.h"

/* The test clock of one app: what the mock gateway, the played Alipay and the played WeChat Pay owe
 * it or wait for becomes due so many seconds earlier. *due: callbacks and notices that became due
 * by it. */
MUST_USE enum pay_err sandbox_books_advance(struct db *db, const char *app_key, int64_t seconds,
                                            int64_t *due);

#endif
