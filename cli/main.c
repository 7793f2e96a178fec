/* main.c - shroffctl: what an operator does to Shroff from the shell. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "checkout/channels.h"
#include "cli/command.h"
#include "io/crypto/vault.h"
#include "io/db/db_server.h"

#define EXIT_USAGE 2
#define ADMIN_WHY_MAX 255 /* admin_log.why */

struct option_row {
    const char *name, *value, *help;
};
static const struct option_row OPTIONS[OPT_COUNT] = {
    [OPT_JSON] = { "json", NULL, "print JSON" },
    [OPT_REASON] = { "reason", "TEXT", "why; kept in admin_log" },
    [OPT_APP] = { "app", "APP_KEY", "which app" },
    [OPT_NAME] = { "name", "TEXT", "a name for people" },
    [OPT_NOTIFY_URL] = { "notify-url", "URL", "where orders' results are told; '' for none" },
    [OPT_REFUND_NOTIFY_URL] = { "refund-notify-url", "URL", "the same of refunds; '' for none" },
    [OPT_TRANSFER_NOTIFY_URL] = { "transfer-notify-url", "URL",
                                  "the same of transfers; '' for none" },
    [OPT_APPEND_CHANNEL] = { "append-channel", "0|1", "end the notify path with /{channel_id}" },
    [OPT_NOTIFY_CLOSED] = { "notify-closed", "0|1", "tell order.closed too" },
    [OPT_SCHEDULE] = { "schedule", "WORD", "seed, long, or gaps in seconds: 15,60,600" },
    [OPT_LATE_PAYMENT] = { "late-payment", "WORD",
                           "money for a closed order: accept, refund, hold" },
    [OPT_ALLOWED_NETS] = { "allowed-nets", "CIDRS", "callers' networks; '' for any" },
    [OPT_REMARK] = { "remark", "TEXT", "a note" },
    [OPT_SCOPES] = { "scopes", "LIST", "all, or payment:create,payment:query,…" },
    [OPT_PUBLIC_KEY_FILE] = { "public-key-file", "FILE",
                              "the merchant's RSA key (SHROFF-RSA2); - is stdin" },
    [OPT_SECRET_FILE] = { "secret-file", "FILE", "take over an HMAC secret; - is stdin" },
    [OPT_EXPIRE] = { "expire", "TIME", "RFC 3339; never without" },
    [OPT_OVERLAP] = { "overlap", "SECONDS", "how long the old one goes on (86400)" },
    [OPT_CODE] = { "code", "CODE", "mock, …" },
    [OPT_FEE_RATE] = { "fee-rate", "PPM", "parts per million" },
    [OPT_SIGN_TYPE] = { "sign-type", "WORD", "mock: HMAC-SHA256 or RSA2" },
    [OPT_CONFIG_FILE] = { "config-file", "FILE", "JSON object; - is stdin" },
    [OPT_SECRETS_FILE] = { "secrets-file", "FILE", "JSON object of secrets; - is stdin" },
    [OPT_P12] = { "p12", "FILE", "WeChat Pay's apiclient_cert.p12, in place of private_key" },
    [OPT_P12_PASSWORD_FILE] = { "p12-password-file", "FILE", "its password (mchid)" },
    [OPT_RECEIVER_FILE] = { "receiver-file", "FILE",
                            "JSON: type, bank_type, bank_account, real_name; - is stdin" },
    [OPT_CHANNEL] = { "channel", "ID", "which channel" },
    [OPT_KEY] = { "key", "KEY_ID", "which key" },
    [OPT_STATUS] = { "status", "WORD", "WAITING, SUCCESS, …" },
    [OPT_LIMIT] = { "limit", "N", "at most so many rows" },
    [OPT_AFTER] = { "after", "NO", "go on after this row" },
    [OPT_ALL] = { "all", NULL, "closed ones too" },
    [OPT_FROM] = { "from", "TIME", "made at or after, RFC 3339" },
    [OPT_TO] = { "to", "TIME", "made before, RFC 3339" },
    [OPT_RATE] = { "rate", "N", "so many a second (20)" },
    [OPT_METHOD] = { "method", "WORD", "GET, POST (POST when there is a body)" },
    [OPT_PATH] = { "path", "PATH", "path with query exactly as sent" },
    [OPT_BODY_FILE] = { "body-file", "FILE", "the body; - is stdin" },
    [OPT_AUTHORIZATION_FILE] = { "authorization-file", "FILE", "the header's value; - is stdin" },
    [OPT_ACTION] = { "action", "WORD", "refund, accept (late money of a closed order), keep" },
    [OPT_CURRENCY] = { "currency", "CODE", "which currency, ISO 4217" },
    [OPT_WATCH] = { "watch", NULL, "for cron: log lines alone, figures for /metrics" },
    [OPT_DATE] = { "date", "DAY", "a day in China (+08:00), 2027-01-31" },
    [OPT_KEYS_OF] = { "keys-of", "CODE", "with the keys of this channel of the app" },
    [OPT_DRY_RUN] = { "dry-run", NULL, "say what would be done" },
};

static void print_command(FILE *to, const struct command *c)
{
    fprintf(to, "  shroffctl %s%s%s%s%s\n      %s\n", c->group, c->verb ? " " : "",
            str_or(c->verb, ""), c->args ? " " : "", str_or(c->args, ""), c->help);
}

static void print_options(FILE *to, uint64_t options, uint64_t needed)
{
    for (int i = 0; i < OPT_COUNT; i++) {
        if (!(options & O(i)))
            continue;
        char room[64];
        struct text t = TEXT(room);
        text_addf(&t, "--%s %s", OPTIONS[i].name, str_or(OPTIONS[i].value, ""));
        fprintf(to, "      %-28s %s%s\n", room, OPTIONS[i].help, needed & O(i) ? " (needed)" : "");
    }
}

/* Of all commands, of a group's, or, with its verb, of one; false when there is none. */
static bool print_commands(FILE *to, const char *group, const char *verb)
{
    bool any = false;

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        if ((group && !str_eq(group, c->group)) || (verb && !str_eq(verb, c->verb)))
            continue;
        any = true;
        print_command(to, c);
        if (group)
            print_options(to, c->options, c->needed);
    }
    return any;
}

static int cli_usage(FILE *to)
{
    fprintf(to, "usage: shroffctl COMMAND [OPTIONS]      (--help behind any command; settings are "
                "SHROFF_*\n"
                "       in the environment, see shroffctl --settings)\n\n");
    (void)print_commands(to, NULL, NULL);
    return to == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

static int help(const char *group, const char *verb)
{
    if ((verb && print_commands(stdout, group, verb)) || print_commands(stdout, group, NULL))
        return EXIT_SUCCESS;
    out_say("%s: no such command (shroffctl --help)", group);
    return EXIT_USAGE;
}

static bool is_help(const char *word)
{
    return str_eq(word, "--help") || str_eq(word, "-h");
}

static bool help_wanted(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (is_help(argv[i]))
            return true;
    return false;
}

static bool group_known(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (str_eq(COMMANDS[i].group, name))
            return true;
    return false;
}

/* No command is called so; a group alone lists what it has. */
static int no_command(int argc, char **argv)
{
    const bool group = group_known(argv[1]);

    if (group && argc == 2)
        (void)print_commands(stderr, argv[1], NULL);
    else
        out_say("%s%s%s: no such command (shroffctl %s%s--help)", argv[1], argc > 2 ? " " : "",
                argc > 2 ? argv[2] : "", group ? argv[1] : "", group ? " " : "");
    return EXIT_USAGE;
}

static const struct command *command_find(int argc, char **argv, int *used)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        if (!str_eq(argv[1], c->group))
            continue;
        if (c->verb && argc > 2 && str_eq(argv[2], c->verb)) {
            *used = 3;
            return c;
        }
        if (!c->verb) {
            *used = 2;
            return c;
        }
    }
    return NULL;
}

/* --name value, --name=value, flags. Index of the last word used, or -1 after a message. */
static int option_read(struct cli *cli, const struct command *c, int argc, char **argv, int i)
{
    const char *word = argv[i] + 2;
    size_t len = strcspn(word, "=");

    for (int o = 0; o < OPT_COUNT; o++) {
        if (strlen(OPTIONS[o].name) != len || strncmp(OPTIONS[o].name, word, len) != 0 ||
            !(c->options & O(o)))
            continue;
        if (!OPTIONS[o].value) {
            cli->value[o] = "1";
            return i;
        }
        if (word[len] == '=') {
            cli->value[o] = word + len + 1;
            return i;
        }
        if (i + 1 < argc) {
            cli->value[o] = argv[i + 1];
            return i + 1;
        }
    }
    out_say("%s: no such option here, or its value is missing (try --help)", argv[i]);
    return -1;
}

/* What is kept is read by people: nothing in it may steer a terminal, turn the direction of text,
 * or be invisible. */
static bool values_clean(const struct cli *cli)
{
    for (int o = 0; o < OPT_COUNT; o++) {
        if (!cli->value[o] || utf8_shows(cli->value[o]))
            continue;
        out_say("--%s: '%s' holds a character that does not show, or is not UTF-8", OPTIONS[o].name,
                cli->value[o]);
        return false;
    }
    return true;
}

static bool args_read(struct cli *cli, const struct command *c, int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++) {
        if (str_starts(argv[i], "--")) {
            i = option_read(cli, c, argc, argv, i);
            if (i < 0)
                return false;
        } else if (c->args && cli->arg_count < 1) {
            cli->arg[cli->arg_count++] = argv[i];
        } else {
            out_say("%s: one word too many (try --help)", argv[i]);
            return false;
        }
    }
    if (c->args && c->args[0] != '[' && !cli->arg_count) {
        out_say("%s %s: %s is missing", c->group, str_or(c->verb, ""), c->args);
        return false;
    }
    for (int o = 0; o < OPT_COUNT; o++) {
        if ((c->needed & O(o)) && !*str_or(cli->value[o], "")) {
            out_say("--%s is needed: %s", OPTIONS[o].name, OPTIONS[o].help);
            return false;
        }
    }
    if (!values_clean(cli))
        return false;
    const char *why = str_or(cli->value[OPT_REASON], str_or(cli->value[OPT_REMARK], ""));
    if (utf8_is_valid(why, strlen(why)) && utf8_count(why, strlen(why)) <= ADMIN_WHY_MAX)
        return true;
    out_say("--reason and --remark take at most %d characters of UTF-8", ADMIN_WHY_MAX);
    return false;
}

static void add_user(struct text *to, uid_t uid)
{
    const struct passwd *pw = getpwuid(uid);

    if (pw)
        text_addf(to, "%.24s", pw->pw_name);
    else
        text_addf(to, "uid %ld", (long)uid);
}

/* The user that logged in, which the kernel keeps through su and sudo. -1: there was no login. */
static int64_t login_uid(void)
{
    char room[24];
    int64_t uid;

    if (file_read("/proc/self/loginuid", room, sizeof(room)) != PAY_OK ||
        !str_to_i64(room, 0, UINT32_MAX - 1, &uid))
        return -1;
    return uid;
}

/* Whose account this is and, behind su or sudo, whose login. SUDO_USER can be set to anything: it
 * is named as what it is, and left out where there is a login. */
static const char *who_am_i(void)
{
    static char name[65];
    struct text t = TEXT(name);
    const char *sudo = getenv("SUDO_USER");
    const int64_t login = login_uid();

    add_user(&t, getuid());
    if (login >= 0 && login != (int64_t)getuid()) {
        text_add(&t, " (login of ");
        add_user(&t, (uid_t)login);
        text_add(&t, ")");
    } else if (login < 0 && sudo && str_is(sudo, ALPHA_MERCHANT_NO, 1, 24)) {
        text_addf(&t, " (SUDO_USER=%s)", sudo);
    }
    return name;
}

static int command_run(struct cli *cli, const struct command *c)
{
    cli_at_work(c);
    config_take_recorded();
    config_load(&cli->config);
    channels_use(CHANNELS);
    cli->actor = (struct actor){ who_am_i(), str_or(cli->value[OPT_REASON], ""), NULL };
    if (c->vault && vault_open(cli->config.master_key_file) != PAY_OK) {
        out_say("could not open the master key: %s (SHROFF_MASTER_KEY_FILE)",
                cli->config.master_key_file);
        return EXIT_CONFIG;
    }
    if (!c->offline)
        cli->db = db_open_role(&cli->config, "ctl");
    int rc = c->run(cli);
    db_close(&cli->db);
    return rc;
}

int main(int argc, char **argv)
{
    struct cli cli = { 0 };
    int used = 0;

    log_open("shroffctl", LOG_ERROR);
    if (argc < 2 || is_help(argv[1]) || str_eq(argv[1], "help"))
        return cli_usage(argc < 2 ? stderr : stdout);
    if (str_eq(argv[1], "--version")) {
        puts("shroffctl " SHROFF_VERSION);
        return EXIT_SUCCESS;
    }
    if (str_eq(argv[1], "--settings")) {
        config_print_help();
        return EXIT_SUCCESS;
    }
    if (help_wanted(argc, argv))
        return help(argv[1], argv[2]);
    const struct command *c = command_find(argc, argv, &used);
    if (!c)
        return no_command(argc, argv);
    if (!args_read(&cli, c, argc, argv, used))
        return EXIT_USAGE;
    return command_run(&cli, c);
}
