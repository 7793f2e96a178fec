/* callback.c - believed in this order: members, signature, timestamp, price and currency, state. */
#include "web/callback.h"
#include <string.h>
#include "base/stats.h"
#include "pay/settle.h"
#include "web/callback_headers.h"

#define HEADERS_MAX 16384

struct taking {
    struct call *call;
    const struct channel_driver *driver;
    const struct channel_config *channel;   /* whose key; NULL: a dummy one */
    struct channel_notice notice;
    struct json *json;
    struct callback_raw raw;
    char pay_id[NO_SIZE];
    struct channel_result result;
    enum verdict verdict;
};

static void taking_drop(struct taking *t)
{
    if (t->json)
        json_free(&t->json);
}

static const char *header_of(void *arg, const char *name)
{
    return request_header(arg, name);
}

static enum pay_err read_body(struct taking *t)
{
    size_t len = t->call->request->body_len;
    const char *at = json_behind_mark(t->call->request->body, &len);

    enum pay_err err = json_parse(at, len, &t->json);
    if (err == PAY_OK && json_kind(t->json) != JSON_OBJECT)
        err = PAY_BAD_BODY;
    if (err != PAY_OK) {
        json_explain(at, len, t->call->why);
        return err;
    }
    t->notice.json = t->json;
    err = t->driver->peek(&t->notice, t->pay_id, &t->call->field);
    if (err == PAY_OK)
        call_about(t->call, NULL, t->pay_id);
    return err;
}

/* Another channel's attempt counts as none: the dummy key refuses it like a wrong signature. */
static enum pay_err choose_key(struct taking *t, const struct channel_config *asked)
{
    int64_t id = 0;

    t->channel = NULL;
    enum pay_err err = attempt_find(t->call->db, t->pay_id, &t->raw.found, &id);
    if (err == PAY_NOT_FOUND)
        return PAY_OK;
    if (err != PAY_OK)
        return err;
    if (asked) {
        t->channel = asked->account.id == id ? asked : NULL;
        return PAY_OK;
    }
    err = channel_config_by_id(t->call->db, t->call->config, id, &t->channel);
    if (err == PAY_NO_CHANNEL || (err == PAY_OK && t->channel->driver != t->driver)) {
        t->channel = NULL;
        return PAY_OK;
    }
    return err;
}

static enum pay_err check_sign(struct taking *t, const struct channel_config *asked)
{
    enum pay_err err = choose_key(t, asked);

    if (err != PAY_OK)
        return err;
    if (t->channel)
        t->raw.channel_id = t->channel->account.id;
    err = t->driver->parse_notify(t->channel ? &t->channel->account : NULL, &t->notice, &t->result);
    if (err == PAY_OK && !t->channel)       /* no key, no belief, whatever a driver says */
        err = PAY_BAD_SIGN;
    return err;
}

static bool is_outage(enum pay_err err)
{
    return err_row(err)->http >= 500;
}

/* What goes on record when nothing was applied. */
static enum verdict verdict_of(const struct taking *t, enum pay_err err)
{
    static const struct { enum pay_err err; enum verdict verdict; } ROWS[] = {
        { PAY_BAD_BODY, VERDICT_BAD_BODY }, { PAY_BAD_FIELD, VERDICT_BAD_FIELD },
        { PAY_UNSIGNED, VERDICT_UNSIGNED }, { PAY_BAD_TIME, VERDICT_BAD_TIME },
        { PAY_NOT_FOUND, VERDICT_UNKNOWN_ATTEMPT }, { PAY_LOST, VERDICT_LOST },
        { PAY_DB_AWAY, VERDICT_DB_AWAY }, { PAY_TRY_AGAIN, VERDICT_DB_AWAY },
    };

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        if (ROWS[i].err == err)
            return ROWS[i].verdict;
    }
    if (is_outage(err))
        return VERDICT_FAULT;
    return t->channel ? VERDICT_BAD_SIGN : VERDICT_UNKNOWN_ATTEMPT;
}

/* Puts what was not applied on record, in a transaction of its own. Without that row it never came
 * and the sender is to come again; but a COMMIT that was lost stays "we do not know". */
static enum pay_err refuse(struct taking *t, enum pay_err err)
{
    t->verdict = verdict_of(t, err);
    if (callback_refused(t->call->db, &t->raw, t->verdict) != PAY_OK)
        return err == PAY_LOST ? err : PAY_DB_AWAY;
    return err == PAY_NOT_FOUND || err == PAY_UNSIGNED ? PAY_BAD_SIGN : err;
}

static void count(enum verdict verdict)
{
    char label[64];
    struct text text = TEXT(label);

    text_addf(&text, "verdict=\"%s\"", verdict_word(verdict));
    stats_add("shroff_callbacks_total", label, 1);
}

/* settle_result records the raw row itself, but for an attempt that it does not find. */
static enum pay_err take(struct taking *t, const struct channel_config *asked)
{
    enum pay_err err = read_body(t);

    if (err == PAY_OK)
        err = check_sign(t, asked);
    if (err != PAY_OK)
        return refuse(t, err);
    err = settle_result(t->call->db, t->channel, &t->result, &t->raw, &t->verdict);
    return err == PAY_NOT_FOUND || is_outage(err) ? refuse(t, err) : err;
}

enum pay_err callback_take(struct call *call, const struct channel_driver *driver,
                           const struct channel_config *channel)
{
    static char headers[HEADERS_MAX];
    const struct request *request = call->request;
    struct text headers_text = TEXT(headers);

    callback_headers(request, &headers_text);
    __attribute__((cleanup(taking_drop))) struct taking t = {
        .call = call, .driver = driver,
        .notice = { .body = request->body, .body_len = request->body_len, .header = header_of,
                    .header_arg = (void *)(uintptr_t)request },
        .raw = { .channel_id = channel ? channel->account.id : 0, .kind = "order",
                 .remote_address = request->client, .headers = headers,
                 .body = request->body, .body_len = request->body_len },
    };

    enum pay_err err = take(&t, channel);
    count(t.verdict);
    return err;
}
