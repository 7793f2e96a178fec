/* cmd_bill.c - shroffctl channel bill: a day's bill of a channel's account, fetched and read. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/channel_config.h"
#include "base/file.h"
#include "channel/bill.h"
#include "cli/command.h"

#define ID_MOST INT64_C(9007199254740991)

static const char *said_word(enum channel_state state)
{
    return state == CHANNEL_SUCCESS ? "SUCCESS" : state == CHANNEL_WAITING ? "WAITING" : "FAILED";
}

static enum pay_err line_check(void *arg, const struct bill_line *line)
{
    (void)arg;
    (void)line;
    return PAY_OK;
}

static enum pay_err line_print(void *arg, const struct bill_line *line)
{
    struct out *out = arg;

    out_row(out);
    out_str(out, "kind", line->about == BILL_REFUND ? "refund" : "payment");
    out_str(out, "state", said_word(line->state));
    out_time(out, "time", line->time);
    out_str(out, "order_no", line->order_no);
    out_str(out, "channel_order_no", line->channel_order_no);
    out_str(out, "refund_no", line->refund_no);
    out_str(out, "channel_refund_no", line->channel_refund_no);
    out_i64(out, "price", line->price.minor);
    out_i64(out, "fee", line->fee.minor);
    out_str(out, "currency", line->currency);
    return PAY_OK;
}

/* Read twice: nothing is printed of a file that turns out wrong at its end. */
static int bill_print(struct cli *cli, const struct channel_config *channel,
                      struct bill_reading *reading)
{
    struct bill_total total;

    reading->each = line_check;
    if (channel_bill_read(channel->driver, &channel->account, reading, &total) != PAY_OK)
        return cli_fail(PAY_BAD_BODY, "the bill is not believed", str_or(total.why, "?"));
    reading->each = line_print;
    reading->arg = &cli->out;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = channel_bill_read(channel->driver, &channel->account, reading, &total);
    return cli_listed(cli, err, "channel bill", "no payments and no refunds on that day");
}

static int bill_show(struct cli *cli, const struct channel_config *channel, const char *day, int fd)
{
    static const char *const ENDS[] = {
        [BILL_LATER] = "the channel has not made that day's bill yet",
        [BILL_NONE] = "the channel has no bill of that day: nothing was paid",
    };
    const struct bill_ask ask = { .day = day, .kind = BILL_TRADES, .fd = fd };
    struct bill_reading reading = { .fd = fd, .day = day };
    struct bill_answer answer;

    enum pay_err err = channel_bill_fetch(channel->driver, &channel->account, &ask, &answer);
    if (err != PAY_OK)
        return cli_fail(err, "the bill did not come", answer.why);
    if (answer.end == BILL_HERE)
        return bill_print(cli, channel, &reading);
    if (answer.end == BILL_LATER) {
        out_say("%s (%s)", ENDS[BILL_LATER], answer.why);
        return EXIT_FAILURE;
    }
    out_open(&cli->out, cli->value[OPT_JSON], true);
    return cli_listed(cli, PAY_OK, "channel bill", ENDS[BILL_NONE]);
}

int run_channel_bill(struct cli *cli)
{
    const char *day = cli->value[OPT_DATE];
    const struct channel_config *channel = NULL;
    int64_t id, from;

    if (!cli->arg_count || !str_to_i64(cli->arg[0], 1, ID_MOST, &id)) {
        out_say("which channel? its number (shroffctl channel list)");
        return 2;
    }
    if (!bill_day(day, &from)) {
        out_say("'%s': want a day like 2027-01-31", day);
        return 2;
    }
    enum pay_err err = channel_config_by_id(cli->db, &cli->config, id, &channel);
    if (err != PAY_OK)
        return cli_fail(err == PAY_NO_CHANNEL ? PAY_NOT_FOUND : err, "channel bill", NULL);
    const int fd = file_unnamed();
    if (fd < 0)
        return cli_fail(PAY_FAULT, "channel bill", "no file can be made in TMPDIR (/tmp)");
    const int code = bill_show(cli, channel, day, fd);
    close(fd);
    return code;
}
