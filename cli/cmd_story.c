/* cmd_story.c - shroffctl order … */
#include <stdio.h>
#include <stdlib.h>

#include "cli/listing.h"
#include "order/order_admin.h"
#include "order/order_view.h"
#include "settle/close.h"
#include "settle/sync.h"
#include "watch/story.h"

static enum pay_err order_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct order_listed *listed = row;

    out_row(out);
    out_view(out, &ORDER_IN_LIST,
             &(struct order_shown){ .order = &listed->order,
                                    .channel = listed->order.channel_code,
                                    .app_key = listed->app_key });
    return PAY_OK;
}

int run_order_list(struct cli *cli)
{
    static const struct cli_listed ORDERS = { "order", &ORDER_STATE_TABLE, orders_listed,
                                              order_print };

    return cli_list(cli, &ORDERS);
}

enum pay_err cli_event_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct story_event *event = row;

    out_row(out);
    out_view(out, &STORY_EVENT_VIEW, event);
    out->more = event->all - out->rows;
    return PAY_OK;
}

/* After a message when it is not PAY_OK. */
static enum pay_err order_meant(struct cli *cli, struct story_key *key)
{
    enum pay_err err = story_find(cli->db, cli->arg[0], cli->value[OPT_APP], key);

    if (err != PAY_OK)
        (void)cli_fail(err, cli->arg[0],
                       err == PAY_NOT_FOUND  ? "no order has this number: order_no, pay_id,"
                                               " refund_no, webhook-id or a merchant's own"
                       : err == PAY_CONFLICT ? "orders of several apps have it: add --app APP_KEY"
                                             : NULL);
    return err;
}

static int order_result(struct cli *cli, const struct order *order, enum pay_err err)
{
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0],
                        err == PAY_UNKNOWN
                            ? "a channel does not answer; try again, or leave it to channel_sync"
                            : NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "order_no", order->no);
    out_str(&cli->out, "status", state_word(&ORDER_STATE_TABLE, order->status));
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

int run_order_close(struct cli *cli)
{
    static struct order order;
    struct story_key key;

    if (order_meant(cli, &key) != PAY_OK)
        return EXIT_FAILURE;
    const struct operator_closing by = {
        .db = cli->db,
        .config = &cli->config,
        .order_id = key.id,
        .who = cli->actor.who,
        .why = cli->actor.why,
    };
    return order_result(cli, &order, order_close_by(&by, &order));
}

int run_order_sync(struct cli *cli)
{
    static struct order order;
    struct story_key key;

    if (order_meant(cli, &key) != PAY_OK)
        return EXIT_FAILURE;
    return order_result(cli, &order, order_sync_by(cli->db, &cli->config, key.id, &order));
}

int run_order_show(struct cli *cli)
{
    struct story_key key;

    enum pay_err err = order_meant(cli, &key);
    if (err != PAY_OK)
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    cli->out.more_cure = "the first 500 are shown; the later ones are in the order's tables";
    err = story_read(cli->db, key.id, cli_event_print, &cli->out);
    return cli_listed(cli, err, "order show", NULL);
}
