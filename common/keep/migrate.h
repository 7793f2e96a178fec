/* migrate.h - numbered, forward-only migrations: schema/NNNN_name.sql, each applied once; then the
 * current procedures and triggers.
 *
 * It is safe to run twice, and from two machines at once: each file has a claim row, and the second
 * process waits. It is safe to kill: done statements are counted, and the one under way is tried
 * again. A file that was changed after it was applied is refused. */
#ifndef KEEP_MIGRATE_H
#define KEEP_MIGRATE_H

#include <stdbool.h>
#include "io/db/db.h"
#include "keep/procedures.h"

struct migrate_report {
    int applied, known; /* files applied now, and before */
    struct procedures_report procedures;
    char why[1024]; /* with an error: what could not be done */
};

struct migrate_plan {
    const char *folder;
    const char *main_name;         /* Shroff's own database: replaces @MAIN@ in the files */
    bool dry;                      /* only counts: applied is how many would be */
    void (*say)(const char *file); /* called for each file before it is applied */
    bool with_procedures;          /* folder/procedures too, once the files are applied */
};
/* Applies what is missing, files in the order of their numbers. */
MUST_USE enum pay_err migrate_run(struct db *db, const struct migrate_plan *plan,
                                  struct migrate_report *out);
/* The folder named in SHROFF_SCHEMA_DIR, else schema/ near the running program's file, else
 * /usr/share/shroff/schema. False when there is none. */
MUST_USE bool migrate_folder(char *out, size_t size);

#endif
