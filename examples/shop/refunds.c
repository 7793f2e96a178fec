/* refunds.c - one row an order, from the first Refund on. */
#include "refunds.h"

#include "db.h"

static const char SQL_CREATE[] =
    "CREATE TABLE IF NOT EXISTS refunds ("
    "  order_id    CHAR(32) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,"
    "  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"
    "              CHECK (state IN ('WAITING', 'SUCCESS', 'FAILURE')),"
    "  version     BIGINT NOT NULL DEFAULT 0," /* of the latest notification */
    "  create_time DATETIME(3) NOT NULL"
    ") ENGINE = InnoDB";

static const char SQL_BEGIN[] = "INSERT INTO refunds (order_id, state, create_time)"
                                " VALUES (?, 'WAITING', UTC_TIMESTAMP(3))"
                                " ON DUPLICATE KEY UPDATE"
                                "    state = IF(state = 'FAILURE', 'WAITING', state)";

static const char SQL_ANSWERED[] =
    "UPDATE refunds SET state = ? WHERE order_id = ? AND state = 'WAITING'";

/* Money that is back is back, whatever comes later. */
static const char SQL_TOLD[] = "UPDATE refunds SET state = ?, version = ?"
                               " WHERE order_id = ? AND version < ? AND state <> 'SUCCESS'";

bool refunds_create_table(void)
{
    unsigned error;

    return db_change(SQL_CREATE, NULL, &error) >= 0;
}

bool refunds_begin(const char *order_id)
{
    unsigned error;
    MYSQL_BIND in[] = { in_text(order_id) };

    return db_connect() && db_change(SQL_BEGIN, in, &error) >= 0;
}

bool refunds_answered(const char *order_id, const char *state)
{
    unsigned error;
    MYSQL_BIND in[] = { in_text(state), in_text(order_id) };

    return db_connect() && db_change(SQL_ANSWERED, in, &error) >= 0;
}

bool refunds_told(const char *order_id, const char *state, int64_t version)
{
    unsigned error;
    MYSQL_BIND in[] = { in_text(state), in_number(&version), in_text(order_id),
                        in_number(&version) };

    return db_connect() && db_change(SQL_TOLD, in, &error) >= 0;
}
