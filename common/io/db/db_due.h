/* db_due.h - rows that fall due, shared by any number of programs: claimed in one short
 * transaction, with a random token and a lease kept in the column that says when a row is due;
 * worked on outside any transaction; changed afterwards by the holder of the token only.
 * A program that dies loses nothing: the lease runs out and the row is due again. */
#ifndef IO_DB_DUE_H
#define IO_DB_DUE_H

#include "io/db/db.h"

#define DB_DUE_MAX 64

struct db_due {
    /* SELECT id … what is due, in order … LIMIT ? FOR UPDATE SKIP LOCKED */
    const char *due;
    /* UPDATE … SET the token to ?, due after ? seconds WHERE id = ?
     * With no_token: … SET due later WHERE id = ? */
    const char *claim;
    /* UPDATE … SET the token to 0, due after ? seconds WHERE id = ? AND the token is ?.
     * NULL: the work on a row records what became of it, under the token. */
    const char *done;
    int64_t lease_s;
    bool no_token; /* two programs at work on one row do no harm; done is NULL */
};
struct db_due_row {
    int64_t id, token;
};

/* Takes what is due, most rows at most (<= DB_DUE_MAX). After an error nothing is claimed, or
 * (PAY_LOST) its lease ends. */
MUST_USE enum pay_err db_due_claim(struct db *db, const struct db_due *due, size_t most,
                                   struct db_due_row *rows, size_t *count);
/* Runs done. PAY_WRONG_STATE: the lease had run out and another program has the row. */
MUST_USE enum pay_err db_due_done(struct db *db, const struct db_due *due,
                                  const struct db_due_row *row, int64_t wait_s);

#endif
