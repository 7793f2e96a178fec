/* cmd_audit.c - shroffctl audit: proves that no money was lost. Exit code 1 with the offending rows
 * otherwise, 75 when it could not be proved. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "watch/audit.h"

#define EXIT_UNPROVED 75 /* sysexits.h EX_TEMPFAIL */

struct auditing {
    struct cli *cli;
    const struct audit_proof *proof;
    int found, all;
};

static enum pay_err violation(void *arg, void *at)
{
    struct auditing *a = arg;
    const struct audit_row *row = at;
    struct out *out = &a->cli->out;

    a->found++;
    out_row(out);
    out_str(out, "proof", a->proof->name);
    out_str(out, "about", row->about);
    out_str(out, "text", row->text);
    return PAY_OK;
}

static void told(const struct auditing *a)
{
    if (!a->cli->value[OPT_JSON])
        printf("%-4s %-16s %s\n", a->found ? "FAIL" : "ok", a->proof->name, a->proof->says);
}

int run_audit(struct cli *cli)
{
    struct auditing a = { .cli = cli };
    enum pay_err err = PAY_OK;

    db_patient(cli->db, 0);
    out_open(&cli->out, cli->value[OPT_JSON], true);
    for (size_t i = 0; err == PAY_OK && i < AUDIT_PROOF_COUNT; i++) {
        a.proof = &AUDIT_PROOFS[i];
        a.found = 0;
        err = audit_prove(cli->db, a.proof, cli->config.keep_days, violation, &a);
        if (err == PAY_OK)
            told(&a);
        a.all += a.found;
    }
    int rc = cli_listed(cli, err, "audit", NULL);
    if (rc != EXIT_SUCCESS)
        return EXIT_UNPROVED;
    return a.all ? EXIT_FAILURE : EXIT_SUCCESS;
}
