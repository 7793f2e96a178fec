/* notify_runner.c - sends the notifications that are due to the merchants' hosts. Cron starts it
 * each minute. A run lasts 65 s, so runs overlap. Any number of runners may run at once, on any
 * number of machines. notify_engine.h has the loop; this file checks the clock and the key. */
#include <stdio.h>
#include "base/clock.h"
#include "base/stats.h"
#include "io/crypto/vault.h"
#include "io/db/db_server.h"
#include "job/job.h"
#include "job/notify/notify_engine.h"
#include "notify/notify_queue.h"

#define CLOCK_OFF_MS 60000

/* Merchants refuse signatures whose time is minutes off, so a wrong clock would waste every try. */
static enum pay_err check_clock(struct job *job)
{
    static char why[160];
    struct text text = TEXT(why);
    int64_t now = 0;
    enum pay_err err = db_clock(job->db, &now);

    if (err != PAY_OK)
        return err;
    int64_t skew = clock_now_ms() - now;
    stats_set("shroff_notify_clock_skew_seconds", "", skew / 1000);
    if (skew >= -CLOCK_OFF_MS && skew <= CLOCK_OFF_MS)
        return PAY_OK;
    text_addf(&text,
              "this machine's clock is %lld s off the database's; set the clock (60 s at most)",
              (long long)(skew / 1000));
    job_refuse(job, why);
}

static enum pay_err notify_run(struct job *job)
{
    enum pay_err err = check_clock(job);

    /* The job waits for a database that is starting. */
    while (err == PAY_DB_AWAY && !job->once && !job->dry_run && !job_over(job)) {
        clock_sleep_ms(500);
        err = check_clock(job);
    }
    if (err != PAY_OK)
        return err;
    if (job->dry_run)
        return notify_engine_list(job);
    if (vault_open(job->config.master_key_file) != PAY_OK)
        job_refuse(job, "the master key cannot be used (see the line above)");
    return notify_engine_run(job);
}

static const struct job_spec NOTIFY_RUNNER = {
    .name = "notify_runner",
    .role = "runner",
    .about = "sends merchants the notifications that are due.\n"
             "A run lasts 65 s by default; cron starts one each minute, so that they overlap.",
    .options = JOB_FOR | JOB_ONCE | JOB_DRY_RUN,
    .for_s = 65,
    .run = notify_run,
};

int main(int argc, char **argv)
{
    return job_main(&NOTIFY_RUNNER, argc, argv);
}
