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
     * With owners: DUE_CHOSEN */
    const char *due;
    /* UPDATE … SET the token to ?, due after ? seconds WHERE id = ?
     * With no_token: … SET due later WHERE id = ? */
    const char *claim;
    /* UPDATE … SET the token to 0, due after ? seconds WHERE id = ? AND the token is ?.
     * NULL: the work on a row records what became of it, under the token. */
    const char *done;
    int64_t lease_s;
    bool no_token; /* two programs at work on one row do no harm; done is NULL */
    /* Whose a row is, which job/job_fair.h charges: as many columns of due, and lists it takes. */
    enum db_owners { OF_NOBODY, OF_APP, OF_APP_AND_CHANNEL } owners;
};
/* The rows are chosen in the index, which has the owner in it, and only those are read and locked:
 * a hundred thousand rows of an owner that is left out must not make others wait. More than one
 * program claims are chosen, since other programs may have locked the first ones.
 * owners: the columns app, and channel. not_of: FIND_IN_SET(…, ?) = 0 for each. A table's own macro
 * is in app/due_owner.h. */
#define DUE_CHOSEN(table, index, owners, not_of, when, order) \
    "SELECT t.id, " owners "  FROM (SELECT id FROM " table " FORCE INDEX (" index ")" \
    "         WHERE " when " AND " not_of "         ORDER BY " order " LIMIT 256) chosen" \
    "  STRAIGHT_JOIN " table " t ON t.id = chosen.id" \
    " WHERE " when " LIMIT ? FOR UPDATE SKIP LOCKED"
struct db_due_row {
    int64_t id, token;
    int64_t app, channel; /* 0: none */
};
/* Whose rows are left out: "1,2", or "". */
struct db_due_not {
    const char *apps, *channels;
};

struct db_due_rows {
    struct db_due_row at[DB_DUE_MAX];
    size_t count;
    int64_t stuck_id; /* not 0: a row that is due and cannot be claimed; it was stepped over */
};

/* Takes what is due, most rows at most (<= DB_DUE_MAX), none of the owners in not_of; NULL leaves
 * nobody out. Rows that cannot be claimed are stepped over while others can. After an error nothing
 * is claimed, or (PAY_LOST) its lease ends. */
MUST_USE enum pay_err db_due_claim(struct db *db, const struct db_due *due, size_t most,
                                   const struct db_due_not *not_of, struct db_due_rows *out);
/* Runs done. PAY_WRONG_STATE: the lease had run out and another program has the row. */
MUST_USE enum pay_err db_due_done(struct db *db, const struct db_due *due,
                                  const struct db_due_row *row, int64_t wait_s);

#endif
