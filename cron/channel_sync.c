/* channel_sync.c - asks channels about attempts, refunds and transfers whose result is not known,
 * so that a payment whose callback never comes is paid here, too; sends the automatic refunds; ends
 * at its channel what an order needs no more. Cron starts it every minute; it works 65 s. Any
 * number may run at once. */
#include "checkout/checkout_refund.h"
#include "checkout/checkout_transfer.h"
#include "job/job_drain.h"
#include "settle/sync.h"

static enum pay_err sync_attempt(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s;
    return attempt_sync(job->db, &job->config, row->id);
}

static enum pay_err sync_refund(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    return checkout_refund_due(job->db, &job->config, row, wait_s);
}

static enum pay_err sync_transfer(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    return checkout_transfer_due(job->db, &job->config, row, wait_s);
}

static const struct job_drain DRAINS[] = {
    { .name = "attempts", .due = &ATTEMPTS_DUE, .batch = 4, .row = sync_attempt },
    { .name = "cancels", .due = &CANCELS_DUE, .batch = 4, .row = sync_attempt },
    { .name = "refunds", .due = &REFUNDS_DUE, .batch = 4, .row = sync_refund },
    { .name = "transfers", .due = &TRANSFERS_DUE, .batch = 4, .row = sync_transfer },
};

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "channel_sync",
        .role = "web",
        .about = "Asks channels about payments, refunds and transfers whose result is not known.",
        JOB_DRAINS(DRAINS),
    };
    return job_main(&SPEC, argc, argv);
}
