/* sandbox_runner.c - sends the mock gateway's callbacks that are due again. Test mode only. Any
 * number may run at once: each callback is claimed under a row lock, with a lease. */
#include "io/crypto/vault.h"
#include "job/job_drain.h"
#include "sandbox/mock_gateway.h"

static enum pay_err send_callback(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s; /* the gateway records its answer and the next try */
    return mock_notice_run(job->db, &job->config, row);
}

static const struct job_drain DRAINS[] = {
    { .name = "callbacks", .due = &MOCK_NOTICES, .batch = 1, .row = send_callback },
};

static enum pay_err run(struct job *job)
{
    enum pay_err err = vault_open(job->config.master_key_file);

    return err == PAY_OK ? job_drain(job, DRAINS, COUNT(DRAINS)) : err;
}

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "sandbox_runner",
        .role = "sandbox",
        .options = JOB_FOR | JOB_ONCE,
        .for_s = 65,
        .about = "Sends the callbacks that the mock gateway owes (test mode only).",
        .test_only = true,
        .run = run,
    };
    return job_main(&SPEC, argc, argv);
}
