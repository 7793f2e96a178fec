/* purge.c - makes the logs' monthly partitions ahead of time and drops those older than
 * SHROFF_KEEP_DAYS. It deletes nonces after 900 s, refused callbacks after
 * SHROFF_KEEP_REFUSED_DAYS, and breakers of merchant hosts that did not change for 30 days. Cron
 * starts it every five minutes; any number may run. */
#include "job/job.h"
#include "keep/purge.h"

static void purge_say(void *job, const char *line)
{
    job_say(job, "%s", line);
}

static enum pay_err purge_kind(struct job *job, enum purge_kind kind, struct purge_report *report)
{
    bool more = true;
    enum pay_err err = PAY_OK;

    while (err == PAY_OK && more && !job_over(job)) {
        err = purge_rows(job->db, kind, job->config.keep_refused_days, report, &more);
        job_set(job, purge_kind_name(kind), report->rows[kind]);
        job_progress(job);
    }
    return err;
}

static enum pay_err purge_run(struct job *job)
{
    static struct purge_report report;

    report = (struct purge_report){ .say = purge_say, .arg = job, .dry = job->dry_run };
    db_patient(job->db, 600);
    enum pay_err err = partitions_extend(job->db, &report);
    if (err == PAY_OK)
        err = partitions_drop(job->db, job->config.keep_days, &report);
    job_set(job, "partitions_added", report.added);
    job_set(job, "partitions_dropped", report.dropped);
    /* Rows are deleted even when another program has locked a table of logs, or of other rows. */
    enum pay_err rows = PAY_OK;
    for (enum purge_kind kind = 0; kind < PURGE_KINDS; kind++) {
        const enum pay_err one = purge_kind(job, kind, &report);
        rows = rows == PAY_OK ? one : rows;
    }
    if (report.why[0])
        job->trouble = report.why;
    return err != PAY_OK ? err : rows;
}

static const struct job_spec PURGE = {
    .name = "purge",
    .role = "migrate",
    .about = "adds monthly partitions of the logs, drops those past SHROFF_KEEP_DAYS, and deletes\n"
             "nonces older than 900 s, refused callbacks past SHROFF_KEEP_REFUSED_DAYS and the\n"
             "breakers of merchants' hosts that did not change for 30 days.",
    .options = JOB_FOR | JOB_DRY_RUN,
    .for_s = 50,
    .run = purge_run,
};

int main(int argc, char **argv)
{
    return job_main(&PURGE, argc, argv);
}
