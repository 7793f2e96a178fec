/* cmd_refund.c - shroffctl refund … */
#include <stdlib.h>

#include "cli/listing.h"
#include "refund/refund_admin.h"
#include "watch/story.h"

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

static const struct cli_listed REFUNDS = { "refund", &REFUND_STATE_TABLE, refunds_listed,
                                           refund_print };

int run_refund_list(struct cli *cli)
{
    return cli_list(cli, &REFUNDS);
}

int run_refund_show(struct cli *cli)
{
    static struct refund_listed room;

    const int rc = cli_show(cli, &REFUNDS, &room);
    return rc == EXIT_SUCCESS ? cli_events(cli, &REFUNDS, room.refund.id, story_of_refund) : rc;
}
