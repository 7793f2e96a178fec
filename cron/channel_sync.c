/* channel_sync.c - asks channels about attempts, refunds and transfers whose result is not known,
 * so that a payment whose callback never comes is paid here, too; sends the automatic refunds; ends
 * at its channel what an order needs no more. Cron starts it every minute; it works 65 s. Any
 * number may run at once. */
#include "channel/gate.h"
#include "checkout/checkout_refund.h"
#include "checkout/checkout_transfer.h"
#include "io/crypto/vault.h"
#include "job/job_drain.h"
#include "settle/sync.h"

static enum pay_err sync_attempt(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s;
    enum pay_err err = attempt_sync(job->db, &job->config, row->id);
    gate_rise();
    return err;
}

static enum pay_err sync_refund(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    enum pay_err err = checkout_refund_due(job->db, &job->config, row, wait_s);
    gate_rise();
    return err;
}

static enum pay_err sync_transfer(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    enum pay_err err = checkout_transfer_due(job->db, &job->config, row, wait_s);
    gate_rise();
    return err;
}

static const struct job_drain DRAINS[] = {
    { .name = "attempts", .due = &ATTEMPTS_DUE, .batch = 16, .row = sync_attempt },
    { .name = "refunds", .due = &REFUNDS_DUE, .batch = 4, .row = sync_refund },
    { .name = "transfers", .due = &TRANSFERS_DUE, .batch = 4, .row = sync_transfer },
};

static enum pay_err run(struct job *job)
{
    enum pay_err err = vault_open(job->config.master_key_file);

    gate_open(GATE_OF_ONE);
    return err == PAY_OK ? job_drain(job, DRAINS, COUNT(DRAINS)) : err;
}

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "channel_sync",
        .role = "web",
        .options = JOB_FOR | JOB_ONCE,
        .for_s = 65,
        .about = "Asks channels about payments, refunds and transfers whose result is not known.",
        .run = run,
    };
    return job_main(&SPEC, argc, argv);
}
