/* cmd_notify.c - shroffctl notify … */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json_text.h"
#include "base/ulid.h"
#include "cli/command.h"
#include "io/http/http.h"
#include "notify/notify.h"
#include "notify/notify_admin.h"

#define RATE_MAX 10000
#define PROBE_TIMEOUT_MS 10000

static enum pay_err task_print(void *arg, void *row)
{
    struct out *out = arg;
    const struct task_row *task = row;

    out_row(out);
    out_view(out, &TASK_VIEW, task);
    return PAY_OK;
}

int run_notify_list(struct cli *cli)
{
    struct task_filter filter = { .app_key = cli->value[OPT_APP], .after = cli->value[OPT_AFTER] };

    if (!cli_state(cli, &NOTIFY_STATE_TABLE, &filter.status) ||
        !cli_number(cli, &(struct number_option){ OPT_LIMIT, 1, 1000, 50 }, &filter.limit))
        return 2;
    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    out_open(&cli->out, cli->value[OPT_JSON], true);
    int64_t all = 0;
    enum pay_err err = notify_task_list(cli->db, &filter, task_print, &cli->out);
    if (err == PAY_OK && cli->out.rows == filter.limit)
        err = notify_task_count(cli->db, &filter, &all);
    cli->out.more = all - cli->out.rows;
    return cli_listed(cli, err, "notify list", "no notifications");
}

static int resend_one(struct cli *cli, const char *no)
{
    enum pay_err err = notify_task_resend(cli->db, &cli->actor, no);

    if (err == PAY_CONFLICT) /* acknowledged, which is final */
        return cli_send_again(cli, no);
    if (err == PAY_TRY_AGAIN)
        return cli_fail(err, no, "a runner has it in hand: try again in a minute");
    if (err != PAY_OK)
        return cli_fail(err, no, NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_str(&cli->out, "no", no);
    out_str(&cli->out, "status", state_word(&NOTIFY_STATE_TABLE, NOTIFY_WAITING));
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

static int resend_many(struct cli *cli)
{
    struct resend_many many = { .actor = &cli->actor,
                                .app_key = cli->value[OPT_APP],
                                .dry = cli->value[OPT_DRY_RUN] };
    int64_t count;

    if (!cli_state(cli, &NOTIFY_STATE_TABLE, &many.status) ||
        !cli_time(cli, OPT_FROM, &many.from) || !cli_time(cli, OPT_TO, &many.to) ||
        !cli_number(cli, &(struct number_option){ OPT_RATE, 1, RATE_MAX, 20 }, &many.rate))
        return 2;
    if (many.status != NOTIFY_FAILURE && many.status != NOTIFY_WAITING)
        return cli_fail(PAY_BAD_FIELD, "notify resend",
                        "name one by its webhook-id, or many: --status FAILURE (or WAITING)"),
               2;
    enum pay_err err = notify_tasks_resend(cli->db, &many, &count);
    if (err != PAY_OK)
        return cli_fail(err, "notify resend", NULL);
    out_open(&cli->out, cli->value[OPT_JSON], false);
    out_row(&cli->out);
    out_i64(&cli->out, many.dry ? "would_resend" : "resent", count);
    out_i64(&cli->out, "over_seconds", count / many.rate);
    out_close(&cli->out, NULL);
    return EXIT_SUCCESS;
}

int run_notify_resend(struct cli *cli)
{
    if (cli->arg_count)
        return resend_one(cli, cli->arg[0]);
    return cli_app_known(cli) ? resend_many(cli) : EXIT_FAILURE;
}

/* ---- probe: does this merchant really check signatures? */

struct probe {
    const char *url;
    char id[NO_SIZE], body[256];
    size_t len;
    int64_t now;
};

/* Sends the ping with the signature given; true when it was acknowledged as a notification is. */
static bool probe_send(const struct cli *cli, const struct probe *probe, const char *signature,
                       struct http_answer *answer)
{
    char id[64], stamp[64], sign[512];

    snprintf(id, sizeof(id), "webhook-id: %s", probe->id);
    snprintf(stamp, sizeof(stamp), "webhook-timestamp: %lld", (long long)probe->now);
    snprintf(sign, sizeof(sign), "webhook-signature: %s", signature);
    http_send(
        &(struct http_request){ .method = "POST",
                                .url = probe->url,
                                .body = probe->body,
                                .body_len = probe->len,
                                .headers = { "Content-Type: application/json", id, stamp, sign },
                                .timeout_ms = PROBE_TIMEOUT_MS,
                                .allow = &cli->config.notify_allow_nets,
                                .keep = 2048 },
        answer);
    return answer->end == HTTP_DONE &&
           notify_acknowledged(answer->status, answer->body, answer->body_len);
}

/* What stood in the way of an acknowledgement. */
static const char *probe_why(const struct http_answer *answer, char *room, size_t size)
{
    struct text t = text_over(room, size);
    const size_t shown = utf8_cut(answer->body, answer->body_len, 200);

    if (answer->end == HTTP_BLOCKED_ADDR)
        return "not a public address: SHROFF_NOTIFY_ALLOW_NETS lists the networks that may be"
               " called all the same";
    if (answer->end != HTTP_DONE)
        return answer->reason;
    if (answer->status != 200)
        text_addf(&t, "answered %d, 200 is wanted: ", answer->status);
    else
        text_add(&t, "the body is no acknowledgement (success, or {\"code\":0}): ");
    text_add_n(&t, answer->body, shown);
    return room;
}

static bool probe_try(struct cli *cli, const struct probe *probe, const char *what,
                      const char *signature)
{
    struct http_answer answer;
    char room[512];

    bool acknowledged = probe_send(cli, probe, signature, &answer);
    out_row(&cli->out);
    out_str(&cli->out, "sent", what);
    out_str(&cli->out, "result", http_end_word(answer.end));
    out_i64(&cli->out, "http_status", answer.status);
    out_str(&cli->out, "acknowledged", acknowledged ? "yes" : "no");
    out_str(&cli->out, "why", acknowledged ? "" : probe_why(&answer, room, sizeof(room)));
    http_answer_free(&answer);
    return acknowledged;
}

static void probe_write(struct probe *out, const char *url)
{
    struct text body = TEXT(out->body);
    struct json_text j = JSON_TEXT(&body);

    ulid_new(out->id);
    json_open(&j, NULL);
    json_str(&j, "type", "ping");
    json_time(&j, "timestamp", clock_now_ms());
    json_open(&j, "data");
    json_close(&j);
    json_close(&j);
    out->url = url;
    out->len = body.len;
    out->now = clock_now_s();
}

static int probe_run(struct cli *cli, const struct probe *probe, const char *signature)
{
    static const char FORGED[] = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    out_open(&cli->out, cli->value[OPT_JSON], true);
    bool forged = probe_try(cli, probe, "forged", FORGED);
    bool good = probe_try(cli, probe, "good", signature);
    out_close(&cli->out, NULL);
    if (forged)
        fprintf(stderr, "DANGER: a forged one was acknowledged: signatures are not checked\n");
    else if (good)
        fprintf(stderr, "signatures are checked\n");
    else
        fprintf(stderr, "the good one was not acknowledged either: nothing is proved\n");
    return good && !forged ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_notify_probe(struct cli *cli)
{
    char signature[256];
    struct text to = TEXT(signature);
    struct webhook_keys keys;
    struct http_url parts;
    struct app_row app;
    struct probe probe;

    if (!http_url_ok(cli->arg[0], &parts))
        return cli_fail(PAY_BAD_FIELD, cli->arg[0], "want an absolute http or https URL"), 2;
    enum pay_err err = registry_app_get(cli->db, cli->value[OPT_APP], &app);
    if (err == PAY_OK)
        err = app_webhook_keys(cli->db, app.id, &keys);
    if (err != PAY_OK)
        return cli_fail(err, cli->value[OPT_APP], NULL);
    probe_write(&probe, cli->arg[0]);
    const struct notify_message message = { probe.id, probe.now, probe.body, probe.len };
    if (!notify_sign(&keys, &message, &to))
        return cli_fail(PAY_FAULT, "notify probe", NULL);
    return probe_run(cli, &probe, signature);
}
