/* purge.c - keeps the logs' monthly partitions ahead of time, drops those past SHROFF_KEEP_DAYS,
 * and deletes nonces past their 900 s and refused callbacks past SHROFF_KEEP_REFUSED_DAYS. Cron
 * starts it every five minutes; any number may run. */
#include "job/job.h"
#include "keep/purge.h"

static void say(void *job, const char *line)
{
    job_say(job, "%s", line);
}

static enum pay_err purge_nonces(struct job *job, struct purge_report *report)
{
    bool more = true;
    enum pay_err err = PAY_OK;

    while (err == PAY_OK && more && !job_over(job)) {
        err = nonces_purge(job->db, report, &more);
        job_set(job, "nonces", report->nonces);
        job_progress(job);
    }
    return err;
}

static enum pay_err purge_refused(struct job *job, struct purge_report *report)
{
    bool more = true;
    enum pay_err err = PAY_OK;

    while (err == PAY_OK && more && !job_over(job)) {
        err = refused_purge(job->db, job->config.keep_refused_days, report, &more);
        job_set(job, "refused", report->refused);
        job_progress(job);
    }
    return err;
}

static enum pay_err run(struct job *job)
{
    static struct purge_report report;

    report = (struct purge_report){ .say = say, .arg = job, .dry = job->dry_run };
    db_patient(job->db, 600);
    enum pay_err err = partitions_extend(job->db, &report);
    if (err == PAY_OK)
        err = partitions_drop(job->db, job->config.keep_days, &report);
    job_set(job, "partitions_added", report.added);
    job_set(job, "partitions_dropped", report.dropped);
    /* Nonces do not wait for a table that somebody holds. */
    enum pay_err nonces = purge_nonces(job, &report);
    if (nonces == PAY_OK)
        nonces = purge_refused(job, &report);
    if (report.why[0])
        job->trouble = report.why;
    return err != PAY_OK ? err : nonces;
}

static const struct job_spec PURGE = {
    .name = "purge", .role = "migrate",
    .about = "adds monthly partitions of the logs, drops those past SHROFF_KEEP_DAYS, and deletes\n"
             "nonces older than 900 s and refused callbacks past SHROFF_KEEP_REFUSED_DAYS.",
    .options = JOB_FOR | JOB_DRY_RUN, .for_s = 50,
    .run = run,
};

int main(int argc, char **argv)
{
    return job_main(&PURGE, argc, argv);
}
