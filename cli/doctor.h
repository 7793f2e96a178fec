/* doctor.h - shroffctl doctor: each check says ok, warn or fail, and the cure. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/command.h"
#include "watch/doctor.h"

enum finding { FINE, WARN, FAIL };
struct doctor {
    struct cli *cli;
    struct doctor_facts facts;
    int failed;
};

void doctor_note(struct doctor *d, enum finding finding, const char *what, const char *text);
/* The database with the account of a role; when its password cannot be read here a warning, and
 * false. */
bool doctor_open(struct doctor *d, const char *role, struct db **out);
/* Do the web programs answer behind their sockets? */
void check_programs(struct doctor *d);
/* Can the programs' accounts log in, and read? */
void check_accounts(struct doctor *d);
/* Do MariaDB's memory and connections fit the machine and the programs? */
void check_sizes(struct doctor *d);
/* Do the jobs end orders in time, and ask channels? */
void check_ends(struct doctor *d);
/* Did the audit run under cron, and what did it find? */
void check_audit(struct doctor *d);
/* Of a certificate that ends then (ms): WARN from 30 days before, FAIL once it has ended. */
enum finding cert_finding(int64_t end_time);
/* Does a certificate of an enabled channel end soon? */
void check_certs(struct doctor *d);
/* Which notifications wait for a merchant that does not acknowledge? */
void check_waiting(struct doctor *d);

#endif
