/* orders.c - SQL, all of it. One connection per process, opened when first needed. */
#include "orders.h"

#include <mysql.h>
#include <mysqld_error.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "settings.h"
#include "web.h"

static const char SQL_CREATE_ORDERS[] =
    "CREATE TABLE IF NOT EXISTS orders ("
    "  id          CHAR(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
    "  subject     VARCHAR(127) NOT NULL,"
    "  price       BIGINT NOT NULL CHECK (price > 0),"
    "  currency    CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    "  status      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"
    "              CHECK (status IN ('PENDING_PAY', 'PAID')),"
    "  shroff_no   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,"
    "  create_time DATETIME(3) NOT NULL,"
    "  paid_time   DATETIME(3) NULL"
    ") ENGINE = InnoDB DEFAULT CHARSET = utf8mb4";

/* The notifications dealt with: each is sent until it is acknowledged, so some come twice. */
static const char SQL_CREATE_NOTICES[] =
    "CREATE TABLE IF NOT EXISTS notices ("
    "  webhook_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
    "  order_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    "  create_time DATETIME(3) NOT NULL"
    ") ENGINE = InnoDB";

static const char SQL_ADD[] =
    "INSERT INTO orders (id, subject, price, currency, status, create_time)"
    " VALUES (?, ?, ?, ?, 'PENDING_PAY', UTC_TIMESTAMP(3))";

static const char SQL_FIND[] =
    "SELECT id, subject, price, currency, status, DATE_FORMAT(create_time, '%Y-%m-%d %H:%i:%s')"
    "  FROM orders"
    " WHERE id = ?";

static const char SQL_NOTE[] =
    "INSERT INTO notices (webhook_id, order_id, create_time)"
    " VALUES (?, ?, UTC_TIMESTAMP(3))";

/* The state, the price and the currency are conditions, so two at once cannot both succeed. */
static const char SQL_PAY[] =
    "UPDATE orders"
    "   SET status = 'PAID', shroff_no = ?, paid_time = UTC_TIMESTAMP(3)"
    " WHERE id = ? AND status = 'PENDING_PAY' AND price = ? AND currency = ?";

static MYSQL *db;

static void disconnect(void)
{
    mysql_close(db);
    db = NULL;
}

static bool connect_db(void)
{
    static const char INIT[] = "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES',"
                               " tx_isolation = 'READ-COMMITTED'";
    unsigned seconds = 5;

    if (db != NULL && mysql_ping(db) == 0)
        return true;
    disconnect();
    db = mysql_init(NULL);
    if (db == NULL)
        return false;
    mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(db, MYSQL_INIT_COMMAND, INIT);
    mysql_options(db, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(db, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(db, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    if (mysql_real_connect(db, NULL, settings.db_user, settings.db_password, settings.db_name, 0,
                           settings.db_socket, 0) != NULL)
        return true;
    web_log("db", "", mysql_error(db));
    disconnect();
    return false;
}

static MYSQL_BIND in_text(const char *text)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING, .buffer = (void *)(uintptr_t)text,
                         .buffer_length = strlen(text) };
}

static MYSQL_BIND in_number(const int64_t *number)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = (void *)(uintptr_t)number };
}

/* The last byte stays zero: the memory was zeroed before. */
static MYSQL_BIND out_text(char *room, size_t size)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING, .buffer = room,
                         .buffer_length = size - 1 };
}

static MYSQL_BIND out_number(int64_t *number)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = number };
}

/* Runs one statement; the caller closes it. NULL, with *error set, when it failed. */
static MYSQL_STMT *run(const char *sql, MYSQL_BIND *in, unsigned *error)
{
    MYSQL_STMT *statement = mysql_stmt_init(db);

    *error = ER_OUT_OF_RESOURCES;
    if (statement == NULL)
        return NULL;
    if (mysql_stmt_prepare(statement, sql, strlen(sql)) == 0 &&
        (in == NULL || mysql_stmt_bind_param(statement, in) == 0) &&
        mysql_stmt_execute(statement) == 0) {
        *error = 0;
        return statement;
    }
    *error = mysql_stmt_errno(statement);
    if (*error != ER_DUP_ENTRY)
        web_log("db", "", mysql_stmt_error(statement));
    mysql_stmt_close(statement);
    return NULL;
}

/* How many rows a statement changed; -1 when it failed. */
static int change(const char *sql, MYSQL_BIND *in, unsigned *error)
{
    MYSQL_STMT *statement = run(sql, in, error);

    if (statement == NULL)
        return -1;
    int rows = (int)mysql_stmt_affected_rows(statement);
    mysql_stmt_close(statement);
    return rows;
}

bool orders_create_tables(void)
{
    unsigned error;
    bool done = connect_db() && change(SQL_CREATE_ORDERS, NULL, &error) >= 0 &&
                change(SQL_CREATE_NOTICES, NULL, &error) >= 0;

    disconnect();                       /* a connection must not be shared by the children */
    return done;
}

bool orders_add(struct order *order)
{
    unsigned char random[16];
    unsigned error;

    if (!connect_db() || RAND_bytes(random, sizeof(random)) != 1)
        return false;
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(order->id + 2 * i, 3, "%02x", random[i]);
    snprintf(order->status, sizeof(order->status), "PENDING_PAY");

    MYSQL_BIND in[] = { in_text(order->id), in_text(order->subject), in_number(&order->price),
                        in_text(order->currency) };
    return change(SQL_ADD, in, &error) == 1;
}

enum found orders_find(const char *id, struct order *out)
{
    MYSQL_BIND in[] = { in_text(id) };
    unsigned error;

    *out = (struct order){ .price = 0 };
    MYSQL_BIND row[] = {
        out_text(out->id, sizeof(out->id)), out_text(out->subject, sizeof(out->subject)),
        out_number(&out->price), out_text(out->currency, sizeof(out->currency)),
        out_text(out->status, sizeof(out->status)),
        out_text(out->create_time, sizeof(out->create_time)),
    };
    MYSQL_STMT *statement = connect_db() ? run(SQL_FIND, in, &error) : NULL;
    if (statement == NULL)
        return FOUND_DB_DOWN;
    int got = mysql_stmt_bind_result(statement, row) == 0 ? mysql_stmt_fetch(statement) : 1;
    mysql_stmt_close(statement);
    return got == 0 ? FOUND : got == MYSQL_NO_DATA ? FOUND_NONE : FOUND_DB_DOWN;
}

bool order_is_paid(const struct order *order)
{
    return strcmp(order->status, "PAID") == 0;
}

/* Nothing was changed: why? */
static enum settled why_not(const struct payment *payment)
{
    struct order order;

    switch (orders_find(payment->order_id, &order)) {
    case FOUND:
        break;
    case FOUND_NONE:
        return SETTLED_NOT_OURS;
    case FOUND_DB_DOWN:
        return SETTLED_DB_DOWN;
    }
    if (order.price != payment->price || strcmp(order.currency, payment->currency) != 0)
        return SETTLED_OTHER_TERMS;
    return order_is_paid(&order) ? SETTLED_BEFORE : SETTLED_DB_DOWN;
}

/* Inside a transaction. True: the order is PAID by this very call. */
static bool note_and_pay(const struct payment *payment, unsigned *error)
{
    MYSQL_BIND note[] = { in_text(payment->webhook_id), in_text(payment->order_id) };
    MYSQL_BIND pay[] = { in_text(payment->shroff_no), in_text(payment->order_id),
                         in_number(&payment->price), in_text(payment->currency) };

    if (payment->webhook_id[0] != '\0' && change(SQL_NOTE, note, error) != 1)
        return false;
    return change(SQL_PAY, pay, error) == 1;
}

enum settled orders_settle(const struct payment *payment)
{
    unsigned error = 0;

    if (!connect_db() || mysql_autocommit(db, 0) != 0)
        return SETTLED_DB_DOWN;
    bool paid = note_and_pay(payment, &error);
    bool ended = paid ? mysql_commit(db) == 0 : mysql_rollback(db) == 0;
    if (!ended || mysql_autocommit(db, 1) != 0) {
        disconnect();                   /* whether a COMMIT came through is not known: say so */
        return SETTLED_DB_DOWN;
    }
    if (paid)
        return SETTLED;
    return error == 0 || error == ER_DUP_ENTRY ? why_not(payment) : SETTLED_DB_DOWN;
}
