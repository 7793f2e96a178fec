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
    const struct audit_proof *proof;
    bool watch, shows; /* shows: says on the terminal which proof is under way */
    int64_t began;     /* s */
    int64_t proof_us;  /* when this proof began */
    int found, all;
};

static enum pay_err violation(void *arg, void *at)
{
    struct auditing *a = arg;
    const struct audit_row *row = at;
    struct out *out = &a->cli->out;

    a->found++;
    if (a->watch) {
        log_event(LOG_ERROR, "audit.violation", KV("proof", a->proof->name),
                  KV("about", row->about), KV("text", row->text));
        return PAY_OK;
    }
    out_row(out);
    out_str(out, "proof", a->proof->name);
    out_str(out, "about", row->about);
    out_str(out, "text", row->text);
    return PAY_OK;
}

/* A line that the next one takes the place of, on standard error. */
#define LINE_EMPTIED "\r\033[K"
static void proof_begin(struct auditing *a, size_t number)
{
    a->found = 0;
    a->proof_us = clock_ticks_us();
    if (a->shows)
        fprintf(stderr, "%s%zu of %zu: %s", LINE_EMPTIED, number, AUDIT_PROOF_COUNT,
                a->proof->name);
}

static void proof_done(const struct auditing *a)
{
    const int64_t tenths = (clock_ticks_us() - a->proof_us) / 100000;
    char room[64];
    struct text label = TEXT(room);

    text_addf(&label, "proof=\"%s\"", a->proof->name);
    if (a->shows)
        fputs(LINE_EMPTIED, stderr);
    if (a->watch)
        stats_set("shroff_audit_violations", room, a->found);
    else if (!a->cli->value[OPT_JSON])
        printf("%-4s %-24s %4lld.%lld s  %s\n", a->found ? "FAIL" : "ok", a->proof->name,
               (long long)(tenths / 10), (long long)(tenths % 10), a->proof->says);
}

static int watch_done(const struct auditing *a, enum pay_err err)
{
    const int64_t took = clock_now_s() - a->began;

    if (err != PAY_OK) {
        log_event(LOG_ERROR, "audit.stopped", KV("proof", a->proof->name),
                  KV("why", err_row(err)->msg));
        return EXIT_UNPROVED;
    }
    stats_set("shroff_audit_duration_seconds", NULL, took);
    stats_set("shroff_audit_end_seconds", NULL, clock_now_s());
    log_event(LOG_INFO, "audit.end", KN("violations", a->all), KN("seconds", took));
    return EXIT_SUCCESS;
}

static enum pay_err prove_all(struct auditing *a)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; err == PAY_OK && i < AUDIT_PROOF_COUNT; i++) {
        a->proof = &AUDIT_PROOFS[i];
        proof_begin(a, i + 1);
        err = audit_prove(a->cli->db, a->proof, a->cli->config.keep_days, violation, a);
        if (err == PAY_OK)
            proof_done(a);
        a->all += a->found;
    }
    return err;
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
    const enum pay_err err = prove_all(&a);
    const int rc = a.watch ? watch_done(&a, err) : cli_listed(cli, err, "audit", NULL);
    if (rc != EXIT_SUCCESS)
        return EXIT_UNPROVED;
    return a.all ? EXIT_FAILURE : EXIT_SUCCESS;
}
