/* commands.c - the table of commands, and the small helpers they share. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/db/db_refusal.h"

#define APP_OPTIONS \
    (O(OPT_NAME) | O(OPT_NOTIFY_URL) | O(OPT_REFUND_NOTIFY_URL) | O(OPT_TRANSFER_NOTIFY_URL) | \
     O(OPT_APPEND_CHANNEL) | O(OPT_NOTIFY_CLOSED) | O(OPT_SCHEDULE) | O(OPT_LATE_PAYMENT) | \
     O(OPT_ALLOWED_NETS) | O(OPT_REMARK))
#define J O(OPT_JSON)
#define R O(OPT_REASON)

const struct command COMMANDS[] = {
    { "migrate", NULL, NULL, "bring the database to this program's schema", J | O(OPT_DRY_RUN), 0,
      false, false, true, run_migrate },
    { "app", "create", NULL, "a new app; prints its webhook secret, once", J | R | APP_OPTIONS,
      R | O(OPT_NAME), true, true, false, run_app_create },
    { "app", "list", NULL, "all apps", J, 0, false, false, false, run_app_list },
    { "app", "show", "APP_KEY", "one app with its settings", J, 0, false, false, false,
      run_app_show },
    { "app", "set", "APP_KEY", "change settings; what is not given stays", J | R | APP_OPTIONS, R,
      true, false, false, run_app_set },
    { "app", "rotate", "[APP_KEY]", "a new webhook secret; the old one signs too for --overlap",
      J | R | O(OPT_APP) | O(OPT_OVERLAP), R, true, true, false, run_app_rotate },
    { "app", "enable", "APP_KEY", "take new orders again", J | R, R, true, false, false,
      run_app_enable },
    { "app", "disable", "APP_KEY", "no new orders; money under way goes on", J | R, R, true, false,
      false, run_app_disable },
    { "key", "create", NULL, "a key to sign requests with; prints the secret, once",
      J | R | O(OPT_APP) | O(OPT_SCOPES) | O(OPT_PUBLIC_KEY_FILE) | O(OPT_SECRET_FILE) |
          O(OPT_EXPIRE),
      R | O(OPT_APP) | O(OPT_SCOPES), true, true, false, run_key_create },
    { "key", "list", NULL, "keys, of one app or all", J | O(OPT_APP), 0, false, false, false,
      run_key_list },
    { "key", "show", "KEY_ID", "one key", J | O(OPT_APP), 0, false, false, false, run_key_show },
    { "key", "rotate", "[KEY_ID]",
      "a new secret of the same scopes; the old key ends after --overlap",
      J | R | O(OPT_APP) | O(OPT_KEY) | O(OPT_OVERLAP), R | O(OPT_APP), true, true, false,
      run_key_rotate },
    { "key", "revoke", "[KEY_ID]", "the key is refused within 2 s", J | R | O(OPT_APP) | O(OPT_KEY),
      R | O(OPT_APP), true, false, false, run_key_revoke },
    { "key", "disable", "[KEY_ID]", "the same as revoke", J | R | O(OPT_APP) | O(OPT_KEY),
      R | O(OPT_APP), true, false, false, run_key_revoke },
    { "key", "rotate-master", NULL, "a new master key; every secret is sealed anew", J | R, R, true,
      true, false, run_key_rotate_master },
    { "channel", "members", "[CODE]", "what the configuration of each channel code holds", J, 0,
      false, false, true, run_channel_members },
    { "channel", "create", NULL, "a channel for an app; prints a secret made here, once",
      J | R | O(OPT_APP) | O(OPT_CODE) | O(OPT_NAME) | O(OPT_FEE_RATE) | O(OPT_SIGN_TYPE) |
          O(OPT_CONFIG_FILE) | O(OPT_SECRETS_FILE) | O(OPT_P12) | O(OPT_P12_PASSWORD_FILE) |
          O(OPT_KEYS_OF),
      R | O(OPT_APP) | O(OPT_CODE), true, true, false, run_channel_create },
    { "channel", "list", NULL, "channels, of one app or all", J | O(OPT_APP), 0, false, false,
      false, run_channel_list },
    { "channel", "show", "ID", "one channel", J, 0, false, false, false, run_channel_show },
    { "channel", "test", "CODE",
      "is its configuration right? asks the channel about an order that nobody has", J | O(OPT_APP),
      O(OPT_APP), false, true, false, run_channel_test },
    { "channel", "rotate", "[ID]",
      "new keys: made here, or from files, then for all channels of the app with that account",
      J | R | O(OPT_CHANNEL) | O(OPT_CONFIG_FILE) | O(OPT_SECRETS_FILE) | O(OPT_P12) |
          O(OPT_P12_PASSWORD_FILE),
      R, true, true, false, run_channel_rotate },
    { "channel", "enable", "ID", "take new payments again", J | R, R, true, false, false,
      run_channel_enable },
    { "channel", "disable", "ID", "no new payments; callbacks of those under way go on", J | R, R,
      true, false, false, run_channel_disable },
    { "channel", "bill", "ID", "a day's bill of its merchant account, as the channel has it",
      J | O(OPT_DATE), O(OPT_DATE), false, true, false, run_channel_bill },
    { "order", "list", NULL, "orders of all apps, newest first",
      J | O(OPT_APP) | O(OPT_STATUS) | O(OPT_FROM) | O(OPT_TO) | O(OPT_LIMIT) | O(OPT_AFTER), 0,
      false, false, false, run_order_list },
    { "order", "show", "NO",
      "an order's whole story, by order_no, pay_id, refund_no,"
      " webhook-id or a merchant's number",
      J | O(OPT_APP), 0, false, false, false, run_order_show },
    { "order", "close", "NO", "end an order that is not paid, at its channels first",
      J | R | O(OPT_APP), R, true, true, false, run_order_close },
    { "order", "sync", "NO", "ask its channels now what became of it", J | O(OPT_APP), 0, false,
      true, false, run_order_sync },
    { "refund", "list", NULL, "refunds of all apps, newest first",
      J | O(OPT_APP) | O(OPT_STATUS) | O(OPT_FROM) | O(OPT_TO) | O(OPT_LIMIT) | O(OPT_AFTER), 0,
      false, false, false, run_refund_list },
    { "refund", "show", "NO",
      "one refund and its whole story, by refund_no or the merchant's number", J | O(OPT_APP), 0,
      false, false, false, run_refund_show },
    { "refund", "divert", "NO",
      "another account for a refund that is stuck at WeChat Pay (ABNORMAL)",
      J | R | O(OPT_APP) | O(OPT_RECEIVER_FILE), R | O(OPT_RECEIVER_FILE), true, true, false,
      run_refund_divert },
    { "transfer", "list", NULL, "transfers of all apps, newest first",
      J | O(OPT_APP) | O(OPT_STATUS) | O(OPT_FROM) | O(OPT_TO) | O(OPT_LIMIT) | O(OPT_AFTER), 0,
      false, false, false, run_transfer_list },
    { "transfer", "show", "NO",
      "one transfer and its whole story, by transfer_no or the merchant's number", J | O(OPT_APP),
      0, false, false, false, run_transfer_show },
    { "wallet", "list", NULL, "balances of merchants' users, the newest wallet first",
      J | O(OPT_APP) | O(OPT_CURRENCY) | O(OPT_LIMIT) | O(OPT_AFTER), 0, false, false, false,
      run_wallet_list },
    { "wallet", "show", "USER_ID",
      "one wallet: what can be spent, what is frozen, totals, its newest entries",
      J | O(OPT_APP) | O(OPT_CURRENCY) | O(OPT_LIMIT), 0, false, false, false, run_wallet_show },
    { "notify", "list", NULL, "notifications, newest first",
      J | O(OPT_APP) | O(OPT_STATUS) | O(OPT_LIMIT) | O(OPT_AFTER), 0, false, false, false,
      run_notify_list },
    { "notify", "resend", "[NO]", "send one again by its webhook-id, or many: --status FAILURE …",
      J | R | O(OPT_APP) | O(OPT_STATUS) | O(OPT_FROM) | O(OPT_TO) | O(OPT_RATE) | O(OPT_DRY_RUN),
      R, true, false, false, run_notify_resend },
    { "notify", "probe", "URL", "does this merchant really check signatures? sends two pings",
      J | O(OPT_APP), O(OPT_APP), false, true, false, run_notify_probe },
    { "alerts", "close", "ID", "mark an alert as dealt with", J | R, R, true, false, false,
      run_alerts_close },
    { "alerts", "decide", "ID",
      "what becomes of money that came late or twice: it goes back, pays its closed order, or is"
      " dealt with elsewhere",
      J | R | O(OPT_ACTION) | O(OPT_REMARK), O(OPT_ACTION), true, true, false, run_alerts_decide },
    { "alerts", "list", NULL, "what an operator must look at",
      J | O(OPT_ALL) | O(OPT_LIMIT) | O(OPT_AFTER), 0, false, false, false, run_alerts },
    { "alerts", NULL, NULL, "the same as alerts list", J | O(OPT_ALL) | O(OPT_LIMIT) | O(OPT_AFTER),
      0, false, false, false, run_alerts },
    { "sign", NULL, NULL, "the text a request's signature covers, and the header to send with it",
      J | O(OPT_APP) | O(OPT_KEY) | O(OPT_METHOD) | O(OPT_PATH) | O(OPT_BODY_FILE),
      O(OPT_APP) | O(OPT_PATH), false, true, false, run_sign },
    { "verify", NULL, NULL, "where a signature went wrong: body, path, time, key, spelling",
      J | O(OPT_METHOD) | O(OPT_PATH) | O(OPT_BODY_FILE) | O(OPT_AUTHORIZATION_FILE),
      O(OPT_PATH) | O(OPT_AUTHORIZATION_FILE), false, true, false, run_verify },
    { "audit", NULL, NULL, "prove that no money was lost; exit code 1 with the offending rows",
      J | O(OPT_WATCH), 0, false, false, true, run_audit },
    { "doctor", NULL, NULL, "look for what is wrong with this installation, and say the cure", J, 0,
      false, false, true, run_doctor },
    { "sizes", NULL, NULL, "workers and MariaDB's memory that fit this machine; the defaults", J, 0,
      false, false, true, run_sizes },
};
const size_t COMMAND_COUNT = COUNT(COMMANDS);

static const char *group; /* of the command at work */

void cli_at_work(const struct command *command)
{
    group = command->group;
}

/* Most things are an app's, so it may be the app that is not there. */
static void say_missing(const char *what)
{
    if (!group || str_eq(group, "app"))
        out_say("%s: no such thing (shroffctl app list)", what);
    else
        out_say("%s: no such thing (shroffctl app list, shroffctl %s list)", what, group);
}

int cli_fail(enum pay_err err, const char *what, const char *why)
{
    if (why && *why)
        out_say("%s: %s", what, why);
    else if (err == PAY_NOT_FOUND)
        say_missing(what);
    else if (err == PAY_DB_AWAY)
        out_say("%s: %s", what, str_or(db_refusal(), "the database went away; nothing was done"));
    else if (err == PAY_LOST)
        out_say("%s: the connection was lost at COMMIT: list, then repeat if needed", what);
    else
        out_say("%s: %s", what, err_row(err)->msg);
    return EXIT_FAILURE;
}

bool cli_app_known(struct cli *cli)
{
    struct app_row app;

    if (!cli->value[OPT_APP])
        return true;
    enum pay_err err = registry_app_get(cli->db, cli->value[OPT_APP], &app);
    if (err != PAY_OK)
        (void)cli_fail(err, cli->value[OPT_APP],
                       err == PAY_NOT_FOUND ? "no such app (shroffctl app list)" : NULL);
    return err == PAY_OK;
}

int cli_listed(struct cli *cli, enum pay_err err, const char *what, const char *empty)
{
    if (err != PAY_OK) {
        out_broken(&cli->out);
        return cli_fail(err, what, NULL);
    }
    out_close(&cli->out, empty);
    return EXIT_SUCCESS;
}

bool cli_number(const struct cli *cli, const struct number_option *want, int64_t *out)
{
    const char *text = cli->value[want->opt];

    *out = want->fallback;
    if (!text || str_to_i64(text, want->min, want->max, out))
        return true;
    out_say("'%s': want a number from %lld to %lld", text, (long long)want->min,
            (long long)want->max);
    return false;
}

bool cli_time(const struct cli *cli, enum opt opt, int64_t *out)
{
    *out = 0;
    if (!cli->value[opt] || time_parse(cli->value[opt], out))
        return true;
    out_say("'%s': want a time like 2027-01-31T00:00:00Z", cli->value[opt]);
    return false;
}

bool cli_state(const struct cli *cli, const struct state_table *of, int64_t *out)
{
    const char *given = cli->value[OPT_STATUS];
    char room[160];
    struct text list = TEXT(room);

    *out = STATE_ANY;
    if (!given)
        return true;
    for (const struct word *row = of->rows; row->word; row++) {
        if (str_eq_nocase(row->word, given)) {
            *out = row->number;
            return true;
        }
        text_addf(&list, "%s%s", row == of->rows ? "" : row[1].word ? ", " : " or ", row->word);
    }
    out_say("'%s': want %s", given, room);
    return false;
}

bool cli_bytes(const struct cli *cli, enum opt opt, struct cli_bytes *out)
{
    const char *path = cli->value[opt];
    enum pay_err err = PAY_OK;

    out->len = 0;
    /* Standard input by its descriptor: /dev/stdin cannot be opened when it is a socket. */
    if (path)
        err = str_eq(path, "-") ? fd_read(STDIN_FILENO, out->room, out->size, &out->len)
                                : file_bytes(path, out->room, out->size, &out->len);
    if (err == PAY_FULL)
        out_say("could not read %s: it is over %zu bytes", path, out->size - 1);
    else if (err != PAY_OK)
        out_say("could not read %s: %s", path, strerror(errno));
    out->room[err == PAY_OK ? out->len : 0] = '\0';
    return err == PAY_OK;
}

bool cli_file(const struct cli *cli, enum opt opt, char *room, size_t size, const char **out)
{
    struct cli_bytes bytes = { room, size, 0 };

    *out = NULL;
    if (!cli_bytes(cli, opt, &bytes))
        return false;
    if (memchr(room, '\0', bytes.len)) {
        out_say("%s: it holds a NUL: want text", cli->value[opt]);
        return false;
    }
    (void)line_end_cut(room, bytes.len);
    *out = cli->value[opt] ? room : NULL;
    return true;
}
