/* cmd_refund.c - shroffctl refund … */
#include <stdlib.h>

#include "cli/command.h"
#include "refund/refund_admin.h"

static enum pay_err refund_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct refund_listed *listed = row;
    const struct refund_shown shown = {
        .refund = &listed->refund,
        .app_key = listed->app_key,
        .merchant_refund_id = listed->refund.merchant_refund_id,
    };

    out_row(out);
    out_view(out, out->list ? &REFUND_IN_LIST : &REFUND_WHOLE, &shown);
    return PAY_OK;
}

int run_refund_list(struct cli *cli)
{
    struct refund_listing want = { .app_key = cli->value[OPT_APP], .after = cli->value[OPT_AFTER] };

    if (!cli_state(cli, &REFUND_STATE_TABLE, &want.status) ||
        !cli_time(cli, OPT_FROM, &want.from) || !cli_time(cli, OPT_TO, &want.to) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &want.limit))
        return 2;
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = refund_listing(cli->db, &want, refund_print, &cli->out);
    return cli_listed(cli, err, "refund list", "no refunds");
}

int run_refund_show(struct cli *cli)
{
    static struct refund_listed listed;

    enum pay_err err = refund_of_number(cli->db, cli->arg[0], cli->value[OPT_APP], &listed);
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0],
                        err == PAY_NOT_FOUND  ? "no refund has this number: refund_no or the"
                                                " merchant's own"
                        : err == PAY_CONFLICT ? "refunds of several apps have it: add --app APP_KEY"
                                              : NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    (void)!refund_print(&cli->out, &listed);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}
