/* db_server.c - the way to the database: settings in, a link or the reason out. */
#include "io/db/db_server.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"
#include "io/db/db_private.h"

void db_server_of(const struct config *config, struct db_server *out)
{
    *out = (struct db_server){ "" };
    memcpy(out->socket, config->db_socket, sizeof(out->socket));
}

struct db *db_open_role(const struct config *config, const char *role)
{
    struct db_server server;
    struct db_account account;

    db_server_of(config, &server);
    config_db_account(config, role, &account);
    struct db *db = db_open(&server, &account);
    explicit_bzero(&account, sizeof(account));
    return db;
}

struct clock_row {
    int64_t now;
};

enum pay_err db_clock(struct db *db, int64_t *now_ms)
{
    static const char SQL[] = "SELECT UTC_TIMESTAMP(3) AS now";
    static const struct db_column COLUMNS[] = { DB_COLUMN_TIME(struct clock_row, now) };
    struct clock_row row = { 0 };

    enum pay_err err =
        db_select(db, &(struct db_query){ .sql = SQL, .shape = DB_SHAPE(COLUMNS), .row = &row });
    db_end(db);
    *now_ms = row.now;
    return err;
}

const char *db_user(const struct db *db)
{
    return db->account.user;
}

const char *db_server_name(const struct db_server *server)
{
    return server->socket;
}

bool db_server_connect(MYSQL *link, const struct db_server *server,
                       const struct db_account *account)
{
    const unsigned protocol = MYSQL_PROTOCOL_SOCKET;

    mysql_options(link, MYSQL_OPT_PROTOCOL, &protocol);
    return mysql_real_connect(link, NULL, account->user, account->password, account->database, 0,
                              server->socket, CLIENT_MULTI_RESULTS);
}

/* The socket itself says more than the error's number. */
const char *db_server_cure(const struct db_server *server)
{
    if (access(server->socket, F_OK) == 0)
        return access(server->socket, W_OK) == 0
                   ? "the socket is there and no process listens on it: MariaDB has ended, start it"
                   : "this user may not use the socket: join its group, or mend its mode";
    return errno == ENOENT
               ? "the socket is not there: MariaDB is not running, or SHROFF_DB_SOCKET (by default"
                 " below SHROFF_STATE) names another place"
               : "the socket cannot be reached: may this user enter its folder?";
}
