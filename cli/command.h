/* command.h - shroffctl's frame: commands and options as tables, one run function each. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/config.h"
#include "base/state.h"
#include "cli/out.h"
#include "io/db/db.h"
#include "registry/registry.h"

/* clang-format off */
enum opt {
    OPT_JSON, OPT_REASON, OPT_APP, OPT_NAME, OPT_NOTIFY_URL, OPT_REFUND_NOTIFY_URL,
    OPT_TRANSFER_NOTIFY_URL, OPT_APPEND_CHANNEL,
    OPT_NOTIFY_CLOSED, OPT_SCHEDULE, OPT_LATE_PAYMENT, OPT_ALLOWED_NETS, OPT_REMARK, OPT_SCOPES,
    OPT_PUBLIC_KEY_FILE, OPT_SECRET_FILE, OPT_EXPIRE, OPT_OVERLAP, OPT_CODE, OPT_FEE_RATE,
    OPT_SIGN_TYPE, OPT_CONFIG_FILE, OPT_SECRETS_FILE, OPT_CHANNEL, OPT_KEY, OPT_STATUS, OPT_LIMIT,
    OPT_AFTER, OPT_ALL, OPT_DRY_RUN, OPT_FROM, OPT_TO, OPT_RATE,
    OPT_METHOD, OPT_PATH, OPT_BODY_FILE, OPT_AUTHORIZATION_FILE, OPT_ACTION, OPT_CURRENCY,
    OPT_WATCH, OPT_DATE, OPT_P12, OPT_P12_PASSWORD_FILE, OPT_RECEIVER_FILE,
    OPT_KEYS_OF, OPT_COUNT
};
/* clang-format on */
#define O(opt) (UINT64_C(1) << (opt))

struct cli {
    struct config config;
    struct db *db;                /* the ctl account; NULL for commands without */
    struct actor actor;           /* the operator's name and --reason */
    const char *value[OPT_COUNT]; /* NULL: not given; flags are "1" */
    const char *arg[2];
    int arg_count;
    struct out out;
};

typedef int command_body(struct cli *cli); /* an exit code */
struct command {
    const char *group, *verb; /* "app", "create"; verb NULL: the group is the command */
    const char *args;         /* "ORDER_NO"; NULL: none */
    const char *help;
    uint64_t options, needed;
    bool changes;        /* takes --reason and leaves a row in admin_log */
    bool vault, offline; /* needs the master key; needs no ctl connection */
    command_body *run;
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

command_body run_migrate, run_app_create, run_app_list, run_app_show, run_app_set, run_app_rotate,
    run_app_enable, run_app_disable, run_key_create, run_key_list, run_key_show, run_key_rotate,
    run_key_revoke, run_key_rotate_master, run_channel_create, run_channel_members,
    run_channel_list, run_channel_show, run_channel_test, run_channel_rotate, run_channel_enable,
    run_channel_disable, run_channel_bill, run_order_list, run_order_show, run_order_close,
    run_order_sync, run_refund_list, run_refund_show, run_refund_divert, run_transfer_list,
    run_transfer_show, run_wallet_list, run_wallet_show, run_notify_list, run_notify_resend,
    run_notify_probe, run_alerts, run_alerts_close, run_alerts_decide, run_sign, run_verify,
    run_audit, run_doctor, run_sizes;
int cli_send_again(struct cli *cli, const char *no); /* cmd_notify_again.c */
/* A db_each for events of watch/story.h; arg: struct out (cmd_story.c). */
enum pay_err cli_event_print(void *arg, void *row);

/* The command that runs now: what is missing is said with where it can be found. */
void cli_at_work(const struct command *command);
/* Prints "shroffctl: what: why" and the cure; exit code 1, or 2 for what the user typed wrong. */
int cli_fail(enum pay_err err, const char *what, const char *why);
/* Is there an app as --app says, or none said? False after a message. */
bool cli_app_known(struct cli *cli);
/* Ends what out_open began: `empty` is printed only when it is known that there is nothing. */
int cli_listed(struct cli *cli, enum pay_err err, const char *what, const char *empty);
/* A whole number option, fallback when not given; false after a message. */
struct number_option {
    enum opt opt;
    int64_t min, max, fallback;
};
bool cli_number(const struct cli *cli, const struct number_option *want, int64_t *out);
/* RFC 3339, 0 when not given; false after a message. */
bool cli_time(const struct cli *cli, enum opt opt, int64_t *out);
/* --status: a state's word, in any case; STATE_ANY when not given. False after a message. */
bool cli_state(const struct cli *cli, const struct state_table *of, int64_t *out);
/* The bytes of the file an option names ("-": standard input), as they are and a NUL behind them;
 * none when it is not given. False after a message. */
struct cli_bytes {
    char *room;
    size_t size, len;
};
bool cli_bytes(const struct cli *cli, enum opt opt, struct cli_bytes *out);
/* The same as text, one line end cut off; *out NULL when not given. False with a NUL in it, too. */
bool cli_file(const struct cli *cli, enum opt opt, char *room, size_t size, const char **out);

#endif
