/* doctor_certs.c - doctor's look at the certificates of channels, those that channels sent too. */
#include "app/channel_config.h"
#include "base/clock.h"
#include "cli/doctor.h"

#define CERT_SOON_MS (30 * DAY_MS)

enum finding cert_finding(int64_t end_time)
{
    const int64_t left = end_time - clock_now_ms();

    return left <= 0 ? FAIL : left <= CERT_SOON_MS ? WARN : FINE;
}

struct certs_seen {
    struct doctor *d;
    const struct channel_config *channel;
    int64_t count, first; /* how many, and the end of the one that ends first */
};

static void cert_look(void *arg, const char *name, int64_t end_time)
{
    struct certs_seen *seen = arg;
    const enum finding finding = cert_finding(end_time);
    char room[400];
    struct text t = TEXT(room);

    if (seen->count++ == 0 || end_time < seen->first)
        seen->first = end_time;
    if (finding == FINE)
        return;
    text_addf(&t, "%s of channel %s/%s (%lld) %s ", name, seen->channel->app_key,
              seen->channel->account.code, (long long)seen->channel->account.id,
              finding == WARN ? "ends on" : "ended on");
    time_add(&t, end_time);
    text_add(&t, ": get the next one from the channel (docs/channels.md, Certificates that end)");
    doctor_note(seen->d, finding, "certificate", room);
}

void check_certs(struct doctor *d)
{
    struct certs_seen seen = { .d = d };
    char room[128];
    struct text t = TEXT(room);
    int64_t id = 0;

    enum pay_err err = doctor_channel_next(d->cli->db, &id);
    while (err == PAY_OK) {
        if (channel_config_by_id(d->cli->db, &d->cli->config, id, &seen.channel) == PAY_OK &&
            seen.channel->driver->certs)
            seen.channel->driver->certs(&seen.channel->account, cert_look, &seen);
        err = doctor_channel_next(d->cli->db, &id);
    }
    if (err != PAY_NO_ROW) {
        doctor_note(d, WARN, "certificates", err_row(err)->msg);
        return;
    }
    text_addf(&t, "%lld of channels", (long long)seen.count);
    if (seen.count > 0) {
        text_add(&t, ", the first to end on ");
        time_add(&t, seen.first);
    }
    doctor_note(d, FINE, "certificates", room);
}
