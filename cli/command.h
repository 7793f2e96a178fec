/* command.h - shroffctl's frame: commands and options as tables, one run function each. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/config.h"
#include "base/state.h"
#include "cli/out.h"
#include "io/db/db.h"
#include "registry/registry.h"

enum opt {
    OPT_JSON, OPT_REASON, OPT_APP, OPT_NAME, OPT_NOTIFY_URL, OPT_APPEND_CHANNEL,
    OPT_NOTIFY_CLOSED, OPT_SCHEDULE, OPT_LATE_PAYMENT, OPT_ALLOWED_NETS, OPT_REMARK, OPT_SCOPES,
    OPT_PUBLIC_KEY_FILE, OPT_SECRET_FILE, OPT_EXPIRE, OPT_OVERLAP, OPT_CODE, OPT_FEE_RATE,
    OPT_SIGN_TYPE, OPT_CONFIG_FILE, OPT_SECRETS_FILE, OPT_CHANNEL, OPT_KEY, OPT_STATUS, OPT_LIMIT,
    OPT_AFTER, OPT_ALL, OPT_DRY_RUN, OPT_FROM, OPT_TO, OPT_RATE,
    OPT_METHOD, OPT_PATH, OPT_BODY_FILE, OPT_AUTHORIZATION_FILE, OPT_COUNT
};
#define O(opt) (UINT64_C(1) << (opt))

struct cli {
    struct config config;
    struct db *db;                      /* the ctl account; NULL for commands without */
    struct actor actor;                 /* the operator's name and --reason */
    const char *value[OPT_COUNT];       /* NULL: not given; flags are "1" */
    const char *arg[2];
    int arg_count;
    struct out out;
};

struct command {
    const char *group, *verb;           /* "app", "create"; verb NULL: the group is the command */
    const char *args;                   /* "ORDER_NO"; NULL: none */
    const char *help;
    uint64_t options, needed;
    bool changes;                       /* takes --reason and leaves a row in admin_log */
    bool vault, offline;                /* needs the master key; needs no ctl connection */
    int (*run)(struct cli *cli);        /* an exit code */
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

int run_migrate(struct cli *cli);
int run_app_create(struct cli *cli);
int run_app_list(struct cli *cli);
int run_app_show(struct cli *cli);
int run_app_set(struct cli *cli);
int run_app_rotate(struct cli *cli);
int run_app_enable(struct cli *cli);
int run_app_disable(struct cli *cli);
int run_key_create(struct cli *cli);
int run_key_list(struct cli *cli);
int run_key_show(struct cli *cli);
int run_key_rotate(struct cli *cli);
int run_key_revoke(struct cli *cli);
int run_key_rotate_master(struct cli *cli);
int run_channel_create(struct cli *cli);
int run_channel_members(struct cli *cli);
int run_channel_list(struct cli *cli);
int run_channel_show(struct cli *cli);
int run_channel_rotate(struct cli *cli);
int run_channel_enable(struct cli *cli);
int run_channel_disable(struct cli *cli);
int run_order_list(struct cli *cli);
int run_order_show(struct cli *cli);
int run_notify_list(struct cli *cli);
int run_notify_resend(struct cli *cli);
int run_notify_probe(struct cli *cli);
int cli_send_again(struct cli *cli, const char *no);    /* cmd_notify_again.c */
int run_alerts(struct cli *cli);
int run_alerts_close(struct cli *cli);
int run_sign(struct cli *cli);
int run_verify(struct cli *cli);
int run_audit(struct cli *cli);
int run_doctor(struct cli *cli);
int run_sizes(struct cli *cli);

/* Prints "shroffctl: what: why" and the cure; exit code 1, or 2 for what the user typed wrong. */
int cli_fail(enum pay_err err, const char *what, const char *why);
/* Is there an app as --app says, or none said? False after a message. */
bool cli_app_known(struct cli *cli);
/* Ends what out_open began: `empty` is printed only when it is known that there is nothing. */
int cli_listed(struct cli *cli, enum pay_err err, const char *what, const char *empty);
/* A whole number option, fallback when not given; false after a message. */
struct number_option { enum opt opt; int64_t min, max, fallback; };
bool cli_number(const struct cli *cli, const struct number_option *want, int64_t *out);
/* RFC 3339, 0 when not given; false after a message. */
bool cli_time(const struct cli *cli, enum opt opt, int64_t *out);
/* --status: a state's word, in any case; STATE_ANY when not given. False after a message. */
bool cli_state(const struct cli *cli, const struct state_table *of, int64_t *out);
/* The bytes of the file an option names ("-": standard input), as they are and a NUL behind them;
 * none when it is not given. False after a message. */
struct cli_bytes { char *room; size_t size, len; };
bool cli_bytes(const struct cli *cli, enum opt opt, struct cli_bytes *out);
/* The same as text, one line end cut off; *out NULL when not given. False with a NUL in it, too. */
bool cli_file(const struct cli *cli, enum opt opt, char *room, size_t size, const char **out);

#endif
