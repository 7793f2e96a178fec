/* db.c - one connection per process, opened when first needed. */
#include "db.h"

#include <mysqld_error.h>
#include <string.h>

#include "settings.h"
#include "web.h"

static MYSQL *db;

void db_disconnect(void)
{
    mysql_close(db);
    db = NULL;
}

bool db_connect(void)
{
    static const char INIT[] = "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES',"
                               " tx_isolation = 'READ-COMMITTED'";
    unsigned seconds = 5;

    if (db && mysql_ping(db) == 0)
        return true;
    db_disconnect();
    db = mysql_init(NULL);
    if (!db)
        return false;
    mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(db, MYSQL_INIT_COMMAND, INIT);
    mysql_options(db, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(db, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(db, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    if (mysql_real_connect(db, NULL, settings.db_user, settings.db_password, settings.db_name, 0,
                           settings.db_socket, 0))
        return true;
    web_log("db", "", mysql_error(db));
    db_disconnect();
    return false;
}

MYSQL_BIND in_text(const char *text)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
                         .buffer = (void *)(uintptr_t)text,
                         .buffer_length = strlen(text) };
}

MYSQL_BIND in_number(const int64_t *number)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = (void *)(uintptr_t)number };
}

MYSQL_BIND out_text(char *room, size_t size)
{
    return (
        MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING, .buffer = room, .buffer_length = size - 1 };
}

MYSQL_BIND out_number(int64_t *number)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = number };
}

MYSQL_STMT *db_run(const char *sql, MYSQL_BIND *in, unsigned *error)
{
    MYSQL_STMT *statement = mysql_stmt_init(db);

    *error = ER_OUT_OF_RESOURCES;
    if (!statement)
        return NULL;
    if (mysql_stmt_prepare(statement, sql, strlen(sql)) == 0 &&
        (!in || mysql_stmt_bind_param(statement, in) == 0) && mysql_stmt_execute(statement) == 0) {
        *error = 0;
        return statement;
    }
    *error = mysql_stmt_errno(statement);
    if (*error != ER_DUP_ENTRY)
        web_log("db", "", mysql_stmt_error(statement));
    mysql_stmt_close(statement);
    return NULL;
}

int db_change(const char *sql, MYSQL_BIND *in, unsigned *error)
{
    MYSQL_STMT *statement = db_run(sql, in, error);

    if (!statement)
        return -1;
    int rows = (int)mysql_stmt_affected_rows(statement);
    mysql_stmt_close(statement);
    return rows;
}

bool db_begin(void)
{
    return db_connect() && mysql_autocommit(db, 0) == 0;
}

/* False: the connection was lost at COMMIT, and it is not known whether it was done. */
bool db_end(bool commit)
{
    bool ended = commit ? mysql_commit(db) == 0 : mysql_rollback(db) == 0;

    if (ended && mysql_autocommit(db, 1) == 0)
        return true;
    db_disconnect();
    return false;
}
