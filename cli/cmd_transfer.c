/* cmd_transfer.c - shroffctl transfer … */
#include <stdlib.h>

#include "cli/listing.h"
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

static const struct cli_listed TRANSFERS = { "transfer", &TRANSFER_STATE_TABLE, transfers_listed,
                                             transfer_print };

int run_transfer_list(struct cli *cli)
{
    return cli_list(cli, &TRANSFERS);
}

int run_transfer_show(struct cli *cli)
{
    static struct transfer_listed room;

    const int rc = cli_show(cli, &TRANSFERS, &room);
    return rc == EXIT_SUCCESS ? cli_events(cli, &TRANSFERS, room.transfer.id, story_of_transfer)
                              : rc;
}
