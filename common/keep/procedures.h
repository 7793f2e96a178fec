/* procedures.h - installs the stored procedures and triggers of a folder, as its files have them.
 *
 * Each file holds statements CREATE OR REPLACE PROCEDURE … and CREATE OR REPLACE TRIGGER …. One is
 * installed when its text is new, or when the server shows a text that was changed by hand. Nothing
 * is dropped: an older program may still call it. It is safe to run twice, and from two machines at
 * once. */
#ifndef KEEP_PROCEDURES_H
#define KEEP_PROCEDURES_H

#include <stdbool.h>
#include "io/db/db.h"

struct procedures_report {
    int changed;       /* installed now; in a dry run: would be installed */
    char which[256];   /* their names */
    char strange[256]; /* names of those in the database that no file has */
};

/* With an error, why says what could not be done. */
MUST_USE enum pay_err procedures_run(struct db *db, const char *folder, bool dry,
                                     struct procedures_report *out, struct text *why);

#endif
