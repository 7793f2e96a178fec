/* db_wait.c - the caller's work while the database does its own, by the connector's non-blocking
 * calls: each begins with _start, and says with _cont what it waited for until it is done. */
#include <poll.h>
#include "base/clock.h"
#include "io/db/db_private.h"

static int left_ms(int64_t until_us)
{
    int64_t left = (until_us - clock_ticks_us() + 999) / 1000;

    return left > 0 ? (int)left : 0;
}

/* Waits for what the connector asks for; gives what came, or MYSQL_WAIT_TIMEOUT. */
static int wait_for(const struct db *db, int asked)
{
    struct pollfd fd = { .fd = (int)mysql_get_socket(db->link) };
    bool bounded = asked & MYSQL_WAIT_TIMEOUT;
    int64_t until = clock_ticks_us() + (int64_t)mysql_get_timeout_value_ms(db->link) * 1000;

    fd.events = (short)(((asked & MYSQL_WAIT_READ) ? POLLIN : 0) |
                        ((asked & MYSQL_WAIT_WRITE) ? POLLOUT : 0));
    for (;;) {
        int ms = bounded ? left_ms(until) : 1000;
        bool reads = fd.events == POLLIN;
        if (reads)
            db->meanwhile(db->meanwhile_arg, fd.fd, ms);
        if (poll(&fd, 1, reads ? 0 : ms) > 0)
            return (fd.revents & POLLOUT ? MYSQL_WAIT_WRITE : 0) |
                   (fd.revents & ~POLLOUT ? MYSQL_WAIT_READ : 0);
        if (bounded && left_ms(until) == 0)
            return MYSQL_WAIT_TIMEOUT;
    }
}

int db_wait_execute(struct db *db, MYSQL_STMT *stmt)
{
    int rc;

    if (!db->meanwhile)
        return mysql_stmt_execute(stmt);
    for (int asked = mysql_stmt_execute_start(&rc, stmt); asked != 0;)
        asked = mysql_stmt_execute_cont(&rc, stmt, wait_for(db, asked));
    return rc;
}

int db_wait_store_result(struct db *db, MYSQL_STMT *stmt)
{
    int rc;

    if (!db->meanwhile)
        return mysql_stmt_store_result(stmt);
    for (int asked = mysql_stmt_store_result_start(&rc, stmt); asked != 0;)
        asked = mysql_stmt_store_result_cont(&rc, stmt, wait_for(db, asked));
    return rc;
}

int db_wait_read_query_result(struct db *db)
{
    my_bool rc;

    if (!db->meanwhile)
        return mysql_read_query_result(db->link);
    for (int asked = mysql_read_query_result_start(&rc, db->link); asked != 0;)
        asked = mysql_read_query_result_cont(&rc, db->link, wait_for(db, asked));
    return rc;
}
