/* job.h - the one skeleton of programs that cron runs: settings, arguments, database, signals,
 * progress for people, one JSON line for machines, exit codes.
 *
 * Arguments: --help, and what the spec allows of --for SECONDS, --once, --dry-run.
 * On a terminal: a progress line while it runs and a summary a person reads. Otherwise: one JSON
 * line on standard output per run. Logs go to standard error (base/log.h). */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/config.h"
#include "base/err.h"
#include "io/db/db.h"

/* Exit codes (sysexits.h): 0 done, 64 bad arguments, 70 our fault, 75 try later (database away),
 * 78 bad configuration. */
enum { JOB_EXIT_OK = 0, JOB_EXIT_USAGE = 64, JOB_EXIT_FAULT = 70, JOB_EXIT_LATER = 75 };
enum { JOB_FOR = 1, JOB_ONCE = 2, JOB_DRY_RUN = 4 }; /* the options a job takes */
#define JOB_COUNTS_MAX 16

struct job_spec;
struct job_drain;

struct job {
    const struct job_spec *spec;
    const char *name;
    struct config config;
    struct db *db;
    int64_t for_s;    /* --for, or the spec's default; 0: no bound */
    int64_t until_us; /* clock_ticks_us() when for_s is over; INT64_MAX without a bound */
    bool once, dry_run, terminal;
    int64_t progress_us;
    struct {
        const char *name;
        int64_t n;
    } counts[JOB_COUNTS_MAX];
    int count;
    const char *trouble; /* why it ended badly, static; NULL */
};

struct job_spec {
    const char *name;  /* "notify_runner" */
    const char *role;  /* database account: "runner", "migrate" … */
    const char *about; /* for --help: what it does, lines */
    int options;       /* JOB_FOR | … */
    int64_t for_s;     /* default of --for */
    bool test_only;    /* refuses to start in live mode (exit 78) */
    /* The work. PAY_OK, PAY_STOP end with 0, PAY_DB_AWAY, PAY_LOST with 75, others with 70. */
    enum pay_err (*run)(struct job *job);
    const struct job_drain *drains; /* what job_drain_run works on */
    size_t drain_count;
};

/* All of main. */
int job_main(const struct job_spec *spec, int argc, char **argv);

/* True once SIGTERM, SIGINT or SIGHUP came, or its time is over. */
bool job_over(const struct job *job);
/* Sets a number of the summary; they appear in the order they were first set. name is static. */
void job_set(struct job *job, const char *name, int64_t n);
void job_add(struct job *job, const char *name, int64_t n);
/* Rewrites the progress line with the numbers set so far: on a terminal, five times a second at
 * most. */
void job_progress(struct job *job);
/* A line for people: on a terminal, or while --dry-run lists what it would do. */
void job_say(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the program with exit code 78 and one line. */
_Noreturn void job_refuse(const struct job *job, const char *why);

#endif
