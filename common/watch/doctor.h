/* doctor.h - an installation's health: what doctor reads from the database and from nginx.conf. */
#ifndef WATCH_DOCTOR_H
#define WATCH_DOCTOR_H

#include "io/db/db.h"
#include "app/app.h"
#include "watch/gauges.h"
#include "notify/notify_endpoint.h"

struct doctor_facts {
    int64_t now;             /* the database's clock, ms */
    int64_t flush_at_commit; /* innodb_flush_log_at_trx_commit: must be 1 */
    struct gauges gauges;
    int64_t open_hosts; /* merchant hosts that do not answer; longest: for how long */
    struct notify_open_host longest;
    int64_t pool_mb, redo_mb, connections; /* of MariaDB */
    int64_t partitions_ahead;              /* log tables with a partition for next month, of 3 */
    int64_t nonces;                        /* their rows; many when purge does not run */
    int64_t migrated;                      /* when the first migration was applied, ms; 0: never */
    int64_t own_clocks;                    /* 1: an account may set its session's clock */
    char version[65];
};
MUST_USE enum pay_err doctor_facts(struct db *db, struct doctor_facts *out);
/* PAY_OK when this account can read the tables that every program reads (the sandbox's: any).
 * PAY_DB_AWAY: it cannot log in. */
MUST_USE enum pay_err doctor_reads(struct db *db, bool sandbox);
/* Can this account, web's, call the procedures that payments need? order_pay is called for an order
 * that does not exist, which changes nothing and finds whether its definer's account can run it.
 * Otherwise *which is its name; PAY_NO_ROW: it is missing, or web may not execute it. */
MUST_USE enum pay_err doctor_calls(struct db *db, const char **which);
/* Notifications that were tried and wait for a further try: how many (counted to MOST), and the app
 * that has most of them. PAY_NO_ROW: none. */
#define DOCTOR_WAITING_MOST 100000
struct doctor_waiting {
    int64_t all, count, oldest;
    char app_key[APP_KEY_SIZE];
};
MUST_USE enum pay_err doctor_waiting(struct db *db, struct doctor_waiting *out);
/* The next enabled channel behind that one, by number. PAY_NO_ROW: there is none. */
MUST_USE enum pay_err doctor_channel_next(struct db *db, int64_t *channel_id);
/* worker_connections in that nginx.conf; 512, nginx's default, when it has none; -1: not readable.
 */
int64_t doctor_nginx_connections(const char *path);

#endif
