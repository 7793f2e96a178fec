/* cmd_refund.c - shroffctl refund … */
#include <stdlib.h>
#include <string.h>

#include "channel/member.h"
#include "checkout/refund_divert.h"
#include "cli/listing.h"
#include "io/crypto/sign.h"
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

/* ---- divert */

/* The members of the file. Its text is wiped after the call; json-c's copies are freed as they are,
 * and the program ends soon after. */
static bool receiver_read(const struct json *file, struct channel_diversion *to)
{
    const char *type = file ? member_text(file, "type") : NULL;

    to->bank_type = member_text(file, "bank_type");
    to->bank_account = member_text(file, "bank_account");
    to->real_name = member_text(file, "real_name");
    if (str_eq(type, "MERCHANT_BANK_CARD") && json_size(file) == 1)
        return true;
    if (str_eq(type, "USER_BANK_CARD") && to->bank_type && to->bank_account && to->real_name)
        return true;
    out_say("--receiver-file: want {\"type\":\"MERCHANT_BANK_CARD\"}, or type USER_BANK_CARD with"
            " bank_type, bank_account and real_name");
    return false;
}

static int divert_result(struct cli *cli, enum pay_err err, const struct channel_said *said)
{
    char why[CHANNEL_ERROR_SIZE + 80];
    struct text text = TEXT(why);

    if (err == PAY_REFUSED)
        text_addf(&text, "%s %s", said->error_code, said->error_msg);
    else if (err == PAY_WRONG_STATE)
        text_add(&text, "it does not wait, or its channel has not said anything of it yet");
    else if (err == PAY_UNKNOWN)
        text_add(&text, "the channel may have taken it: look at refund show before you repeat it");
    else if (err == PAY_FULL)
        text_add(&text, "nothing was sent: the channel cannot be called (channel test)");
    if (err != PAY_OK)
        return cli_fail(err, "refund divert", why);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "refund_no", said->no);
    out_str(&cli->out, "channel_refund_no", said->channel_no);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

static int divert_with(struct cli *cli, const struct refund *refund, const struct json *file)
{
    struct refund_diverting by = {
        .db = cli->db, .config = &cli->config, .actor = &cli->actor, .refund = refund
    };
    struct channel_said said;

    if (!receiver_read(file, &by.to))
        return 2;
    return divert_result(cli, refund_divert(&by, &said), &said);
}

int run_refund_divert(struct cli *cli)
{
    static struct refund_listed row;
    char room[4096];
    const char *text = NULL;
    struct json *file = NULL;
    int rc = 2;

    if (!cli_file(cli, OPT_RECEIVER_FILE, room, sizeof(room), &text))
        return 2;
    const bool is_object = json_parse(room, strlen(room), &file) == PAY_OK &&
                           json_kind(file) == JSON_OBJECT;
    if (!is_object)
        out_say("--receiver-file: it is no JSON object");
    else
        rc = cli_find(cli, &REFUNDS, &row);
    if (is_object && rc == EXIT_SUCCESS)
        rc = divert_with(cli, &row.refund, file);
    json_free(&file);
    sign_wipe(room, sizeof(room));
    return rc;
}
