/* job.c - see job.h. */
#include "job/job.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/stats.h"
#include "checkout/channels.h"
#include "io/db/db_refusal.h"
#include "io/db/db_server.h"

#define PROGRESS_EVERY_US 200000

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

bool job_over(const struct job *job)
{
    return stopping != 0 || clock_ticks_us() >= job->until_us;
}

static int64_t *count_of(struct job *job, const char *name)
{
    static int64_t too_many;
    int i = 0;

    while (i < job->count && strcmp(job->counts[i].name, name) != 0)
        i++;
    if (i == JOB_COUNTS_MAX)
        return &too_many;
    if (i == job->count)
        job->counts[job->count++].name = name;
    return &job->counts[i].n;
}

void job_set(struct job *job, const char *name, int64_t n)
{
    *count_of(job, name) = n;
}

void job_add(struct job *job, const char *name, int64_t n)
{
    *count_of(job, name) += n;
}

static void add_counts(const struct job *job, struct text *to)
{
    for (int i = 0; i < job->count; i++)
        text_addf(to, "%s%lld %s", i ? ", " : "", (long long)job->counts[i].n, job->counts[i].name);
}

void job_progress(struct job *job)
{
    char room[512];
    struct text line = TEXT(room);
    int64_t now = clock_ticks_us();

    if (!job->terminal || now - job->progress_us < PROGRESS_EVERY_US)
        return;
    job->progress_us = now;
    add_counts(job, &line);
    printf("\r\033[K%s: %s", job->name, room);
    fflush(stdout);
}

void job_say(struct job *job, const char *format, ...)
{
    va_list args;

    if (!job->terminal && !job->dry_run)
        return;
    char room[2048], seen[sizeof(room) * 4];
    struct text shown = TEXT(seen);
    va_start(args, format);
    vsnprintf(room, sizeof(room), format, args);
    va_end(args);
    text_add_shown(&shown, room, strlen(room));
    printf("%s%s\n", job->terminal ? "\r\033[K" : "", seen);
}

void job_refuse(const struct job *job, const char *why)
{
    fprintf(stderr, "%s: %s\n", job->name, why);
    exit(EXIT_CONFIG);
}

/* ---- arguments */

static void job_usage(const struct job_spec *spec)
{
    printf("%s: %s\n\nusage: %s [--help]", spec->name, spec->about, spec->name);
    if (spec->options & JOB_FOR)
        printf(" [--for SECONDS]");
    if (spec->options & JOB_ONCE)
        printf(" [--once]");
    if (spec->options & JOB_DRY_RUN)
        printf(" [--dry-run]");
    printf("\n\n");
    if (spec->options & JOB_FOR)
        printf("  --for SECONDS  work so long (default %lld; 0: until SIGTERM)\n",
               (long long)spec->for_s);
    if (spec->options & JOB_ONCE)
        printf("  --once         do what is due now, then end\n");
    if (spec->options & JOB_DRY_RUN)
        printf("  --dry-run      say what would be done, change nothing\n");
    printf("\nSIGTERM ends it in good order. Exit codes: 0 done, 64 bad arguments, 70 a fault,\n"
           "75 try later (the database is away), 78 bad configuration.\n\nSettings:\n");
    config_print_help();
}

static int bad_argument(const struct job_spec *spec, const char *argument)
{
    fprintf(stderr, "%s: cannot take '%s'; --help says what it takes\n", spec->name, argument);
    return JOB_EXIT_USAGE;
}

/* 0: go on. -1: help was printed. Else the exit code. */
static int take_arguments(const struct job_spec *spec, int argc, char **argv, struct job *job)
{
    bool for_given = false;

    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            job_usage(spec);
            return -1;
        }
        if (strcmp(argument, "--once") == 0 && spec->options & JOB_ONCE) {
            job->once = true;
        } else if (strcmp(argument, "--dry-run") == 0 && spec->options & JOB_DRY_RUN) {
            job->dry_run = true;
        } else if (strcmp(argument, "--for") == 0 && spec->options & JOB_FOR) {
            if (!str_to_i64(++i < argc ? argv[i] : "", 0, 86400, &job->for_s))
                return bad_argument(spec, "--for without a number of seconds from 0 to 86400");
            for_given = true;
        } else {
            return bad_argument(spec, argument);
        }
    }
    if (job->once && !for_given)
        job->for_s = 0;
    return 0;
}

/* ---- the end */

static void summary(const struct job *job, const char *result, int64_t ms)
{
    char room[1024];
    struct text line = TEXT(room);

    if (job->terminal) {
        add_counts(job, &line);
        printf("\r\033[K%s: %s in %lld.%01lld s%s%s%s%s\n", job->name, result,
               (long long)(ms / 1000), (long long)(ms % 1000 / 100), line.len ? ": " : "", room,
               job->trouble ? "; " : "", str_or(job->trouble, ""));
        return;
    }
    struct json_text json = JSON_TEXT(&line);
    json_open(&json, NULL);
    json_time(&json, "time", clock_now_ms());
    json_str(&json, "program", job->name);
    json_str(&json, "result", result);
    json_opt(&json, "trouble", job->trouble);
    json_i64(&json, "ms", ms);
    json_i64(&json, "pid", (int64_t)getpid());
    for (int i = 0; i < job->count; i++)
        json_i64(&json, job->counts[i].name, job->counts[i].n);
    json_close(&json);
    printf("%s\n", room);
}

static int exit_code(enum pay_err err)
{
    if (err == PAY_OK || err == PAY_STOP)
        return JOB_EXIT_OK;
    return err == PAY_DB_AWAY || err == PAY_LOST ? JOB_EXIT_LATER : JOB_EXIT_FAULT;
}

static void listen_to_signals(void)
{
    const int ours[] = { SIGTERM, SIGINT, SIGHUP };
    struct sigaction act = { .sa_handler = on_signal };

    for (size_t i = 0; i < COUNT(ours); i++)
        sigaction(ours[i], &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int job_main(const struct job_spec *spec, int argc, char **argv)
{
    struct job job = {
        .spec = spec, .name = spec->name, .for_s = spec->for_s, .until_us = INT64_MAX
    };
    int code = take_arguments(spec, argc, argv, &job);

    if (code != 0)
        return code < 0 ? JOB_EXIT_OK : code;
    job.terminal = isatty(STDOUT_FILENO) == 1;
    config_load(&job.config);
    channels_use(CHANNELS);
    log_open(spec->name, (enum log_level)job.config.log_level);
    if (spec->test_only && !job.config.test_mode)
        job_refuse(&job, "does not start with SHROFF_MODE=live: it plays third parties");
    stats_open(job.config.metrics_file);
    job.db = db_open_role(&job.config, spec->role);
    listen_to_signals();

    int64_t begun = clock_ticks_us();
    if (job.for_s > 0)
        job.until_us = begun + job.for_s * 1000000;
    enum pay_err err = spec->run(&job);
    code = exit_code(err);
    if (code == JOB_EXIT_FAULT && !job.trouble)
        job.trouble = err_name(err);
    if (err == PAY_DB_AWAY && !job.trouble)
        job.trouble = db_refusal();
    summary(&job,
            code == JOB_EXIT_OK      ? "done"
            : code == JOB_EXIT_LATER ? "database away"
                                     : "fault",
            (clock_ticks_us() - begun) / 1000);
    db_close(&job.db);
    return code;
}
