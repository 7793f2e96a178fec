/* job_fair.h - how the owners of due rows share the time of one job. Apps first: one whose rows
 * took longer than its share is left out while rows of others are due, so that an app whose
 * channels are slow, however many, delays no other by more than the row under work. Then channels,
 * among the rows of such apps: a slow one delays no other of its app.
 *
 * The time that a row took is repaid in eight times as long. An owner over its share is one whose
 * repayment lasts over two seconds: it has used a quarter of a second at once. A minute at most is
 * owed. The owners are kept in the memory of the process. */
#ifndef JOB_JOB_FAIR_H
#define JOB_JOB_FAIR_H

#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"
#include "io/db/db_due.h"

#define FAIR_OWNERS 64 /* beyond it the one that owes least is forgotten */

struct fair_owners {
    struct fair_owner {
        int64_t id; /* 0: free */
        int64_t repaid_us;
    } at[FAIR_OWNERS];
    int64_t alone_until_us;
};
struct job_fair {
    struct fair_owners apps, channels;
};

/* The work on the row took so long, which its app pays, and its channel. */
void job_fair_charge(struct job_fair *fair, const struct db_due_row *row, int64_t us);
/* Those over their share: "1,2", or "". */
void job_fair_list(const struct fair_owners *owners, struct text *to);
/* Nothing of other owners is due, and to see that took so long: it is not looked at again for eight
 * times as long, so that a long backlog of one owner does not take longer for each of its rows. */
void job_fair_alone(struct fair_owners *owners, int64_t us);
bool job_fair_is_alone(const struct fair_owners *owners);
/* Its app has used a second more than its share: the rows of it that are claimed already have to
 * wait, too. */
bool job_fair_is_slow(const struct job_fair *fair, const struct db_due_row *row);

#endif
