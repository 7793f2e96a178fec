/* db.h - MariaDB, the only way to it. One connection per process, prepared statements kept per
 * connection and found by the address of their SQL text (so the SQL is a static const array).
 *
 * Every session is READ COMMITTED, +00:00, strict. A SELECT outside db_txn is alone; in it a
 * transaction begins with the first statement, without BEGIN: db_txn turns autocommit off when it
 * is on, db_end on when it is off. It ends with db_txn's COMMIT or ROLLBACK. Times are int64 ms,
 * stored as DATETIME(3). Errors are logged here, once, where the library's text is known.
 *
 * Results: PAY_NO_ROW, PAY_DUPLICATE (1062), PAY_TRY_AGAIN (1205, 1213, 1020: roll back, run the
 * whole function again), PAY_DB_AWAY (no connection, refused, read-only, or lost before COMMIT was
 * sent: nothing was done), PAY_LOST (lost at COMMIT: unknown), PAY_FAULT (a bug: bad SQL, a value
 * cut short, a CHECK or trigger refused). Inside db_txn any but NO_ROW and DUPLICATE poisons the
 * handle: statements are refused until the rollback, and db_txn returns that error whatever work
 * says. Outside only SELECTs run (a change is PAY_FAULT), an error ends the transaction at once,
 * and PAY_TRY_AGAIN becomes PAY_DB_AWAY. */
#ifndef IO_DB_H
#define IO_DB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/config.h"
#include "base/err.h"
#include "base/money.h"
#include "io/db/db_param.h"

struct db;
struct db_server; /* db_server.h; db_open_role is there */
/* The first statement connects, and again after a loss (backoff 50 ms to 2 s, within which calls
 * fail at once with PAY_DB_AWAY). Both are copied. Never NULL. */
struct db *db_open(const struct db_server *server, const struct db_account *account);
void db_close(struct db **db);
/* Longer statements than 3 s for jobs and migrations; 0: no limit. */
void db_patient(struct db *db, int seconds);
/* clang-format off */
/* ---- rows: a column table in SELECT's order. A column has the member's name or the statement does
 * not run (PAY_FAULT, the log says where). int64_t, struct money: number. char[]: text (cut short:
 * PAY_FAULT). struct db_bytes: binary. DB_COLUMN_TIME: DATETIME(3) into ms. SQL NULL: 0 or "". */
struct db_bytes { uint8_t *at; size_t size, len; };     /* at, size: set by the caller, kept */
struct db_column { const char *name; enum db_kind kind; size_t offset, size; };
#define DB_COLUMN(row, member) { #member, \
    _Generic(&((row *)0)->member, int64_t *: DB_I64, struct money *: DB_I64, struct db_bytes *: \
             DB_BYTES, char (*)[sizeof(((row *)0)->member)]: DB_TEXT), \
    offsetof(row, member), sizeof(((row *)0)->member) }
#define DB_COLUMN_TIME(row, member) { #member, \
    _Generic(&((row *)0)->member, int64_t *: DB_TIME), offsetof(row, member), sizeof(int64_t) }
struct db_shape { const struct db_column *columns; size_t count; };
#define DB_SHAPE(columns) &(const struct db_shape){ (columns), COUNT(columns) }
/* clang-format on */
/* ---- statements. Rows changed in *changed (NULL: not wanted). */
MUST_USE enum pay_err db_exec(struct db *db, const char *sql, const struct db_param *in, size_t n,
                              int64_t *changed);
/* Exactly one row must change: none is PAY_WRONG_STATE (does not poison), more is PAY_FAULT. */
MUST_USE enum pay_err db_exec_one(struct db *db, const char *sql, const struct db_param *in,
                                  size_t n);
int64_t db_last_id(const struct db *db);            /* AUTO_INCREMENT, of the last insert */
typedef enum pay_err db_each(void *arg, void *row); /* row: what the shape is of */
struct db_query {
    const char *sql;
    const struct db_param *in;
    size_t n;
    const struct db_shape *shape;
    void *row; /* filled for each row; NULL makes 0, "" or no bytes */
    db_each *each;
    void *arg; /* each: NULL: one row is wanted */
};
/* Without each: the first row into row, PAY_NO_ROW when there is none. With each: called per row,
 * no statement inside it; its error ends the reading. Also for INSERT … RETURNING and CALL. */
MUST_USE enum pay_err db_select(struct db *db, const struct db_query *query);
/* The number that is the first column of the first row; PAY_NO_ROW when there is none. */
MUST_USE enum pay_err db_number(struct db *db, const char *sql, const struct db_param *in, size_t n,
                                int64_t *out);
/* ---- transactions. Runs work, then COMMIT; on an error ROLLBACK. PAY_TRY_AGAIN, and a connection
 * lost before COMMIT was sent, run work again (5 tries, jittered 5-100 ms, 3 s in all), so work
 * starts from clean state each time and makes no HTTP call; when the tries are used up: PAY_DB_AWAY
 * (nothing was done). A work that only reads is ended the same way. No db_txn inside another. */
typedef enum pay_err db_work(struct db *db, void *arg);
MUST_USE enum pay_err db_txn(struct db *db, db_work *work, void *arg);
/* The same when work is one statement, a change: it commits by itself, in one round trip in place
 * of three. The caller has just read why that is enough, and a new connection might lead to a
 * server that lost what was read. So without a connection: PAY_DB_AWAY. Lost or killed meanwhile:
 * PAY_LOST. */
MUST_USE enum pay_err db_txn_one(struct db *db, db_work *work, void *arg);
/* A CALL that begins and commits by itself, the one statement of a db_txn; as db_select (no shape:
 * no rows). PAY_WRONG_STATE: it signalled 32001. Lost or killed meanwhile: PAY_LOST. */
MUST_USE enum pay_err db_call(struct db *db, const struct db_query *query);
/* For paths that are one SELECT: ends the read transaction. Cheap when none is open. */
void db_end(struct db *db);
bool db_ping(struct db *db, int timeout_ms); /* is a trivial statement answered within it? */
/* For migrate only: one statement as it is, commits by itself; the error's text lands in why. */
MUST_USE enum pay_err db_run_text(struct db *db, const char *sql, char *why, size_t why_size);
#endif
