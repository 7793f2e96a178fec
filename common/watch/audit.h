/* audit.h - proves in SQL that no money was lost: each proof is one SELECT, and each row of it is a
 * violation.
 *
 * Each proof reads one snapshot, so it can run beside traffic. Proofs that read logs cover objects
 * younger than the kept logs. A new table gets its proof as a row in audit.c. */
#ifndef WATCH_AUDIT_H
#define WATCH_AUDIT_H

#include "io/db/db.h"

#define AUDIT_ROWS_MAX 100 /* rows shown of one proof */

struct audit_row {
    char about[129], text[1025];
};
struct audit_proof {
    const char *name; /* "paid-once" */
    const char *says; /* what is true when there are no rows */
    const char *sql;  /* columns about, text; its one parameter: days logs are kept */
};
extern const struct audit_proof AUDIT_PROOFS[];
extern const size_t AUDIT_PROOF_COUNT;

/* Calls each for every violation, at most AUDIT_ROWS_MAX times. */
MUST_USE enum pay_err audit_prove(struct db *db, const struct audit_proof *proof, int64_t keep_days,
                                  db_each *each, void *arg);

/* How a proof ended: rows shown, and its time. */
struct audit_end {
    int64_t found, us;
};
struct audit_hears {
    void (*row)(void *arg, const struct audit_proof *proof, const struct audit_row *row);
    void (*end)(void *arg, const struct audit_proof *proof, const struct audit_end *end);
    void *arg;
};
/* All proofs, two at a time, in processes of their own; they end in any order. db was not used
 * yet, and is not used here: each process connects as it says. Not PAY_OK: not all could be proved,
 * the log says which. */
MUST_USE enum pay_err audit_run(struct db *db, int64_t keep_days, const struct audit_hears *hears);

#endif
