/* sandbox_runner.c - the played third parties' own retries: callbacks the mock gateway still owes.
 * Test mode only. Any number at once: each callback is claimed under a row lock with a lease. */
#include "base/clock.h"
#include "io/crypto/vault.h"
#include "job/job.h"
#include "sandbox/mock_gateway.h"

#define BATCH 20
#define LOOK_MS 500

static enum pay_err run(struct job *job)
{
    int64_t total = 0;
    enum pay_err err = vault_open(job->config.master_key_file);

    while (err == PAY_OK) {
        int sent = 0;
        err = mock_notices_run(job->db, &job->config, BATCH, &sent);
        total += sent;
        job_set(job, "callbacks", total);
        job_progress(job);
        if (job_over(job) || (job->once && sent < BATCH))
            break;
        /* The database away for a moment is no reason to end: cron's next run is a minute off. */
        if (err == PAY_DB_AWAY && !job->once)
            err = PAY_OK;
        if (sent < BATCH)
            clock_sleep_ms(LOOK_MS);
    }
    return err;
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
