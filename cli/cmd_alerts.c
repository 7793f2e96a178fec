/* cmd_alerts.c - shroffctl alerts … */
#include <stdio.h>
#include <stdlib.h>

#include "app/alert.h"
#include "cli/command.h"
#include "settle/decide.h"

static enum pay_err alert_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct alert *alert = row;

    out_row(out);
    out_view(out, &ALERT_VIEW, alert);
    return PAY_OK;
}

int run_alerts(struct cli *cli)
{
    int64_t limit, after;

    if (!cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 100 }, &limit) ||
        !cli_number(cli, &(struct number_option){ OPT_AFTER, 0, INT64_MAX, 0 }, &after))
        return 2;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    const struct alert_filter filter = {
        .all = cli->value[OPT_ALL],
        .after = after,
        .limit = limit,
    };
    int64_t all = 0;
    enum pay_err err = alert_list(cli->db, &filter, alert_print, &cli->out);
    if (err == PAY_OK && cli->out.rows == limit)
        err = alert_count(cli->db, &filter, &all);
    cli->out.more = all - cli->out.rows;
    return cli_listed(cli, err, "alerts", "no open alerts");
}

static bool alert_number(const struct cli *cli, int64_t *out)
{
    if (str_to_i64(cli->arg[0], 1, INT64_MAX, out))
        return true;
    (void)cli_fail(PAY_NOT_FOUND, cli->arg[0], "want an alert's number (shroffctl alerts)");
    return false;
}

int run_alerts_close(struct cli *cli)
{
    int64_t id;

    if (!alert_number(cli, &id))
        return 2;
    enum pay_err err = alert_close(cli->db, id, cli->actor.who, cli->actor.why);
    if (err == PAY_NOT_FOUND)
        return cli_fail(err, cli->arg[0], "no open alert has this number (shroffctl alerts --all)");
    if (err != PAY_OK)
        return cli_fail(err, "alerts close", NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "id", id);
    out_str(&cli->out, "closed_by", cli->actor.who);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

/* --action, and the remark: --reason, as of every change, or --remark. */
static bool deciding_read(const struct cli *cli, struct deciding *out)
{
    int64_t decision;

    if (!alert_number(cli, &out->alert_id))
        return false;
    if (!word_parse(DECISIONS, cli->value[OPT_ACTION], &decision)) {
        out_say("'%s': want refund, accept or keep", cli->value[OPT_ACTION]);
        return false;
    }
    out->decision = (enum decision)decision;
    out->who = cli->actor.who;
    out->remark = *cli->actor.why != '\0' ? cli->actor.why : str_or(cli->value[OPT_REMARK], "");
    if (*out->remark == '\0')
        out_say("--reason is needed: why it is decided so");
    return *out->remark != '\0';
}

static int decided_print(struct cli *cli, const struct deciding *by, const struct decided *done)
{
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, "id", by->alert_id);
    out_str(&cli->out, "action", word_of(DECISIONS, by->decision));
    out_str(&cli->out, "pay_id", done->pay_id);
    out_str(&cli->out, "order_no", done->order_no);
    out_str(&cli->out, "decided", done->before ? "before; nothing was done" : "now");
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

int run_alerts_decide(struct cli *cli)
{
    struct deciding by;
    struct decided done;

    if (!deciding_read(cli, &by))
        return 2;
    enum pay_err err = alert_decide(cli->db, &by, &done);
    if (err == PAY_OK)
        return decided_print(cli, &by, &done);
    if (err == PAY_NOT_FOUND)
        return cli_fail(err, cli->arg[0], "no alert has this number (shroffctl alerts --all)");
    return cli_fail(err, cli->arg[0], err == PAY_WRONG_STATE ? done.problem : NULL);
}
