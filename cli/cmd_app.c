/* cmd_app.c - shroffctl app … */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "io/http/http.h"
#include "registry/registry_view.h"

static enum pay_err app_print(void *arg, void *row)
{
    struct cli *cli = arg;
    const struct app_row *app = row;
    struct out *out = &cli->out;

    out_row(out);
    out_view(out, &APP_VIEW, app);
    return PAY_OK;
}

static bool text_option(const struct cli *cli, enum opt opt, char *to, size_t size)
{
    if (!cli->value[opt] || text_copy(to, size, cli->value[opt]))
        return true;
    out_say("'%.40s…' is too long", cli->value[opt]);
    return false;
}

/* Overlays the options given on app. */
static bool app_options(const struct cli *cli, struct app_row *app)
{
    return text_option(cli, OPT_NAME, app->name, sizeof(app->name)) &&
           text_option(cli, OPT_NOTIFY_URL, app->order_notify_url, sizeof(app->order_notify_url)) &&
           text_option(cli, OPT_REFUND_NOTIFY_URL, app->refund_notify_url,
                       sizeof(app->refund_notify_url)) &&
           text_option(cli, OPT_TRANSFER_NOTIFY_URL, app->transfer_notify_url,
                       sizeof(app->transfer_notify_url)) &&
           text_option(cli, OPT_SCHEDULE, app->notify_schedule, 256) &&
           text_option(cli, OPT_LATE_PAYMENT, app->late_payment, sizeof(app->late_payment)) &&
           text_option(cli, OPT_ALLOWED_NETS, app->allowed_nets, sizeof(app->allowed_nets)) &&
           text_option(cli, OPT_REMARK, app->remark, 256) &&
           cli_number(
               cli, &(struct number_option){ OPT_APPEND_CHANNEL, 0, 1, app->notify_append_channel },
               &app->notify_append_channel) &&
           cli_number(cli, &(struct number_option){ OPT_NOTIFY_CLOSED, 0, 1, app->notify_closed },
                      &app->notify_closed);
}

/* An address that is not notified today is said, not refused: the network may come later. */
static void app_warn(const struct cli *cli, const struct app_row *app)
{
    const struct {
        enum opt opt;
        const char *url;
    } urls[] = {
        { OPT_NOTIFY_URL, app->order_notify_url },
        { OPT_REFUND_NOTIFY_URL, app->refund_notify_url },
        { OPT_TRANSFER_NOTIFY_URL, app->transfer_notify_url },
    };

    for (size_t i = 0; i < COUNT(urls); i++)
        if (cli->value[urls[i].opt] &&
            http_url_blocked(urls[i].url, &cli->config.notify_allow_nets))
            out_say("warning: nothing is sent to %s: it is not a public address, and"
                    " SHROFF_NOTIFY_ALLOW_NETS does not have its network",
                    urls[i].url);
}

int run_app_create(struct cli *cli)
{
    struct app_row app = { .notify_append_channel = 1,
                           .notify_schedule = "long",
                           .late_payment = "refund" };
    char secret[WEBHOOK_TEXT_SIZE];

    if (!app_options(cli, &app))
        return 2;
    enum pay_err err = registry_app_create(cli->db, &cli->actor, &app, secret);
    if (err != PAY_OK)
        return cli_fail(err, "app create", cli->actor.problem);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "app_key", app.app_key);
    out_str(&cli->out, "webhook_secret", secret);
    out_close(&cli->out, NULL);
    app_warn(cli, &app);
    return EXIT_SUCCESS;
}

int run_app_list(struct cli *cli)
{
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = registry_app_list(cli->db, app_print, cli);
    return cli_listed(cli, err, "app list", "no apps yet: shroffctl app create --name …");
}

int run_app_show(struct cli *cli)
{
    struct app_row app;

    enum pay_err err = registry_app_get(cli->db, cli->arg[0], &app);
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0], NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    (void)app_print(cli, &app);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

int run_app_set(struct cli *cli)
{
    struct app_row app;

    enum pay_err err = registry_app_get(cli->db, cli->arg[0], &app);
    if (err == PAY_OK && !app_options(cli, &app))
        return 2;
    if (err == PAY_OK)
        err = registry_app_set(cli->db, &cli->actor, &app);
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0], cli->actor.problem);
    app_warn(cli, &app);
    return run_app_show(cli);
}

int run_app_rotate(struct cli *cli)
{
    char secret[WEBHOOK_TEXT_SIZE];
    const char *app_key = cli->arg_count ? cli->arg[0] : cli->value[OPT_APP];
    int64_t overlap;

    if (!app_key)
        return cli_fail(PAY_BAD_FIELD, "app rotate", "which app? --app APP_KEY"), 2;
    if (!cli_number(cli, &(struct number_option){ OPT_OVERLAP, 0, OVERLAP_MAX, OVERLAP_DEFAULT },
                    &overlap))
        return 2;
    enum pay_err err = registry_app_rotate(cli->db, &cli->actor, app_key, overlap, secret);
    if (err != PAY_OK)
        return cli_fail(err, app_key, NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "app_key", app_key);
    out_str(&cli->out, "webhook_secret", secret);
    out_i64(&cli->out, "old_secret_ends_in_seconds", overlap);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

static int app_status(struct cli *cli, int64_t status)
{
    enum pay_err err = registry_app_status(cli->db, &cli->actor, cli->arg[0], status);
    return err == PAY_OK ? run_app_show(cli) : cli_fail(err, cli->arg[0], NULL);
}

int run_app_enable(struct cli *cli)
{
    return app_status(cli, APP_ENABLED);
}

int run_app_disable(struct cli *cli)
{
    return app_status(cli, APP_DISABLED);
}
