/* sandbox_control.c - see sandbox_control.h: what steers trades. What shows them is in
 * sandbox_control_show.c. */
#include "sandbox/core/sandbox_control.h"

#include <string.h>
#include "base/clock.h"
#include "base/json_text.h"
#include "io/json/json.h"
#include "sandbox/core/sandbox_scenario.h"

#define CLOCK_MAX 31536000

struct steering {
    const struct sandbox_channel *const *channels;
    const struct config *config;
    const char *out_trade_no;
    char channel[9], scenario[33];
    bool pay, cancel, has_scenario;
    int64_t success_time;
    struct sandbox_trade trade;
};

static void control_refuse(struct sandbox_answer *out, int status, const char *why)
{
    struct json_text j = JSON_TEXT(out->body);

    text_reset(out->body);
    out->status = status;
    out->type = "application/json";
    json_open(&j, NULL);
    json_str(&j, "error", why);
    json_close(&j);
}

/* {"pay": {}} and {"pay": 1} mean it as well as true does. */
static bool member_true(const struct sandbox_request *in, const char *name)
{
    size_t len = 0;
    const char *value = json_span(in->body, in->body_len, name, &len);

    return value && *value != 'f' && *value != 'n';
}

/* False: it is there and is no text that fits. */
static bool member_copy(const struct json *body, const char *name, char *to, size_t size)
{
    const struct json *value = json_member(body, name);
    size_t len = 0;

    *to = '\0';
    if (!value)
        return true;
    const char *text = json_kind(value) == JSON_STRING ? json_text(value, &len) : NULL;
    return text && text_copy_n(to, size, text, len);
}

/* NULL, or what is wrong. */
static const char *steering_read(const struct sandbox_request *in, const struct json *body,
                                 struct steering *w)
{
    char when[40];

    if (!member_copy(body, "channel", w->channel, sizeof(w->channel)))
        return "channel is no text";
    w->has_scenario = json_member(body, "scenario");
    if (!member_copy(body, "scenario", w->scenario, sizeof(w->scenario)) ||
        (*w->scenario && !sandbox_scenario_named(NULL, w->scenario)))
        return "scenario: there is none of that name";
    if (!member_copy(body, "success_time", when, sizeof(when)) ||
        (*when && !time_parse(when, &w->success_time)))
        return "success_time is no time of RFC 3339";
    w->pay = member_true(in, "pay");
    w->cancel = member_true(in, "cancel");
    if (w->pay && w->cancel)
        return "pay and cancel exclude each other";
    return w->pay || w->cancel || w->has_scenario ? NULL : "say pay, cancel or scenario";
}

static enum pay_err steer_work(struct db *db, void *arg)
{
    struct steering *w = arg;
    const struct sandbox_trade_key key = { .channel = w->channel,
                                           .lock = true,
                                           .out_trade_no = w->out_trade_no };
    enum pay_err err = sandbox_trade_find(db, &key, &w->trade);

    if (err != PAY_OK)
        return err;
    if (w->has_scenario) {
        if (!text_copy(w->trade.scenario, sizeof(w->trade.scenario), w->scenario))
            return PAY_FAULT;
        err = sandbox_trade_save(db, &w->trade);
    }
    for (size_t i = 0; w->channels[i] && err == PAY_OK; i++) {
        const struct sandbox_payment how = { .success_time = w->success_time };
        if (!str_eq(w->channels[i]->word, w->trade.channel))
            continue;
        if (w->pay)
            err = w->channels[i]->pay(db, w->config, &w->trade, &how);
        else if (w->cancel)
            err = w->channels[i]->cancel(db, w->config, &w->trade);
    }
    return err;
}

void sandbox_control_steer(const struct sandbox_request *in,
                           const struct sandbox_channel *const *channels,
                           struct sandbox_answer *out)
{
    static struct steering work;
    struct json *body = NULL;

    work = (struct steering){ .channels = channels,
                              .config = in->config,
                              .out_trade_no = in->segment };
    const char *wrong = json_parse(in->body, in->body_len, &body) == PAY_OK &&
                                json_kind(body) == JSON_OBJECT
                            ? steering_read(in, body, &work)
                            : "the body is no JSON object";
    json_free(&body);
    if (wrong) {
        control_refuse(out, 400, wrong);
        return;
    }
    enum pay_err err = db_txn(in->db, steer_work, &work);
    if (err == PAY_OK)
        sandbox_control_trade(in, out);
    else if (err == PAY_NO_ROW)
        control_refuse(out, 404, "no such trade");
    else
        control_refuse(out, err_row(err)->http, err_row(err)->msg);
}

void sandbox_control_clock(const struct sandbox_request *in, struct sandbox_answer *out)
{
    struct json_text j = JSON_TEXT(out->body);
    struct json *body = NULL;
    int64_t seconds = 0, due = 0;

    if (json_parse(in->body, in->body_len, &body) == PAY_OK && json_kind(body) == JSON_OBJECT &&
        json_member(body, "advance") && json_kind(json_member(body, "advance")) == JSON_INT)
        seconds = json_int(json_member(body, "advance"));
    json_free(&body);
    if (seconds < 1 || seconds > CLOCK_MAX) {
        control_refuse(out, 400, "advance: seconds from 1 to 31536000");
        return;
    }
    if (sandbox_clock_advance(in->db, NULL, seconds, &due) != PAY_OK) {
        control_refuse(out, 503, "the database is away");
        return;
    }
    out->type = "application/json";
    json_open(&j, NULL);
    json_i64(&j, "advanced", seconds);
    json_i64(&j, "due", due);
    json_close(&j);
}
