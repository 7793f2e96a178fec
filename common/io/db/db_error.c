/* db_error.c - what MariaDB's error numbers mean to us, and their log line. */
#include <stdio.h>
#include <string.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include "base/log.h"
#include "base/stats.h"
#include "base/text.h"
#include "io/db/db_private.h"

#define SQL_SHOWN 80

/* Numbers the connector's headers do not name. */
#define NUMBER_CLIENT_FIRST 2000
#define NUMBER_CLIENT_LAST 2999
#define NUMBER_WSREP_NOT_READY 1047
#define NUMBER_IS_READ_ONLY 1836
#define NUMBER_CONNECTION_KILLED 1927
#define NUMBER_STATEMENT_TIMEOUT 1969
#define NUMBER_NOT_PLAIN 32001 /* our procedures' own */

struct meaning {
    unsigned number;
    enum pay_err at_statement, at_commit;
    bool loss;
};

/* clang-format off */
/* At COMMIT only a plain refusal by the server counts as "nothing done"; every other number, listed
 * here or not, is PAY_LOST there. */
static const struct meaning MEANINGS[] = {
    { ER_DUP_ENTRY,               PAY_DUPLICATE, PAY_LOST,      false },
    { ER_LOCK_WAIT_TIMEOUT,       PAY_TRY_AGAIN, PAY_TRY_AGAIN, false },
    { ER_LOCK_DEADLOCK,           PAY_TRY_AGAIN, PAY_TRY_AGAIN, false },    /* Galera: at COMMIT */
    { ER_CHECKREAD,               PAY_TRY_AGAIN, PAY_TRY_AGAIN, false },    /* 1020 */
    { ER_TABLE_DEF_CHANGED,       PAY_TRY_AGAIN, PAY_LOST,      false },    /* 1412 */
    { ER_QUERY_INTERRUPTED,       PAY_TRY_AGAIN, PAY_LOST,      false },    /* 1317, KILL QUERY */
    { NUMBER_STATEMENT_TIMEOUT,   PAY_TRY_AGAIN, PAY_LOST,      false },
    { ER_TOO_MANY_CONCURRENT_TRXS, PAY_TRY_AGAIN, PAY_LOST,     false },    /* 1637 */
    { ER_OPTION_PREVENTS_STATEMENT, PAY_DB_AWAY, PAY_DB_AWAY,   true  },    /* 1290, read_only */
    { NUMBER_IS_READ_ONLY,        PAY_DB_AWAY,   PAY_DB_AWAY,   true  },
    { ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, PAY_DB_AWAY, PAY_DB_AWAY, true },
    { NUMBER_WSREP_NOT_READY,     PAY_DB_AWAY,   PAY_LOST,      true  },
    { ER_SERVER_SHUTDOWN,         PAY_DB_AWAY,   PAY_LOST,      true  },    /* 1053 */
    { ER_NORMAL_SHUTDOWN,         PAY_DB_AWAY,   PAY_LOST,      true  },
    { NUMBER_CONNECTION_KILLED,   PAY_DB_AWAY,   PAY_LOST,      true  },
    { ER_CON_COUNT_ERROR,         PAY_DB_AWAY,   PAY_LOST,      true  },    /* 1040 */
    { ER_TOO_MANY_USER_CONNECTIONS, PAY_DB_AWAY, PAY_LOST,      true  },    /* 1203 */
    { ER_USER_LIMIT_REACHED,      PAY_DB_AWAY,   PAY_LOST,      true  },    /* 1226 */
    { ER_MAX_PREPARED_STMT_COUNT_REACHED, PAY_DB_AWAY, PAY_LOST, true },    /* 1461 */
    { ER_ACCESS_DENIED_ERROR,     PAY_DB_AWAY,   PAY_LOST,      true  },    /* 1045 */
    { ER_DISK_FULL,               PAY_DB_AWAY,   PAY_LOST,      false },    /* 1021 */
    { ER_RECORD_FILE_FULL,        PAY_DB_AWAY,   PAY_LOST,      false },    /* 1114 */
    { ER_NET_PACKET_TOO_LARGE,    PAY_FAULT,     PAY_LOST,      true  },    /* 1153: it hangs up */
    { CR_COMMANDS_OUT_OF_SYNC,    PAY_FAULT,     PAY_LOST,      true  },
    { CR_OUT_OF_MEMORY,           PAY_FAULT,     PAY_LOST,      true  },
    { CR_INVALID_PARAMETER_NO,    PAY_FAULT,     PAY_LOST,      false },
    { CR_UNSUPPORTED_PARAM_TYPE,  PAY_FAULT,     PAY_LOST,      false },
    { CR_CONNECTION_ERROR,        PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2002 */
    { CR_CONN_HOST_ERROR,         PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2003 */
    { CR_SERVER_GONE_ERROR,       PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2006 */
    { CR_SERVER_LOST,             PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2013 */
    { CR_SERVER_LOST_EXTENDED,    PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2055 */
    { CR_MALFORMED_PACKET,        PAY_DB_AWAY,   PAY_LOST,      true  },    /* 2027 */
};
/* clang-format on */

static const struct meaning *meaning_find(unsigned number)
{
    for (size_t i = 0; i < COUNT(MEANINGS); i++)
        if (MEANINGS[i].number == number)
            return &MEANINGS[i];
    return NULL;
}

/* The COMMIT of a procedure comes last, so an error means that it was not done. These errors say
 * nothing: the procedure was killed, or its answer did not arrive. What could not be sent (2006)
 * was not done. */
static bool tells_nothing_at_call(unsigned number)
{
    static const unsigned NUMBERS[] = {
        ER_QUERY_INTERRUPTED,    NUMBER_STATEMENT_TIMEOUT, ER_SERVER_SHUTDOWN,
        ER_NORMAL_SHUTDOWN,      NUMBER_CONNECTION_KILLED, ER_ERROR_DURING_COMMIT,
        CR_SERVER_LOST,          CR_SERVER_LOST_EXTENDED,  CR_MALFORMED_PACKET,
        CR_COMMANDS_OUT_OF_SYNC, CR_OUT_OF_MEMORY,         CR_UNKNOWN_ERROR,
    };

    for (size_t i = 0; i < COUNT(NUMBERS); i++)
        if (NUMBERS[i] == number)
            return true;
    return false;
}

enum pay_err db_meaning(unsigned number, enum db_moment moment)
{
    const struct meaning *meaning = meaning_find(number);

    switch (moment) {
    case DB_AT_CALL:
        if (number == NUMBER_NOT_PLAIN)
            return PAY_WRONG_STATE;
        if (tells_nothing_at_call(number))
            return PAY_LOST;
        return meaning ? meaning->at_statement : PAY_FAULT;
    case DB_AT_STATEMENT:
        return meaning ? meaning->at_statement : PAY_FAULT;
    case DB_AT_COMMIT:
        return meaning ? meaning->at_commit : PAY_LOST;
    }
    return PAY_FAULT;
}

bool db_is_loss(unsigned number)
{
    const struct meaning *meaning = meaning_find(number);

    return meaning && meaning->loss;
}

const char *db_sql_shown(const char *sql)
{
    static char shown[SQL_SHOWN + 1];
    size_t len = utf8_cut(sql, strlen(sql), SQL_SHOWN);

    memcpy(shown, sql, len);
    shown[len] = '\0';
    return shown;
}

static void error_log(unsigned number, const char *text, const char *sql, enum pay_err err)
{
    char label[32];

    if (err == PAY_TRY_AGAIN) {
        snprintf(label, sizeof(label), "code=\"%u\"", number);
        stats_add("shroff_db_retries_total", label, 1);
    }
    enum log_level level = err == PAY_TRY_AGAIN ? LOG_DEBUG
                           : err == PAY_DB_AWAY ? LOG_WARN
                                                : LOG_ERROR;
    log_event(level, "db.error", KN("errno", number), KV("text", text),
              KV("sql", db_sql_shown(sql)), KV("result", err_name(err)));
}

/* Outside db_txn only reads run, and their order does not matter: the transaction is ended at once
 * and the handle is as new. No caller runs such a read again, so PAY_TRY_AGAIN is PAY_DB_AWAY. */
enum pay_err db_fail(struct db *db, unsigned number, const char *text, const char *sql)
{
    enum pay_err err = db_meaning(number, db->called ? DB_AT_CALL : DB_AT_STATEMENT);

    db->called = false;
    if (err == PAY_DUPLICATE || err == PAY_WRONG_STATE)
        return err;
    error_log(number, text, sql, err);
    if (db_is_loss(number)) {
        db->lost = true;
        db_disconnect(db);
    }
    if (db->in_txn) {
        db->poison = err;
        return err;
    }
    db_rollback(db);
    return err == PAY_TRY_AGAIN ? PAY_DB_AWAY : err;
}
