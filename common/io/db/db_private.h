/* db_private.h - what the files of io/db share. Only they and tests/db include it. */
#ifndef IO_DB_PRIVATE_H
#define IO_DB_PRIVATE_H

#include <mysql.h>
#include "io/db/db.h"
#include "io/db/db_meanwhile.h"
#include "io/db/db_server.h"

#define DB_BINDS_MAX 64   /* columns of one result */
#define DB_PARAMS_MAX 640 /* parameters of one statement */
#define DB_SLOTS 256      /* of the statement cache: a power of two, kept half empty */

/* shape: the column table that the statement's result was compared with, NULL before. */
struct db_slot {
    const char *sql;
    MYSQL_STMT *stmt;
    const struct db_column *shape;
};

struct db {
    MYSQL *link; /* NULL: not connected */
    struct db_server server;
    struct db_account account;
    int patient; /* seconds of db_patient, -1: a web request's limits */
    unsigned connect_seconds;
    enum pay_err poison; /* PAY_OK, or why statements are refused until the rollback */
    bool in_txn;         /* inside db_txn's work */
    bool manual;         /* autocommit is off: what begins must be ended */
    bool begun;          /* a statement ran since the last COMMIT or ROLLBACK */
    bool wrote;          /* one of them was no SELECT */
    bool lost;           /* the connection broke during a statement of this try */
    bool calls, called;  /* db_call's statement; it was sent, and may commit any time */
    int64_t last_id;
    int64_t retry_at_us; /* no connect before this tick */
    int backoff_ms;
    db_meanwhile_do *meanwhile; /* NULL: calls block */
    void *meanwhile_arg;
    size_t prepared;
    struct db_slot slots[DB_SLOTS];
};

/* db.c */
MUST_USE enum pay_err db_connect(struct db *db); /* PAY_OK at once when connected */
void db_disconnect(struct db *db);               /* forgets statements too, never waits */

/* db_server.c */
MUST_USE bool db_server_connect(MYSQL *link, const struct db_server *server,
                                const struct db_account *account);
const char *db_server_name(const struct db_server *server); /* for the log */
const char *db_server_cure(const struct db_server *server); /* nothing answers there: why */

/* db_error.c: what an error number means for the caller. */
enum db_moment { DB_AT_STATEMENT, DB_AT_CALL, DB_AT_COMMIT };
enum pay_err db_meaning(unsigned number, enum db_moment moment);
bool db_is_loss(unsigned number); /* the connection is of no more use */
/* Logs and counts, disconnects after a loss, poisons; returns what the statement returns. */
enum pay_err db_fail(struct db *db, unsigned number, const char *text, const char *sql);
/* The beginning of a statement, for a log line. Its text lives until the next call. */
const char *db_sql_shown(const char *sql);

/* db_refusal.c: keeps why a connection was refused for db_refusal; the cure alone, for the log. */
#define DB_REFUSAL_SIZE 640
const char *db_refused(unsigned number, const char *text, const struct db *db);

/* db_bind.c */
/* 0 or the error's number. */
MUST_USE unsigned db_execute(struct db *db, MYSQL_STMT *stmt, const struct db_param *in, size_t n);
/* clang-format off */
struct db_cell { unsigned long length; my_bool is_null, cut; MYSQL_TIME time; };
struct db_row_binds { MYSQL_BIND bind[DB_BINDS_MAX]; struct db_cell cell[DB_BINDS_MAX]; };
/* clang-format on */
/* Does the result have the columns of query->shape, in its order? If not, the log says which. */
MUST_USE bool db_shape_fits(MYSQL_STMT *stmt, const struct db_query *query);
MUST_USE bool db_bind_out(MYSQL_STMT *stmt, const struct db_query *query,
                          struct db_row_binds *binds);
/* Clears row's columns before a fetch; after it ends texts, turns times, finds what was cut. */
void db_row_clear(const struct db_query *query);
MUST_USE enum pay_err db_row_finish(const struct db_query *query, const struct db_row_binds *binds);

/* db_statement.c: never 0, for a call that failed: the number may be missing then. */
unsigned db_stmt_number(MYSQL_STMT *stmt);

/* db_wait.c: the connector's calls of these names; db->meanwhile runs while they wait. */
MUST_USE int db_wait_execute(struct db *db, MYSQL_STMT *stmt);
MUST_USE int db_wait_store_result(struct db *db, MYSQL_STMT *stmt);
MUST_USE int db_wait_read_query_result(struct db *db);

/* Around the one statement of a db_txn that commits by itself; the end returns err. */
MUST_USE enum pay_err db_alone_begin(struct db *db, const char *what);
MUST_USE enum pay_err db_alone_end(struct db *db, enum pay_err err);

/* db_txn.c */
void db_rollback(struct db *db);
void db_autocommit(struct db *db); /* on again; ends what was begun */

#endif
