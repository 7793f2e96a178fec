/* sandbox_runner.c - sends what the mock gateway and the played channels owe, when it is due. Test
 * mode only. Any number may run at once: each row is claimed under a row lock, with a lease. */
#include "job/job_drain.h"
#include "sandbox/channels.h"
#include "sandbox/mock/mock_gateway.h"

static enum pay_err send_callback(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s; /* the gateway records its answer and the next try */
    return mock_callback_run(job->db, &job->config, row);
}

static enum pay_err send_notice(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s; /* the same */
    return sandbox_notice_run(job->db, &job->config, SANDBOX_CHANNELS, row);
}

/* What ends by time alone: refunds and transfers under way. */
static enum pay_err end_due(struct job *job, size_t *worked)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; SANDBOX_CHANNELS[i] && err == PAY_OK; i++) {
        if (SANDBOX_CHANNELS[i]->due)
            err = SANDBOX_CHANNELS[i]->due(job->db, &job->config, worked);
    }
    return err;
}

static const struct job_drain DRAINS[] = {
    { .name = "callbacks", .due = &MOCK_CALLBACKS, .batch = 1, .row = send_callback },
    { .name = "notices", .due = &SANDBOX_NOTICES, .batch = 1, .row = send_notice },
    { .name = "ended", .at_once = end_due },
};

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "sandbox_runner",
        .role = "sandbox",
        .about = "Sends what the mock gateway and the played channels owe (test mode only).",
        .test_only = true,
        JOB_DRAINS(DRAINS),
    };
    return job_main(&SPEC, argc, argv);
}
