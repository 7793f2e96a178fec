/* notify_decide.h - which due tasks are sent now, and when the others come back. */
#ifndef JOB_NOTIFY_DECIDE_H
#define JOB_NOTIFY_DECIDE_H

#include "job/notify/notify_hosts.h"

/* What to do with a due task of this host: fate NOTIFY_SEND (maybe as the probe), NOTIFY_PARK with
 * wait_ms, or NOTIFY_LEAVE when there is no room for it: in the runner, or at a host so quick that
 * its turn comes before parking it would pay. *probed: one probe was won in this claim; *busy: it
 * was parked only because its host or its app has enough in hand. */
struct notify_room { bool room, probed, busy; };
MUST_USE enum pay_err notify_host_decide(struct notify_host *host, struct db *db,
                                         struct notify_due *due, struct notify_room *room);

#endif
