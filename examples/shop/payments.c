/* payments.c - one row an order, from the first Pay on. */
#include "payments.h"

#include <string.h>

#include "db.h"
#include "settings.h"

enum { PAUSE_MAX = 300 };

static const char SQL_CREATE[] =
    "CREATE TABLE IF NOT EXISTS payments ("
    "  order_id    CHAR(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
    "  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"
    "              CHECK (state IN ('OPEN', 'UNHEARD', 'FAILED', 'REFUSED', 'OVER', 'FOUND')),"
    "  code        INT NOT NULL,"
    "  expire_time DATETIME(3) NULL,"
    "  asks        INT NOT NULL DEFAULT 0,"
    "  ask_time    DATETIME(3) NULL," /* when to ask next; NULL: never again */
    "  KEY (ask_time)"
    ") ENGINE = InnoDB";

static const char SQL_NOTE[] =
    "INSERT INTO payments (order_id, state, code, expire_time, ask_time)"
    " VALUES (?, ?, ?, NULLIF(?, ''),"
    "         IF(? IN ('OPEN', 'UNHEARD'), UTC_TIMESTAMP(3) + INTERVAL ? SECOND, NULL))"
    " ON DUPLICATE KEY UPDATE state = VALUES(state), code = VALUES(code), asks = 0,"
    "    expire_time = IFNULL(VALUES(expire_time), expire_time), ask_time = VALUES(ask_time)";

/* A payment that failed and cannot be tried again is OVER; no query is made for an OVER one. */
static const char SQL_ASKED[] =
    "UPDATE payments"
    "   SET state = IF(? = 'FAILED' AND expire_time <= UTC_TIMESTAMP(3), 'OVER', ?),"
    "       ask_time = IF(state = 'OVER', NULL, ask_time)"
    " WHERE order_id = ? AND state <> 'FOUND'";

static const char SQL_SETTLED[] =
    "UPDATE payments SET state = IF(? = 1, state, 'FOUND'), ask_time = NULL WHERE order_id = ?";

static const char SQL_WATCHED[] =
    "UPDATE payments"
    "   SET ask_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
    " WHERE order_id = ? AND ask_time > UTC_TIMESTAMP(3) + INTERVAL ? SECOND";

static const char SQL_DUE[] =
    "SELECT p.order_id, p.asks"
    "  FROM payments p JOIN orders o ON o.id = p.order_id"
    " WHERE p.ask_time <= UTC_TIMESTAMP(3) AND o.status = 'PENDING_PAY'"
    "   AND (p.expire_time IS NULL OR p.expire_time > UTC_TIMESTAMP(3) - INTERVAL 1 DAY)"
    " ORDER BY p.ask_time LIMIT 1";

/* Asked after 10, 20, 40, … s, at most 5 minutes apart, and just after the order's end. `asks` is
 * the value read before, so of two processes that take the same order only one gets it. */
static const char SQL_TAKE[] =
    "UPDATE payments"
    "   SET ask_time = IF(expire_time > UTC_TIMESTAMP(3)"
    "                     AND expire_time < UTC_TIMESTAMP(3) + INTERVAL ? SECOND,"
    "                     expire_time + INTERVAL 1 SECOND, UTC_TIMESTAMP(3) + INTERVAL ? SECOND),"
    "       asks = asks + 1"
    " WHERE order_id = ? AND asks = ?";

bool payments_create_table(void)
{
    unsigned error;

    return db_change(SQL_CREATE, NULL, &error) >= 0;
}

void payments_note(const char *order_id, const char *state, int code,
                   const struct shroff_order *answer)
{
    const int64_t number = code, after = settings.ask_after;
    unsigned error;
    MYSQL_BIND in[] = { in_text(order_id),  in_text(state),
                        in_number(&number), in_text(answer->expire_time),
                        in_text(state),     in_number(&after) };

    if (db_connect())
        db_change(SQL_NOTE, in, &error);
}

void payments_asked(const char *order_id, const char *state)
{
    unsigned error;
    MYSQL_BIND in[] = { in_text(state), in_text(state), in_text(order_id) };

    if (db_connect())
        db_change(SQL_ASKED, in, &error);
}

void payments_watched(const struct order *order)
{
    const int64_t after = settings.ask_after;
    unsigned error;
    MYSQL_BIND in[] = { in_number(&after), in_text(order->id), in_number(&after) };

    if (!order_is_paid(order) && db_connect())
        db_change(SQL_WATCHED, in, &error);
}

bool payments_settled(const char *order_id, bool by_notification)
{
    const int64_t told = by_notification;
    unsigned error;
    MYSQL_BIND in[] = { in_number(&told), in_text(order_id) };

    return db_change(SQL_SETTLED, in, &error) >= 0;
}

static int64_t next_pause(int64_t asks)
{
    int64_t pause = settings.ask_after;

    for (; asks >= 0 && pause < PAUSE_MAX; asks--)
        pause *= 2;
    return pause < PAUSE_MAX ? pause : PAUSE_MAX;
}

bool payments_take_due(struct order *order)
{
    char id[33] = "";
    int64_t asks = 0;
    unsigned error;
    MYSQL_BIND row[] = { out_text(id, sizeof(id)), out_number(&asks) };

    MYSQL_STMT *statement = db_connect() ? db_run(SQL_DUE, NULL, &error) : NULL;
    if (!statement)
        return false;
    int got = mysql_stmt_bind_result(statement, row) == 0 ? mysql_stmt_fetch(statement) : 1;
    mysql_stmt_close(statement);
    const int64_t pause = next_pause(asks);
    MYSQL_BIND in[] = { in_number(&pause), in_number(&pause), in_text(id), in_number(&asks) };
    return got == 0 && db_change(SQL_TAKE, in, &error) == 1 && orders_find(id, order) == FOUND;
}
