/* db_statement.c - statements: prepared once per connection, executed, their rows read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "io/db/db_private.h"

#define SECOND_CHANCE_US 1000000 /* a link that breaks later broke under our statement */
#define NUMBER_UNKNOWN 2000      /* CR_UNKNOWN_ERROR */

unsigned db_stmt_number(MYSQL_STMT *stmt)
{
    unsigned number = mysql_stmt_errno(stmt);

    return number != 0 ? number : NUMBER_UNKNOWN;
}

static bool only_reads(const char *sql)
{
    sql += strspn(sql, " \n\t(");
    return strncasecmp(sql, "SELECT", 6) == 0 || strncasecmp(sql, "WITH", 4) == 0 ||
           strncasecmp(sql, "SHOW", 4) == 0;
}

static struct db_slot *slot_of(struct db *db, const char *sql)
{
    size_t at = (size_t)(((uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15)) >> 32);

    for (at &= DB_SLOTS - 1; db->slots[at].sql; at = (at + 1) & (DB_SLOTS - 1))
        if (db->slots[at].sql == sql)
            break;
    return &db->slots[at];
}

/* More statements than a program has: a caller passes SQL that is not a static array. */
static void forget_statements(struct db *db)
{
    log_event(LOG_WARN, "db.statements", KN("prepared", (int64_t)db->prepared));
    for (size_t i = 0; i < DB_SLOTS; i++)
        if (db->slots[i].stmt)
            mysql_stmt_close(db->slots[i].stmt);
    memset(db->slots, 0, sizeof(db->slots));
    db->prepared = 0;
}

static enum pay_err prepare(struct db *db, const char *sql, struct db_slot *slot)
{
    slot->stmt = mysql_stmt_init(db->link);
    if (!slot->stmt)
        return db_fail(db, CR_OUT_OF_MEMORY, "no room for a statement", sql);
    if (!slot->sql)
        db->prepared++;
    slot->sql = sql;
    slot->shape = NULL;
    if (mysql_stmt_prepare(slot->stmt, sql, strlen(sql)) == 0)
        return PAY_OK;
    char text[MYSQL_ERRMSG_SIZE];
    unsigned number = db_stmt_number(slot->stmt);
    snprintf(text, sizeof(text), "%s", mysql_stmt_error(slot->stmt));
    mysql_stmt_close(slot->stmt);
    slot->stmt = NULL;
    return db_fail(db, number, text, sql);
}

/* Compares the result's columns with the row's, once per prepare. The columns of a procedure are
 * known only after it has run, so this is called before and after. */
static bool columns_fit(const struct db_query *query, struct db_slot *slot)
{
    if (!query->shape || slot->shape == query->shape->columns ||
        mysql_stmt_field_count(slot->stmt) == 0)
        return true;
    if (!db_shape_fits(slot->stmt, query))
        return false;
    slot->shape = query->shape->columns;
    return true;
}

static enum pay_err columns_failed(struct db *db, const struct db_query *query)
{
    return db_fail(db, CR_INVALID_PARAMETER_NO, "the columns do not match", query->sql);
}

static enum pay_err find_statement(struct db *db, const struct db_query *query,
                                   struct db_slot **slot)
{
    *slot = slot_of(db, query->sql);
    if (!(*slot)->stmt) {
        if (db->prepared >= DB_SLOTS / 2) {
            forget_statements(db);
            *slot = slot_of(db, query->sql);
        }
        enum pay_err err = prepare(db, query->sql, *slot);
        if (err != PAY_OK)
            return err;
    }
    return columns_fit(query, *slot) ? PAY_OK : columns_failed(db, query);
}

/* What only reads, and procedures that commit by themselves, never need it. */
static enum pay_err go_manual(struct db *db)
{
    static const char SQL[] = "SET autocommit = 0";

    db->begun = true;
    if (mysql_real_query(db->link, SQL, sizeof(SQL) - 1) != 0)
        return db_fail(db, mysql_errno(db->link), mysql_error(db->link), SQL);
    db->manual = true;
    return PAY_OK;
}

/* May a statement go out now? A change outside db_txn would never be committed. */
static enum pay_err statement_admit(struct db *db, const char *sql)
{
    if (db->poison != PAY_OK)
        return db->poison;
    bool reads = only_reads(sql);
    if (db->calls && db->begun)
        return db_fail(db, CR_INVALID_PARAMETER_NO, "a second statement", sql);
    if (!reads && !db->in_txn)
        return db_fail(db, CR_INVALID_PARAMETER_NO, "a change outside of db_txn", sql);
    enum pay_err err = db_connect(db);
    if (err != PAY_OK) {
        if (db->in_txn)
            db->poison = err;
        return err;
    }
    if (!reads)
        db->wrote = true;
    return db->in_txn && !db->manual && !db->calls ? go_manual(db) : PAY_OK;
}

/* Fails with the statement's own text, copied, because a loss frees the statement. */
static enum pay_err stmt_failed(struct db *db, MYSQL_STMT *stmt, unsigned number, const char *sql)
{
    char text[MYSQL_ERRMSG_SIZE];

    snprintf(text, sizeof(text), "%s", mysql_stmt_error(stmt));
    mysql_stmt_free_result(stmt);
    return db_fail(db, number, text, sql);
}

/* The server may have forgotten the statement (1243) or want it prepared anew (1615): nothing was
 * executed then, so it is sent once more. */
static enum pay_err statement_execute(struct db *db, const struct db_query *query,
                                      MYSQL_STMT **stmt)
{
    for (int round = 0;; round++) {
        struct db_slot *slot;
        enum pay_err err = find_statement(db, query, &slot);
        if (err != PAY_OK)
            return err;
        db->begun = true;
        *stmt = slot->stmt;
        db->called = db->calls;
        unsigned number = db_execute(db, slot->stmt, query->in, query->n);
        if (number == 0)
            return PAY_OK;
        if ((number != ER_UNKNOWN_STMT_HANDLER && number != ER_NEED_REPREPARE) || round > 0)
            return stmt_failed(db, slot->stmt, number, query->sql);
        mysql_stmt_close(slot->stmt);
        slot->stmt = NULL;
    }
}

/* A link may have died of idleness since the last request. When it breaks on the first read of a
 * path, quickly, and no transaction is under way, that read is sent once more on a new one. */
static enum pay_err statement_start(struct db *db, const struct db_query *query, MYSQL_STMT **stmt)
{
    enum pay_err err = statement_admit(db, query->sql);
    if (err != PAY_OK)
        return err;
    bool fresh = !db->in_txn && !db->begun;
    int64_t since = clock_ticks_us();
    db->lost = false;
    err = statement_execute(db, query, stmt);
    if (err == PAY_DB_AWAY && fresh && db->lost && clock_ticks_us() - since < SECOND_CHANCE_US) {
        err = db_connect(db);
        if (err == PAY_OK)
            err = statement_execute(db, query, stmt);
    }
    return err;
}

/* A procedure sends its results and then its end; an error after the first result is found here. */
static enum pay_err drain(struct db *db, MYSQL_STMT *stmt, const char *sql)
{
    mysql_stmt_free_result(stmt);
    while (mysql_stmt_more_results(stmt)) {
        int rc = mysql_stmt_next_result(stmt);
        if (rc > 0)
            return stmt_failed(db, stmt, db_stmt_number(stmt), sql);
        if (rc < 0)
            break;
        mysql_stmt_free_result(stmt);
    }
    return PAY_OK;
}

enum pay_err db_exec(struct db *db, const char *sql, const struct db_param *in, size_t n,
                     int64_t *changed)
{
    MYSQL_STMT *stmt;
    enum pay_err err =
        statement_start(db, &(struct db_query){ .sql = sql, .in = in, .n = n }, &stmt);
    if (err != PAY_OK)
        return err;
    if (mysql_stmt_field_count(stmt) > 0 || mysql_stmt_more_results(stmt)) {
        err = drain(db, stmt, sql);
        if (err != PAY_OK)
            return err;
    }
    if (changed)
        *changed = (int64_t)mysql_stmt_affected_rows(stmt);
    if (mysql_stmt_insert_id(stmt) != 0)
        db->last_id = (int64_t)mysql_stmt_insert_id(stmt);
    return PAY_OK;
}

enum pay_err db_exec_one(struct db *db, const char *sql, const struct db_param *in, size_t n)
{
    int64_t changed = 0;
    enum pay_err err = db_exec(db, sql, in, n, &changed);
    if (err != PAY_OK)
        return err;
    if (changed == 1)
        return PAY_OK;
    return changed == 0 ? PAY_WRONG_STATE
                        : db_fail(db, CR_INVALID_PARAMETER_NO, "more than one row changed", sql);
}

/* INSERT … RETURNING sends its columns first and its error (1062) in place of the first row.
 * The connector then believes that rows are still to come: a statement used again would wait for
 * them, so it is closed and prepared anew. */
static enum pay_err rows_failed(struct db *db, MYSQL_STMT *stmt, const char *sql)
{
    char text[MYSQL_ERRMSG_SIZE];
    unsigned number = db_stmt_number(stmt);

    snprintf(text, sizeof(text), "%s", mysql_stmt_error(stmt));
    mysql_stmt_close(stmt);
    slot_of(db, sql)->stmt = NULL;
    return db_fail(db, number, text, sql);
}

static enum pay_err read_rows(struct db *db, MYSQL_STMT *stmt, const struct db_query *query)
{
    struct db_row_binds binds;
    enum pay_err err = query->each ? PAY_OK : PAY_NO_ROW;

    if (!columns_fit(query, slot_of(db, query->sql)) || !db_bind_out(stmt, query, &binds)) {
        mysql_stmt_free_result(stmt);
        return columns_failed(db, query);
    }
    if (db_wait_store_result(db, stmt) != 0)
        return rows_failed(db, stmt, query->sql);
    do {
        db_row_clear(query);
        int rc = mysql_stmt_fetch(stmt);
        if (rc == MYSQL_NO_DATA)
            return err;
        if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
            return stmt_failed(db, stmt, db_stmt_number(stmt), query->sql);
        err = db_row_finish(query, &binds);
        if (err != PAY_OK)
            return db_fail(db, CR_INVALID_PARAMETER_NO, "a value was cut short", query->sql);
        if (query->each)
            err = query->each(query->arg, query->row);
    } while (query->each && err == PAY_OK);
    return err;
}

enum pay_err db_select(struct db *db, const struct db_query *query)
{
    MYSQL_STMT *stmt;
    enum pay_err err = statement_start(db, query, &stmt);
    if (err != PAY_OK)
        return err;
    if (mysql_stmt_field_count(stmt) > 0)
        err = read_rows(db, stmt, query);
    else
        err = query->each ? PAY_OK : PAY_NO_ROW;
    /* After a failure the statement may be gone, alone or with its connection. */
    if (!db->link || db->poison != PAY_OK || slot_of(db, query->sql)->stmt != stmt)
        return err;
    enum pay_err end = drain(db, stmt, query->sql);
    return end != PAY_OK ? end : err;
}

enum pay_err db_number(struct db *db, const char *sql, const struct db_param *in, size_t n,
                       int64_t *out)
{
    static const struct db_column COLUMNS[] = { { NULL, DB_I64, 0, sizeof(*out) } };

    return db_select(
        db,
        &(struct db_query){ .sql = sql, .in = in, .n = n, .shape = DB_SHAPE(COLUMNS), .row = out });
}

/* On an idle link the server sends nothing but its end. When the end is found before a CALL is
 * sent, a new link is made; when it is found after, the outcome is unknown. */
static void drop_if_closed(struct db *db)
{
    char byte;

    if (!db->link)
        return;
    ssize_t got = recv(mysql_get_socket(db->link), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got >= 0 || (errno != EAGAIN && errno != EINTR))
        db_disconnect(db);
}

/* The connector sends and reads in one call: no fault point can be between the two. */
enum pay_err db_alone_begin(struct db *db, const char *what)
{
    if (!db->in_txn || db->begun)
        return db_fail(db, CR_INVALID_PARAMETER_NO, "a statement that is not alone in a db_txn",
                       what);
    drop_if_closed(db);
    db_autocommit(db);
    FP("call.before");
    db->calls = true;
    return PAY_OK;
}

/* The statement has committed, so after its answer nothing is left to commit. */
enum pay_err db_alone_end(struct db *db, enum pay_err err)
{
    db->calls = db->called = false;
    if (err != PAY_OK)
        return err;
    FP("call.done");
    db->begun = db->wrote = false;
    return PAY_OK;
}

enum pay_err db_call(struct db *db, const struct db_query *query)
{
    enum pay_err err = db_alone_begin(db, query->sql);

    if (err != PAY_OK)
        return err;
    return db_alone_end(db, query->shape ? db_select(db, query)
                                         : db_exec(db, query->sql, query->in, query->n, NULL));
}
