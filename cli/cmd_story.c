/* shroffctl order …, notify …, alerts … */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "pay/alert.h"
#include "pay/notify.h"
#include "pay/notify_admin.h"
#include "pay/story.h"

static enum pay_err event_print(void *arg, const struct story_event *event)
{
    struct out *out = arg;

    out_row(out);
    out_time(out, "time", event->time);
    out_str(out, "what", event->what);
    out_str(out, "about", event->about);
    out_str(out, "text", event->text);
    return PAY_OK;
}

int run_order_show(struct cli *cli)
{
    char order_no[NO_SIZE];
    int64_t id;

    enum pay_err err = story_find(cli->db, cli->arg[0], &id, order_no);
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0], NULL);
    out_open(&cli->out, cli->value[OPT_JSON], true);
    err = story_read(cli->db, id, event_print, &cli->out);
    out_close(&cli->out, NULL);
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, "order show", NULL);
}

struct status_word {
    const char *word;
    int64_t status;
};
static const struct status_word STATUS_WORDS[] = {
    { "WAITING", NOTIFY_WAITING },
    { "SUCCESS", NOTIFY_SUCCESS },
    { "FAILURE", NOTIFY_FAILURE },
};

static const char *status_word(int64_t status)
{
    for (size_t i = 0; i < COUNT(STATUS_WORDS); i++)
        if (STATUS_WORDS[i].status == status)
            return STATUS_WORDS[i].word;
    return "?";
}

static bool status_option(const struct cli *cli, int64_t *status)
{
    *status = -1;
    if (!cli->value[OPT_STATUS])
        return true;
    for (size_t i = 0; i < COUNT(STATUS_WORDS); i++) {
        if (str_eq_nocase(STATUS_WORDS[i].word, cli->value[OPT_STATUS])) {
            *status = STATUS_WORDS[i].status;
            return true;
        }
    }
    fprintf(stderr, "shroffctl: --status is WAITING, SUCCESS or FAILURE\n");
    return false;
}

static enum pay_err task_print(void *arg, const struct task_row *task)
{
    struct out *out = arg;

    out_row(out);
    out_str(out, "no", task->no);
    out_str(out, "app_key", task->app_key);
    out_str(out, "event", task->event);
    out_str(out, "merchant_order_id", task->merchant_order_id);
    out_str(out, "status", status_word(task->status));
    out_i64(out, "notify_times", task->notify_times);
    out_i64(out, "max_notify_times", task->max_notify_times);
    out_time(out, "next_notify_time", task->next_notify_time);
    out_str(out, "last_error", task->last_error);
    out_str(out, "notify_url", task->notify_url);
    out_time(out, "create_time", task->create_time);
    return PAY_OK;
}

int run_notify_list(struct cli *cli)
{
    struct task_filter filter = { .app_key = cli->value[OPT_APP], .after = cli->value[OPT_AFTER] };

    if (!status_option(cli, &filter.status) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &filter.limit))
        return 2;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = notify_task_list(cli->db, &filter, task_print, &cli->out);
    out_close(&cli->out, "no notifications");
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, "notify list", NULL);
}

int run_notify_resend(struct cli *cli)
{
    enum pay_err err = notify_task_resend(cli->db, &cli->actor, cli->arg[0]);
    if (err == PAY_CONFLICT)
        return cli_fail(err, cli->arg[0], "the merchant acknowledged it already");
    if (err == PAY_TRY_AGAIN)
        return cli_fail(err, cli->arg[0], "a runner has it in hand: try again in a minute");
    if (err != PAY_OK)
        return cli_fail(err, cli->arg[0], NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "no", cli->arg[0]);
    out_str(&cli->out, "status", "WAITING");
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

static enum pay_err alert_print(void *arg, const struct alert *alert)
{
    struct out *out = arg;

    out_row(out);
    out_i64(out, "id", alert->id);
    out_str(out, "kind", alert->kind);
    out_i64(out, "app_id", alert->app_id);
    out_str(out, "about", alert->about);
    out_i64(out, "times", alert->times);
    out_time(out, "create_time", alert->create_time);
    out_str(out, "closed_by", alert->closed_by);
    out_str(out, "text", alert->text);
    return PAY_OK;
}

int run_alerts(struct cli *cli)
{
    int64_t limit, after;

    if (!cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 100 }, &limit) ||
        !cli_number(cli, &(struct number_option){ OPT_AFTER, 0, INT64_MAX, 0 }, &after))
        return 2;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    enum pay_err err = alert_list(cli->db, cli->value[OPT_ALL], after, limit, alert_print,
                                  &cli->out);
    out_close(&cli->out, "no open alerts");
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, "alerts", NULL);
}

int run_alerts_close(struct cli *cli)
{
    int64_t id;

    if (!str_to_i64(cli->arg[0], 1, INT64_MAX, &id))
        return cli_fail(PAY_NOT_FOUND, cli->arg[0], "want an alert's number (shroffctl alerts)"), 2;
    enum pay_err err = alert_close(cli->db, id, cli->actor.who, cli->actor.why);
    return err == PAY_OK ? EXIT_SUCCESS : cli_fail(err, "alerts close", NULL);
}
