/* cmd_audit.c - shroffctl audit: proves that no money was lost. Exit code 1 with the offending rows
 * otherwise, 75 when it could not be proved. Its account may only read.
 *
 * With --watch, for cron, it prints log lines alone, and leaves its figures in this machine's
 * counters, where /metrics and doctor find them. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stats.h"
#include "cli/command.h"
#include "io/db/db_server.h"
#include "watch/audit.h"

#define EXIT_UNPROVED 75 /* sysexits.h EX_TEMPFAIL */

struct auditing {
    struct cli *cli;
    bool watch, shows; /* shows: says on the terminal how many proofs are done */
    int64_t began;     /* s */
    int64_t all;
    size_t done;
};

static void violation(void *arg, const struct audit_proof *proof, const struct audit_row *row)
{
    const struct auditing *a = arg;
    struct out *out = &a->cli->out;

    if (a->watch) {
        log_event(LOG_ERROR, "audit.violation", KV("proof", proof->name), KV("about", row->about),
                  KV("text", row->text));
        return;
    }
    out_row(out);
    out_str(out, "proof", proof->name);
    out_str(out, "about", row->about);
    out_str(out, "text", row->text);
}

/* A line that the next one takes the place of, on standard error. */
#define LINE_EMPTIED "\r\033[K"
static void progress(const struct auditing *a)
{
    if (a->shows)
        fprintf(stderr, "%s%zu of %zu proofs", LINE_EMPTIED, a->done, AUDIT_PROOF_COUNT);
}

static void proof_done(void *arg, const struct audit_proof *proof, const struct audit_end *end)
{
    struct auditing *a = arg;
    const int64_t tenths = end->us / 100000;
    char room[64];
    struct text label = TEXT(room);

    a->all += end->found;
    a->done++;
    text_addf(&label, "proof=\"%s\"", proof->name);
    if (a->shows)
        fputs(LINE_EMPTIED, stderr);
    if (a->watch)
        stats_set("shroff_audit_violations", room, end->found);
    else if (!a->cli->value[OPT_JSON])
        printf("%-4s %-24s %4lld.%lld s  %s\n", end->found ? "FAIL" : "ok", proof->name,
               (long long)(tenths / 10), (long long)(tenths % 10), proof->says);
    fflush(stdout);
    progress(a);
}

static int watch_done(const struct auditing *a, enum pay_err err)
{
    const int64_t took = clock_now_s() - a->began;

    if (err != PAY_OK)
        return EXIT_UNPROVED;
    stats_set("shroff_audit_duration_seconds", NULL, took);
    stats_set("shroff_audit_end_seconds", NULL, clock_now_s());
    log_event(LOG_INFO, "audit.end", KN("violations", a->all), KN("seconds", took));
    return EXIT_SUCCESS;
}

int run_audit(struct cli *cli)
{
    struct auditing a = { .cli = cli, .watch = cli->value[OPT_WATCH], .began = clock_now_s() };

    a.shows = !a.watch && isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
    if (a.watch) {
        log_open("audit", LOG_INFO);
        stats_open(cli->config.metrics_file);
    } else {
        out_open(&cli->out, cli->value[OPT_JSON], true);
    }
    cli->db = db_open_role(&cli->config, "audit");
    db_patient(cli->db, 0);
    progress(&a);
    const enum pay_err err =
        audit_run(cli->db, cli->config.keep_days,
                  &(struct audit_hears){ .row = violation, .end = proof_done, .arg = &a });
    if (a.shows)
        fputs(LINE_EMPTIED, stderr);
    const int rc = a.watch ? watch_done(&a, err) : cli_listed(cli, err, "audit", NULL);
    if (rc != EXIT_SUCCESS)
        return EXIT_UNPROVED;
    return a.all ? EXIT_FAILURE : EXIT_SUCCESS;
}
