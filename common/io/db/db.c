/* db.c - the connection: options, session, backoff, health. */
#include "io/db/db.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <errmsg.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "io/db/db_private.h"

#define CONNECT_SECONDS 2
#define READ_SECONDS 4 /* over max_statement_time, under nginx's fastcgi_read_timeout */
#define WRITE_SECONDS 4
#define STATEMENT_SECONDS 3
#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 2000

/* tx_isolation is what 10.11 calls it; transaction_isolation came with 11.1. */
#define SESSION_FORMAT \
    "SET SESSION tx_isolation = 'READ-COMMITTED', time_zone = '+00:00', autocommit = 1," \
    " sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO," \
    "NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'," \
    " innodb_lock_wait_timeout = 2, max_statement_time = %d," \
    " use_stat_tables = 'NEVER', optimizer_use_condition_selectivity = 1," \
    " collation_connection = 'utf8mb4_nopad_bin'"

static const char SQL_SESSION_IS_OURS[] =
    "SELECT @@tx_isolation = 'READ-COMMITTED' AND @@time_zone = '+00:00' AND @@autocommit = 1"
    "   AND @@sql_mode LIKE '%STRICT_ALL_TABLES%' AND @@innodb_lock_wait_timeout = 2"
    "   AND @@character_set_client = 'utf8mb4' AND @@collation_connection = 'utf8mb4_nopad_bin'";

struct db *db_open(const struct db_server *server, const struct db_account *account)
{
    struct db *db = calloc(1, sizeof(*db));
    if (!db)
        abort();
    db->server = *server;
    db->account = *account;
    db->patient = -1;
    db->connect_seconds = CONNECT_SECONDS;
    signal(SIGPIPE, SIG_IGN);
    return db;
}

void db_close(struct db **db)
{
    if (!db || !*db)
        return;
    db_disconnect(*db);
    explicit_bzero(&(*db)->account, sizeof((*db)->account));
    free(*db);
    *db = NULL;
}

/* The limits belong to the connection, so the next statement makes a new one. */
void db_patient(struct db *db, int seconds)
{
    db->patient = seconds;
    if (!db->in_txn)
        db_disconnect(db);
}

/* The connector wants to know before it connects. */
void db_meanwhile(struct db *db, db_meanwhile_do *meanwhile, void *arg)
{
    if ((!db->meanwhile) != (!meanwhile))
        db_disconnect(db);
    db->meanwhile = meanwhile;
    db->meanwhile_arg = arg;
}

/* The link goes first: statements without one are freed without sending anything. */
void db_disconnect(struct db *db)
{
    if (db->link)
        mysql_close(db->link);
    db->link = NULL;
    for (size_t i = 0; i < DB_SLOTS; i++)
        if (db->slots[i].stmt)
            mysql_stmt_close(db->slots[i].stmt);
    memset(db->slots, 0, sizeof(db->slots));
    db->prepared = 0;
    db->begun = db->manual = false;
}

static void set_options(const struct db *db, MYSQL *link)
{
    unsigned connect = db->connect_seconds, read = READ_SECONDS, write = WRITE_SECONDS;
    unsigned infile = 0;
    my_bool no = 0;

    if (db->patient >= 0)
        read = db->patient == 0 ? 0 : (unsigned)db->patient + 1;
    mysql_options(link, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    mysql_options(link, MYSQL_OPT_READ_TIMEOUT, &read);
    mysql_options(link, MYSQL_OPT_WRITE_TIMEOUT, &write);
    mysql_options(link, MYSQL_OPT_LOCAL_INFILE, &infile);
    mysql_options(link, MYSQL_OPT_RECONNECT, &no); /* a silent one loses the transaction */
    mysql_options(link, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (db->meanwhile)
        mysql_options(link, MYSQL_OPT_NONBLOCK, NULL);
}

/* Sets the session, then reads it back: a proxy or an init_connect may have changed it. */
static bool session_ours(const struct db *db, MYSQL *link)
{
    char room[512];
    struct text set = TEXT(room);
    text_addf(&set, SESSION_FORMAT, db->patient < 0 ? STATEMENT_SECONDS : db->patient);
    if (mysql_real_query(link, room, set.len) != 0 ||
        mysql_real_query(link, SQL_SESSION_IS_OURS, sizeof(SQL_SESSION_IS_OURS) - 1) != 0)
        return false;
    MYSQL_RES *result = mysql_store_result(link);
    if (!result)
        return false;
    MYSQL_ROW row = mysql_fetch_row(result);
    bool ours = row && str_eq(row[0], "1");
    mysql_free_result(result);
    return ours;
}

static enum pay_err connect_failed(struct db *db, MYSQL *link)
{
    unsigned number = mysql_errno(link);
    const char *cure = db_refused(number, mysql_error(link), db);

    log_event(LOG_WARN, "db.connect", KN("errno", number), KV("text", mysql_error(link)),
              KV("user", db->account.user), KV("socket", db_server_name(&db->server)),
              KV("cure", cure));
    mysql_close(link);
    db->backoff_ms = db->backoff_ms == 0 ? BACKOFF_MIN_MS : db->backoff_ms * 2;
    if (db->backoff_ms > BACKOFF_MAX_MS)
        db->backoff_ms = BACKOFF_MAX_MS;
    db->retry_at_us = clock_ticks_us() + (int64_t)db->backoff_ms * 1000;
    return PAY_DB_AWAY;
}

enum pay_err db_connect(struct db *db)
{
    if (db->link)
        return PAY_OK;
    if (db->backoff_ms > 0 && clock_ticks_us() < db->retry_at_us)
        return PAY_DB_AWAY;
    MYSQL *link = mysql_init(NULL);
    if (!link)
        abort();
    set_options(db, link);
    if (!db_server_connect(link, &db->server, &db->account) || !session_ours(db, link))
        return connect_failed(db, link);
    db->link = link;
    db->backoff_ms = 0;
    return PAY_OK;
}

/* The library's read timeout counts in seconds and stays for good, so the wait is our own poll. */
static bool link_answers(struct db *db, int timeout_ms)
{
    static const char SQL_NOTHING[] = "DO 1";

    if (mysql_send_query(db->link, SQL_NOTHING, sizeof(SQL_NOTHING) - 1) == 0) {
        struct pollfd fd = { .fd = (int)mysql_get_socket(db->link), .events = POLLIN };
        if (poll(&fd, 1, timeout_ms) == 1 && mysql_read_query_result(db->link) == 0)
            return true;
    }
    db_disconnect(db);
    return false;
}

static bool ping(struct db *db, int timeout_ms)
{
    int64_t until = clock_ticks_us() + (int64_t)timeout_ms * 1000;
    bool was_open = db->link;

    if (db_connect(db) != PAY_OK)
        return false;
    if (link_answers(db, timeout_ms))
        return true;
    /* A link that broke while it was idle says nothing about the database: once more, on a new. */
    int64_t left_us = until - clock_ticks_us();
    return was_open && left_us > 0 && db_connect(db) == PAY_OK &&
           link_answers(db, (int)(left_us / 1000));
}

bool db_ping(struct db *db, int timeout_ms)
{
    if (db->in_txn)
        return false;
    db->connect_seconds = timeout_ms < 1000 ? 1 : (unsigned)timeout_ms / 1000;
    bool there = ping(db, timeout_ms);
    db->connect_seconds = CONNECT_SECONDS;
    return there;
}

int64_t db_last_id(const struct db *db)
{
    return db->last_id;
}
