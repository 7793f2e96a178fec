/* migrate.h - numbered, forward-only migrations: schema/NNNN_name.sql, each applied once; then the
 * procedures and triggers as they stand now.
 *
 * Safe to run twice, from two machines at once (a claim row per file; who comes second waits) and
 * after being killed anywhere (the statements done are counted; the one in flight is tried again).
 * A file changed after it was applied is refused. */
#ifndef KEEP_MIGRATE_H
#define KEEP_MIGRATE_H

#include <stdbool.h>
#include "io/db/db.h"
#include "keep/procedures.h"

struct migrate_report {
    int applied, known; /* files applied now, applied before */
    struct procedures_report procedures;
    char why[1024];     /* with an error: what could not be done */
};

struct migrate_plan {
    const char *folder;
    const char *main_name;         /* Shroff's own database: stands for @MAIN@ in the files */
    bool dry;                      /* only count: applied = how many would be */
    void (*say)(const char *file); /* told each file before it is applied */
    bool with_procedures;          /* folder/procedures too, once the files are applied */
};
/* Applies what is missing, files in the order of their numbers. */
MUST_USE enum pay_err migrate_run(struct db *db, const struct migrate_plan *plan,
                                  struct migrate_report *out);
/* The folder named in SHROFF_SCHEMA_DIR, else schema/ near the running program's file, else
 * /usr/share/shroff/schema. False when there is none. */
MUST_USE bool migrate_folder(char *out, size_t size);

#endif
