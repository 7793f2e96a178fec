/* db_only.h - the one row that a number or a name should mean. */
#ifndef IO_DB_ONLY_H
#define IO_DB_ONLY_H

#include "io/db/db.h"

/* The only row of a SELECT that gives two at most: into out, `size` bytes as query->row. Ends the
 * read. PAY_NOT_FOUND: there is none; PAY_CONFLICT: there are two, and out has the first. */
MUST_USE enum pay_err db_only(struct db *db, const struct db_query *query, size_t size, void *out);

#endif
