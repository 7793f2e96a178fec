/* cmd_channel_test.c - shroffctl channel test: is a channel's configuration right? Its form, its
 * certificates and the callback address are looked at here; then the channel is asked about an
 * order that nobody has, which costs nothing and shows whether the keys work. */
#include <stdio.h>
#include <stdlib.h>

#include "app/channel_config.h"
#include "channel/call.h"
#include "cli/doctor.h"

#define NOBODYS_NO "00000000000000000000000000"
#define CLOCK_WINDOW_S 300

/* ---- here */

static void cert_check(void *arg, const char *name, int64_t end_time)
{
    struct doctor *d = arg;
    const enum finding finding = cert_finding(end_time);
    char room[200], when[TIME_TEXT_SIZE];
    struct text t = TEXT(room), when_text = TEXT(when);

    time_add(&when_text, end_time);
    text_addf(&t,
              finding == FAIL   ? "%s has ended (%s): paste a new one"
              : finding == WARN ? "%s ends soon (%s): paste a new one"
                                : "%s is good until %s",
              name, when);
    doctor_note(d, finding, "certificate", room);
}

static void address_check(struct doctor *d)
{
    const char *base = d->cli->config.base_url;
    const struct net_list none = { .count = 0 };
    const bool test = d->cli->config.test_mode;
    char room[400];
    struct text t = TEXT(room);

    const bool plain = !str_starts(base, "https://"), inside = http_url_blocked(base, &none);
    text_addf(&t, "callbacks come to %s", base);
    if (plain || inside)
        text_addf(&t,
                  ": %s, so a real channel cannot send any: set SHROFF_BASE_URL to the public"
                  " https address",
                  plain ? "it is not https" : "it is this machine's or a private network's");
    doctor_note(d, !plain && !inside ? FINE : test ? WARN : FAIL, "callback address", room);
}

static void status_check(struct doctor *d, const struct channel_config *channel)
{
    const bool enabled = channel->status == CHANNEL_ENABLED;

    doctor_note(d, enabled ? FINE : WARN, "channel",
                enabled
                    ? channel->account.code
                    : "it is disabled, so no new order is paid on it: shroffctl channel enable");
}

/* ---- at the channel */

/* No answer came. */
static const char *const ENDS[] = {
    [HTTP_DONE] = "",
    [HTTP_DNS] = "the channel's name is not found: is the DNS of this machine right, and"
                 " config.gateway or config.base?",
    [HTTP_CONNECT] = "the channel cannot be reached: does a firewall let this machine out to port"
                     " 443?",
    [HTTP_TLS] = "the channel's certificate or its TLS is not right: is ca-certificates installed,"
                 " this machine's clock right, and is something between that opens TLS?",
    [HTTP_TIMEOUT] = "the channel does not answer in time: does a firewall let this machine out to"
                     " port 443?",
    [HTTP_TOO_LARGE] = "what answers is not the channel: its answer is over 64 KiB",
    [HTTP_BLOCKED_ADDR] = "the channel's address is not allowed",
    [HTTP_BROKEN] = "the connection broke: try again; is something between that cuts it?",
    [HTTP_BAD_URL] = "the channel was not called: config.gateway or config.base must be an https"
                     " address",
};

static void no_answer(const struct channel_met *met, struct text *t)
{
    if (met->end != HTTP_DONE)
        text_addf(t, "%s%s%s%s", ENDS[met->end], *met->reason ? " (" : "", met->reason,
                  *met->reason ? ")" : "");
    else if (met->status / 100 == 2)
        text_add(t, "what answers is not the channel, or a proxy altered the answer: compare"
                    " config.gateway or config.base");
    else
        text_addf(t,
                  "HTTP %d came, and not the channel's form of a refusal: compare config.gateway"
                  " or config.base%s%s",
                  met->status, *met->reason ? "; " : "", met->reason);
}

static void refusal(const struct channel_driver *driver, const struct channel_said *said,
                    struct text *t)
{
    const struct channel_code *row =
        channel_code_told(driver->codes, said->error_code, said->error_msg);

    text_addf(t, "%s (%s): %s", said->error_code, said->error_msg,
              row ? row->says : "a code that Shroff does not know");
}

static void clock_check(struct doctor *d)
{
    const int64_t ahead = channel_call_met()->ahead_s;
    char room[160];
    struct text t = TEXT(room);

    if (llabs(ahead) <= CLOCK_WINDOW_S / 5)
        return;
    text_addf(&t,
              "this machine's clock is %lld s %s the channel's: set it (NTP); from %d s on"
              " requests are refused",
              (long long)llabs(ahead), ahead > 0 ? "behind" : "ahead of", CLOCK_WINDOW_S);
    doctor_note(d, llabs(ahead) >= CLOCK_WINDOW_S ? FAIL : WARN, "clock", room);
}

static void call_check(struct doctor *d, const struct channel_config *channel)
{
    const struct channel_driver *driver = channel->driver;
    struct channel_said said = { .meaning = MEANS_NOTHING };
    char room[1200];
    struct text t = TEXT(room);

    if (channel->account.product->way == BY_LEDGER) {
        doctor_note(d, FINE, "call", "balances are kept here: there is no channel to call");
        return;
    }
    const enum pay_err err =
        (driver->probe ? driver->probe : driver->query)(&channel->account, NOBODYS_NO, &said);
    if (err == PAY_OK)
        text_add(&t, "the channel answers as it must: the keys of both sides work");
    else if (said.error_code[0] != '\0')
        refusal(driver, &said, &t);
    else
        no_answer(channel_call_met(), &t);
    doctor_note(d, err == PAY_OK ? FINE : said.meaning == MEANS_BUSY ? WARN : FAIL, "call", room);
    clock_check(d);
}

static void channel_check(struct doctor *d, const struct channel_config *channel)
{
    status_check(d, channel);
    if (channel->driver->certs)
        channel->driver->certs(&channel->account, cert_check, d);
    address_check(d);
    call_check(d, channel);
}

int run_channel_test(struct cli *cli)
{
    static const char NONE[] = "the app has no such channel (shroffctl channel list --app …)";
    struct doctor d = { .cli = cli };
    const struct channel_config *channel;
    struct app_row app;

    if (!cli_app_known(cli))
        return EXIT_FAILURE;
    enum pay_err err = registry_app_get(cli->db, cli->value[OPT_APP], &app);
    if (err == PAY_OK)
        err = channel_config_by_code(cli->db, &cli->config, app.id, cli->arg[0], &channel);
    if (err != PAY_OK && err != PAY_FAULT)
        return cli_fail(err, cli->arg[0], err == PAY_NO_CHANNEL ? NONE : NULL);
    out_open(&cli->out, cli->value[OPT_JSON], true);
    if (err == PAY_FAULT)
        doctor_note(&d, FAIL, "configuration", channel_config_why());
    else
        doctor_note(&d, FINE, "configuration", "its members are well-formed and fit each other");
    if (err == PAY_OK)
        channel_check(&d, channel);
    out_close(&cli->out, NULL);
    return d.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
