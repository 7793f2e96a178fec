/* db_meanwhile.h - the caller's work while the database does its own, in one thread. */
#ifndef IO_DB_MEANWHILE_H
#define IO_DB_MEANWHILE_H

#include "io/db/db.h"

/* While the server works on a statement or a COMMIT, meanwhile is called, again and again: it
 * returns once fd can be read, or after timeout_ms, or sooner, and makes no use of db. NULL: calls
 * block. Set before the first statement. */
typedef void db_meanwhile_do(void *arg, int fd, int timeout_ms);
void db_meanwhile(struct db *db, db_meanwhile_do *meanwhile, void *arg);

#endif
