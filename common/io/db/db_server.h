/* db_server.h - where the database is and how it is reached. Today that is one Unix socket. Further
 * hosts, TLS and readers become members of struct db_server, read by db_server_of and used by
 * db_server_connect: no other code makes a link. */
#ifndef IO_DB_SERVER_H
#define IO_DB_SERVER_H

#include "base/config.h"
#include "io/db/db.h"

struct db_server {
    char socket[sizeof(((struct config *)0)->db_socket)];
};

void db_server_of(const struct config *config, struct db_server *out);
/* The configured server with the account of a role. Exits 78 when its password cannot be read. */
struct db *db_open_role(const struct config *config, const char *role);
/* The database's clock, the one that says what is due: milliseconds, as base/clock.h has them. */
MUST_USE enum pay_err db_clock(struct db *db, int64_t *now_ms);
/* The account's name. */
const char *db_user(const struct db *db);

#endif
