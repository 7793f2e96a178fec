/* db_refusal.c - why a connection was refused, in MariaDB's own words, and the cure. */
#include "io/db/db_refusal.h"
#include <string.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include "base/text.h"
#include "io/db/db_private.h"

#define NUMBER_ACCOUNT_LOCKED 4151 /* the connector's headers do not name it */

struct cure {
    unsigned number;
    const char *text;
};
static const struct cure CURES[] = {
    { ER_ACCESS_DENIED_ERROR,
      "the account's password is another one than the program's: mend the"
      " file of SHROFF_<ROLE>_DB_PASSWORD_FILE, or ALTER USER … IDENTIFIED BY" },
    { ER_ACCESS_DENIED_NO_PASSWORD_ERROR,
      "the account is no password account, or does not exist:"
      " CREATE USER … IDENTIFIED BY (docs/operate.md, Production)" },
    { ER_DBACCESS_DENIED_ERROR,
      "the account has no right to this database: shroffctl migrate, then"
      " mariadb < schema/accounts.sql; or SHROFF_DB_NAME names another one" },
    { ER_BAD_DB_ERROR, "there is no such database: CREATE DATABASE (docs/operate.md, Production),"
                       " or SHROFF_DB_NAME is wrong" },
    { ER_CON_COUNT_ERROR, "all of MariaDB's connections are in use: raise its max_connections, or"
                          " lower SHROFF_WORKERS" },
    { ER_TOO_MANY_USER_CONNECTIONS, "the account's connections are all in use: raise its"
                                    " MAX_USER_CONNECTIONS, or lower SHROFF_WORKERS" },
    { ER_USER_LIMIT_REACHED, "the account has used up its hour's share: ALTER USER … WITH"
                             " MAX_CONNECTIONS_PER_HOUR 0" },
    { ER_HOST_NOT_PRIVILEGED, "MariaDB knows no account for this host: the accounts are made for"
                              " 'localhost'" },
    { ER_MUST_CHANGE_PASSWORD_LOGIN, "the account's password has expired: ALTER USER … PASSWORD"
                                     " EXPIRE NEVER" },
    { NUMBER_ACCOUNT_LOCKED, "the account is locked: ALTER USER … ACCOUNT UNLOCK" },
    { CR_SERVER_LOST, "MariaDB took the connection and says nothing: it is starting, overloaded or"
                      " hangs; look at its log" },
    { 0, "MariaDB would not take the session's settings: a proxy, or an init_connect that changes"
         " them" },
};

static const char *cure_of(unsigned number, const struct db_server *server)
{
    if (number == CR_CONNECTION_ERROR || number == CR_CONN_HOST_ERROR)
        return db_server_cure(server);
    for (size_t i = 0; i < COUNT(CURES); i++)
        if (CURES[i].number == number)
            return CURES[i].text;
    return "look at MariaDB's log";
}

static char refusal[DB_REFUSAL_SIZE];

const char *db_refused(unsigned number, const char *text, const struct db *db)
{
    struct text t = TEXT(refusal);
    const char *cure = cure_of(number, &db->server);

    text_addf(&t, "no connection to the database as %s", db->account.user);
    if (number)
        text_addf(&t, " (%u, %.240s)", number, text);
    text_addf(&t, ": %s", cure);
    return cure;
}

const char *db_refusal(void)
{
    return refusal;
}
