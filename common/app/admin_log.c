/* admin_log.c - one row for each change an operator makes. */
#include "app/admin_log.h"

enum pay_err admin_log_add(struct db *db, const char *who, const char *what, const char *on_what,
                           const char *why)
{
    static const char SQL[] = "INSERT INTO admin_log (who, what, on_what, why) VALUES (?, ?, ?, ?)";
    const struct db_param in[] = { DB_STR(who), DB_STR(what), DB_STR(on_what), DB_STR(why) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}
