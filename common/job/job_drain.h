/* job_drain.h - jobs over due rows: one row of a table is one job, made of a claim, a function for
 * one row, and what is done with the row afterwards (io/db/db_due.h). */
#ifndef JOB_JOB_DRAIN_H
#define JOB_JOB_DRAIN_H

#include "io/db/db_due.h"
#include "job/job.h"

struct job_drain {
    const char *name; /* of its count in the summary: "callbacks" */
    const struct db_due *due;
    size_t batch; /* rows claimed at once, whose work fits into one lease */
    /* The work on one row, outside any transaction. *wait_s, 0 at first: it is due again after so
     * long, with a `done` statement. PAY_DB_AWAY and PAY_LOST end this look; after any other error
     * the row waits for *wait_s, or when that is 0 for its lease to end, and the others go on. */
    enum pay_err (*row)(struct job *job, const struct db_due_row *row, int64_t *wait_s);
    /* In place of due and row, for work that calls nothing: one transaction takes rows and ends
     * them. *worked: how many. */
    enum pay_err (*at_once)(struct job *job, size_t *worked);
};

/* Works on what is due, job by job in turn, until job_over, or with --once until nothing is due.
 * Without --once a database that is away is waited for. A job that fails is logged and tried again
 * in its next turn; the others go on, and the first failure is what the run ends with. */
MUST_USE enum pay_err job_drain(struct job *job, const struct job_drain *table, size_t count);
/* The `run` of a job that is a table of drains: opens the vault, then job_drain on that table. */
MUST_USE enum pay_err job_drain_run(struct job *job);
/* clang-format off */
/* The members of its job_spec; cron starts it every minute, so that runs overlap. */
#define JOB_DRAINS(table) \
    .options = JOB_FOR | JOB_ONCE, .for_s = 65, .run = job_drain_run, .drains = (table), \
    .drain_count = COUNT(table)
/* clang-format on */

#endif
