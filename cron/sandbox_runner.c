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

static enum pay_err send_notices(struct job *job, size_t *worked)
{
    return sandbox_notices_turn(job->db, &job->config, SANDBOX_CHANNELS, true, worked);
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

/* What is under way when the time is over is waited for: a merchant has a few seconds. */
static enum pay_err drain_and_finish(struct job *job)
{
    enum pay_err err = job_drain_run(job);
    size_t under_way = 1;

    while (err == PAY_OK && under_way > 0)
        err = sandbox_notices_turn(job->db, &job->config, SANDBOX_CHANNELS, false, &under_way);
    return err;
}

static const struct job_drain DRAINS[] = {
    { .name = "callbacks", .due = &MOCK_CALLBACKS, .batch = 1, .row = send_callback },
    { .name = "notices", .at_once = send_notices },
    { .name = "ended", .at_once = end_due },
};

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "sandbox_runner",
        .role = "sandbox",
        .about = "Sends what the mock gateway and the played channels owe (test mode only).",
        .test_only = true,
        .options = JOB_FOR | JOB_ONCE,
        .for_s = 65,
        .run = drain_and_finish,
        .drains = DRAINS,
        .drain_count = COUNT(DRAINS),
    };
    return job_main(&SPEC, argc, argv);
}
