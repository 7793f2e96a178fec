/* db_due.h - rows that fall due, shared by any number of programs: claimed in one short
 * transaction, with a random token and a lease kept in the column that says when a row is due;
 * worked on outside any transaction; changed afterwards by the holder of the token only.
 * A program that dies loses nothing: the lease runs out and the row is due again. */
#ifndef IO_DB_DUE_H
#define IO_DB_DUE_H

#include "io/db/db.h"

#define DB_DUE_MAX 64

struct db_due {
    /* SELECT id … what is due, in order … LIMIT ? FOR UPDATE SKIP LOCKED
     * With by_owner: DUE_BY_OWNER */
    const char *due;
    /* UPDATE … SET the token to ?, due after ? seconds WHERE id = ?
     * With no_token: … SET due later WHERE id = ? */
    const char *claim;
    /* UPDATE … SET the token to 0, due after ? seconds WHERE id = ? AND the token is ?.
     * NULL: the work on a row records what became of it, under the token. */
    const char *done;
    int64_t lease_s;
    bool no_token; /* two programs at work on one row do no harm; done is NULL */
    bool by_owner; /* each row is an app's or a channel's: job/job_fair.h */
};
/* The rows are chosen in the index, which has the owner in it, and only those are read and locked:
 * a hundred thousand rows of an owner that is left out must not make others wait. More than one
 * program claims are chosen, since other programs may have locked the first ones. */
#define DUE_BY_OWNER(table, index, owner, when, order) \
    "SELECT t.id, t." owner " AS owner" \
    "  FROM (SELECT id FROM " table " FORCE INDEX (" index ")" \
    "         WHERE " when " AND FIND_IN_SET(" owner ", ?) = 0" \
    "         ORDER BY " order " LIMIT 256) chosen" \
    "  STRAIGHT_JOIN " table " t ON t.id = chosen.id" \
    " WHERE " when " LIMIT ? FOR UPDATE SKIP LOCKED"
struct db_due_row {
    int64_t id, token, owner;
};

struct db_due_rows {
    struct db_due_row at[DB_DUE_MAX];
    size_t count;
    int64_t stuck_id; /* not 0: a row that is due and cannot be claimed; it was stepped over */
};

/* Takes what is due, most rows at most (<= DB_DUE_MAX), with by_owner none of the owners in not_of:
 * "1,2", "" excludes none. Rows that cannot be claimed are stepped over while others can. After an
 * error nothing is claimed, or (PAY_LOST) its lease ends. */
MUST_USE enum pay_err db_due_claim(struct db *db, const struct db_due *due, size_t most,
                                   const char *not_of, struct db_due_rows *out);
/* Runs done. PAY_WRONG_STATE: the lease had run out and another program has the row. */
MUST_USE enum pay_err db_due_done(struct db *db, const struct db_due *due,
                                  const struct db_due_row *row, int64_t wait_s);

#endif
