/* sandbox_runner.c - sends the mock gateway's callbacks that are due again. Test mode only. Any
 * number may run at once: each callback is claimed under a row lock, with a lease. */
#include "job/job_drain.h"
#include "sandbox/mock/mock_gateway.h"

static enum pay_err send_callback(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s; /* the gateway records its answer and the next try */
    return mock_callback_run(job->db, &job->config, row);
}

static const struct job_drain DRAINS[] = {
    { .name = "callbacks", .due = &MOCK_CALLBACKS, .batch = 1, .row = send_callback },
};

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "sandbox_runner",
        .role = "sandbox",
        .about = "Sends the callbacks that the mock gateway owes (test mode only).",
        .test_only = true,
        JOB_DRAINS(DRAINS),
    };
    return job_main(&SPEC, argc, argv);
}
