/* job_drain.c - see job_drain.h. */
#include "job/job_drain.h"
#include "app/alert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "channel/gate.h"
#include "io/crypto/vault.h"
#include "job/job_fair.h"

#define DRAINS_MAX 4
#define LOOK_MS 500 /* between two looks that found nothing */

struct drains {
    const struct job_drain *table;
    size_t count;
    struct job_fair fair[DRAINS_MAX];
    enum pay_err failed[DRAINS_MAX]; /* in its latest turn; PAY_OK: it did not fail */
    enum pay_err trouble;
};

/* No work at all is possible then, of any row. */
static bool is_away(enum pay_err err)
{
    return err == PAY_DB_AWAY || err == PAY_LOST;
}

struct stuck {
    const char *name;
    int64_t id;
    const char *why;
};

static enum pay_err stuck_work(struct db *db, void *arg)
{
    const struct stuck *w = arg;
    char room[256];
    struct text text = TEXT(room);

    text_addf(&text,
              "row %lld of the job %s cannot be worked on (%s; the job's log has more); it is tried"
              " again and again, and the others go on",
              (long long)w->id, w->name, w->why);
    return alert_raise(db, "job_row", 0, w->name, room);
}

/* One alert a job, raised again for another row. The account of the sandbox has none to raise. */
static void row_is_stuck(struct job *job, const struct job_drain *drain, int64_t id,
                         enum pay_err why)
{
    static int64_t latest;
    struct stuck stuck = { drain->name, id, err_name(why) };

    if (id == latest || !job->spec || job->spec->test_only)
        return;
    latest = id;
    enum pay_err err = db_txn(job->db, stuck_work, &stuck);
    if (err != PAY_OK)
        log_event(LOG_WARN, "job.alert", KV("job", drain->name), KV("result", err_name(err)));
}

/* A row whose work fails is put off like one whose work is done, if its work said for how long. */
static enum pay_err work_on(struct job *job, const struct job_drain *drain,
                            const struct db_due_row *row)
{
    int64_t wait_s = 0;
    enum pay_err err = drain->row(job, row, &wait_s), noted = PAY_OK;

    gate_rise(); /* from the seat that a call to a channel took */
    if (drain->due->done && !is_away(err) && (err == PAY_OK || wait_s > 0))
        noted = db_due_done(job->db, drain->due, row, wait_s);
    if (err == PAY_OK)
        err = noted;
    if (err != PAY_OK)
        log_event(LOG_WARN, "job.row", KV("job", drain->name), KN("id", row->id),
                  KV("result", err_name(err)));
    if (err != PAY_OK && !is_away(err) && !is_away(noted))
        row_is_stuck(job, drain, row->id, err);
    if (is_away(noted))
        return noted;
    return is_away(err) ? err : PAY_OK;
}

static enum pay_err some_at_once(struct job *job, const struct job_drain *drain, size_t *worked)
{
    size_t ended = 0;
    enum pay_err err = drain->at_once(job, &ended);

    job_add(job, drain->name, (int64_t)ended);
    *worked += ended;
    return err;
}

struct others {
    struct db_due_not not_of;
    struct fair_owners *of;
    size_t most;
};

/* To see that no others are due, all that is due is read: not for each row. */
static enum pay_err claim_others(struct job *job, const struct job_drain *drain,
                                 const struct others *others, struct db_due_rows *out)
{
    const int64_t began = clock_ticks_us();

    if (job_fair_is_alone(others->of))
        return PAY_OK;
    enum pay_err err = db_due_claim(job->db, drain->due, others->most, &others->not_of, out);
    if (err == PAY_OK && out->count == 0)
        job_fair_alone(others->of, clock_ticks_us() - began);
    return err;
}

/* Rows of owners over their share only when no others are due: and then one, since others may fall
 * due meanwhile. Of the apps over their share those rows come first whose channel is not. */
static enum pay_err claim_some(struct job *job, const struct job_drain *drain,
                               struct job_fair *fair, struct db_due_rows *out)
{
    char room[2][FAIR_OWNERS * 21];
    struct text apps = TEXT(room[0]), channels = TEXT(room[1]);
    const struct others first = { { apps.at, channels.at }, &fair->apps, drain->batch };
    const struct others then = { { "", channels.at }, &fair->channels, 1 };

    job_fair_list(&fair->apps, &apps);
    job_fair_list(&fair->channels, &channels);
    if (apps.len == 0 && channels.len == 0)
        return db_due_claim(job->db, drain->due, drain->batch, NULL, out);
    enum pay_err err = claim_others(job, drain, &first, out);
    if (err == PAY_OK && out->count == 0 && channels.len > 0)
        err = claim_others(job, drain, &then, out);
    return err == PAY_OK && out->count == 0 ? db_due_claim(job->db, drain->due, 1, NULL, out) : err;
}

/* One batch of one job; *worked: rows begun. What is claimed and not begun waits for its lease:
 * when the job is over, and when the rows of its app turned out slow. */
static enum pay_err drain_some(struct job *job, const struct job_drain *drain,
                               struct job_fair *fair, size_t *worked)
{
    struct db_due_rows rows = { .count = 0 };
    enum pay_err err = drain->at_once ? some_at_once(job, drain, worked)
                                      : claim_some(job, drain, fair, &rows);

    if (rows.stuck_id != 0)
        row_is_stuck(job, drain, rows.stuck_id, PAY_FAULT);
    for (size_t i = 0; i < rows.count && err == PAY_OK && (i == 0 || !job_over(job)); i++) {
        if (i > 0 && !job->once && job_fair_is_slow(fair, &rows.at[i]))
            continue;
        const int64_t began = clock_ticks_us();
        err = work_on(job, drain, &rows.at[i]);
        job_fair_charge(fair, &rows.at[i], clock_ticks_us() - began);
        job_add(job, drain->name, 1);
        ++*worked;
    }
    job_progress(job);
    return err;
}

/* Each job in turn. What fails in one of them ends no other; *trouble: the first such failure. */
static enum pay_err drain_each(struct job *job, struct drains *all, size_t *worked)
{
    for (size_t i = 0; i < all->count; i++) {
        enum pay_err err = drain_some(job, &all->table[i], &all->fair[i], worked);
        if (is_away(err))
            return err;
        if (err != PAY_OK && all->failed[i] != err)
            log_event(LOG_ERROR, "job.drain", KV("job", all->table[i].name),
                      KV("result", err_name(err)));
        all->failed[i] = err;
        if (all->trouble == PAY_OK)
            all->trouble = err;
    }
    return PAY_OK;
}

enum pay_err job_drain(struct job *job, const struct job_drain *table, size_t count)
{
    struct drains all = { .table = table, .count = count };

    if (count > DRAINS_MAX)
        return PAY_FAULT;
    for (size_t i = 0; i < count; i++)
        job_add(job, table[i].name, 0);
    for (;;) {
        size_t worked = 0;
        enum pay_err err = drain_each(job, &all, &worked);
        if (err != PAY_OK && (job->once || job_over(job)))
            return err;
        if (job_over(job) || (job->once && worked == 0))
            return all.trouble;
        if (worked == 0)
            clock_sleep_ms(LOOK_MS);
    }
}

enum pay_err job_drain_run(struct job *job)
{
    enum pay_err err = vault_open(job->config.master_key_file);

    gate_open(GATE_OF_ONE);
    return err == PAY_OK ? job_drain(job, job->spec->drains, job->spec->drain_count) : err;
}
