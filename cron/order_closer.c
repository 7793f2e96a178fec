/* order_closer.c - closes orders past their end. Their channels are asked first: what was paid
 * there is paid here. Cron starts it every minute. It works 65 s, so that an order ends within
 * seconds of its expire_time. Any number may run at once. */
#include "job/job_drain.h"
#include "settle/close.h"

static enum pay_err expired_close(struct job *job, const struct db_due_row *row, int64_t *wait_s)
{
    (void)wait_s;
    return order_expire(job->db, &job->config, row->id);
}

/* All that are found, before the others are asked about one by one: these wait for no channel. */
#define LOOKS 50
static enum pay_err close_plain(struct job *job, size_t *closed)
{
    enum pay_err err = PAY_OK;
    size_t some = ORDERS_AT_ONCE;

    for (int i = 0; i < LOOKS && err == PAY_OK && some == ORDERS_AT_ONCE && !job_over(job); i++) {
        err = orders_expire(job->db, &some);
        *closed += some;
    }
    return err;
}

static const struct job_drain DRAINS[] = {
    { .name = "plain", .at_once = close_plain },
    { .name = "asked", .due = &ORDERS_EXPIRED, .batch = 32, .row = expired_close },
    { .name = "undecided", .due = &ORDERS_UNDECIDED, .batch = 8, .row = expired_close },
};

int main(int argc, char **argv)
{
    static const struct job_spec SPEC = {
        .name = "order_closer",
        .role = "web",
        .about = "Closes orders past their end, after their channels were asked.",
        JOB_DRAINS(DRAINS),
    };
    return job_main(&SPEC, argc, argv);
}
