/* cmd_transfer.c - shroffctl transfer … */
#include <stdlib.h>

#include "cli/command.h"
#include "transfer/transfer_admin.h"
#include "watch/story.h"

static enum pay_err transfer_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct transfer_listed *listed = row;
    const struct transfer_shown shown = { .transfer = &listed->transfer,
                                          .app_key = listed->app_key };

    out_row(out);
    out_view(out, out->list ? &TRANSFER_IN_LIST : &TRANSFER_WHOLE, &shown);
    return PAY_OK;
}

int run_transfer_list(struct cli *cli)
{
    struct transfer_listing want = { .app_key = cli->value[OPT_APP],
                                     .after = cli->value[OPT_AFTER] };

    if (!cli_state(cli, &TRANSFER_STATE_TABLE, &want.status) ||
        !cli_time(cli, OPT_FROM, &want.from) || !cli_time(cli, OPT_TO, &want.to) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &want.limit))
        return 2;
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = transfer_listing(cli->db, &want, transfer_print, &cli->out);
    return cli_listed(cli, err, "transfer list", "no transfers");
}

struct found {
    struct transfer_listed first;
    int count;
};

static enum pay_err found_one(void *arg, void *row)
{
    struct found *found = arg;

    if (found->count++ == 0)
        found->first = *(const struct transfer_listed *)row;
    return PAY_OK;
}

int run_transfer_show(struct cli *cli)
{
    static struct found found;
    const struct transfer_listing want = {
        .app_key = cli->value[OPT_APP],
        .number = cli->arg[0],
        .status = STATE_ANY,
        .limit = 2,
    };

    enum pay_err err = transfer_listing(cli->db, &want, found_one, &found);
    if (err == PAY_OK && found.count != 1)
        err = found.count == 0 ? PAY_NOT_FOUND : PAY_CONFLICT;
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0],
                        err == PAY_NOT_FOUND  ? "no transfer has this number: transfer_no or the"
                                                " merchant's own"
                        : err == PAY_CONFLICT ? "transfers of several apps have it: add --app"
                                                " APP_KEY"
                                              : NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    (void)!transfer_print(&cli->out, &found.first);
    out_under(&cli->out, "events");
    cli->out.more_cure = "the first 500 are shown; the later ones are in the transfer's tables";
    err = story_of_transfer(cli->db, found.first.transfer.id, cli_event_print, &cli->out);
    return cli_listed(cli, err, "transfer show", NULL);
}
