/* orders.c - the shop's orders, and the one function that makes them PAID. */
#include "orders.h"

#include <mysqld_error.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "db.h"
#include "payments.h"
#include "refunds.h"

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

/* The ids of applied notifications: each is sent until it is acknowledged, so some come twice. */
static const char SQL_CREATE_NOTICES[] =
    "CREATE TABLE IF NOT EXISTS notices ("
    "  webhook_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
    "  order_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    "  create_time DATETIME(3) NOT NULL"
    ") ENGINE = InnoDB";

static const char SQL_ADD[] =
    "INSERT INTO orders (id, subject, price, currency, status, create_time)"
    " VALUES (?, ?, ?, ?, 'PENDING_PAY', UTC_TIMESTAMP(3))";

/* An order past its end is OVER, whether or not Shroff has been asked since. */
static const char SQL_FIND[] =
    "SELECT o.id, o.subject, o.price, o.currency, o.status,"
    "       DATE_FORMAT(o.create_time, '%Y-%m-%d %H:%i:%s'),"
    "       CASE WHEN p.order_id IS NULL THEN 'NONE'"
    "            WHEN o.status = 'PENDING_PAY' AND p.expire_time <= UTC_TIMESTAMP(3) THEN 'OVER'"
    "            ELSE p.state END,"
    "       IFNULL(p.code, 0), IFNULL(r.state, 'NONE')"
    "  FROM orders o LEFT JOIN payments p ON p.order_id = o.id"
    "       LEFT JOIN refunds r ON r.order_id = o.id"
    " WHERE o.id = ?";

static const char SQL_NOTE[] = "INSERT INTO notices (webhook_id, order_id, create_time)"
                               " VALUES (?, ?, UTC_TIMESTAMP(3))";

/* The state, the price and the currency are conditions, so two at once cannot both succeed. */
static const char SQL_PAY[] =
    "UPDATE orders"
    "   SET status = 'PAID', shroff_no = ?, paid_time = UTC_TIMESTAMP(3)"
    " WHERE id = ? AND status = 'PENDING_PAY' AND price = ? AND currency = ?";

bool orders_create_tables(void)
{
    unsigned error;
    bool done = db_connect() && db_change(SQL_CREATE_ORDERS, NULL, &error) >= 0 &&
                db_change(SQL_CREATE_NOTICES, NULL, &error) >= 0 && payments_create_table() &&
                refunds_create_table();

    db_disconnect(); /* a connection must not be shared by the children */
    return done;
}

bool order_id_new(char id[33])
{
    unsigned char random[16];

    if (RAND_bytes(random, sizeof(random)) != 1)
        return false;
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(id + 2 * i, 3, "%02x", random[i]);
    return true;
}

bool order_id_is(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

bool orders_add(const struct order *order)
{
    unsigned error = 0;
    MYSQL_BIND in[] = { in_text(order->id), in_text(order->subject), in_number(&order->price),
                        in_text(order->currency) };

    return db_connect() && (db_change(SQL_ADD, in, &error) == 1 || error == ER_DUP_ENTRY);
}

enum found orders_find(const char *id, struct order *out)
{
    MYSQL_BIND in[] = { in_text(id) };
    unsigned error;

    *out = (struct order){ .price = 0 };
    MYSQL_BIND row[] = {
        out_text(out->id, sizeof(out->id)),
        out_text(out->subject, sizeof(out->subject)),
        out_number(&out->price),
        out_text(out->currency, sizeof(out->currency)),
        out_text(out->status, sizeof(out->status)),
        out_text(out->create_time, sizeof(out->create_time)),
        out_text(out->payment, sizeof(out->payment)),
        out_number(&out->code),
        out_text(out->refund, sizeof(out->refund)),
    };
    MYSQL_STMT *statement = db_connect() ? db_run(SQL_FIND, in, &error) : NULL;
    if (!statement)
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

    if (payment->webhook_id[0] != '\0' && db_change(SQL_NOTE, note, error) != 1)
        return false;
    return db_change(SQL_PAY, pay, error) == 1 &&
           payments_settled(payment->order_id, payment->webhook_id[0] != '\0');
}

enum settled orders_settle(const struct payment *payment)
{
    unsigned error = 0;

    if (!db_begin())
        return SETTLED_DB_DOWN;
    bool paid = note_and_pay(payment, &error);
    if (!db_end(paid))
        return SETTLED_DB_DOWN;
    if (paid)
        return SETTLED;
    return error == 0 || error == ER_DUP_ENTRY ? why_not(payment) : SETTLED_DB_DOWN;
}
