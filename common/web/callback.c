/* callback.c - admitted, then believed in this order: size, type, members, signature, timestamp,
 * price and currency, state. Until its signature fits, a callback may come from any stranger: what
 * it costs is bounded before the database is touched (web/callers.h) and in it
 * (settle/callback_refused.c). */
#include "web/callback.h"
#include <string.h>
#include "base/log.h"
#include "base/stats.h"
#include "wire/signed_json.h"
#include "settle/settle.h"
#include "app/space.h"
#include "web/callback_headers.h"
#include "web/callers.h"
#include "web/skeleton/content_type.h"
#include "web/skeleton/rate.h"
#include "web/skeleton/request_read.h"

#define HEADERS_MAX 16384
#define BRIEF_MAX 2048

struct taking {
    struct call *call;
    int64_t number;                         /* of the channel asked for; 0: the attempt names it */
    const struct channel_config *asked;     /* NULL: that number is no channel's, or 0 */
    const struct channel_driver *driver;
    const struct channel_config *channel;   /* whose key; NULL: a dummy one */
    struct channel_notice notice;
    struct json *json;
    struct callback_raw raw;
    char pay_id[NO_SIZE];
    struct channel_result result;
    enum verdict verdict;
    bool admitted, believed;
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

/* Size comes before rate in the contract, and costs nothing. */
static enum pay_err let_in(struct taking *t)
{
    const struct request *request = t->call->request;

    t->admitted = callers_enter(t->call->db, request->client);
    if (t->admitted)
        return PAY_OK;
    return request_announced(request) > BODY_MAX ? PAY_TOO_LARGE : PAY_RATE;
}

/* A number that is no channel's is answered as an attempt that is not there, in the words of the
 * mock channel where there is one, so that channels cannot be counted by it. */
static enum pay_err find_channel(struct taking *t)
{
    const struct config *config = t->call->config;

    t->driver = channel_driver_find("mock", config->test_mode);
    if (t->number == 0)
        return t->driver ? PAY_OK : PAY_NOT_FOUND;
    enum pay_err err = channel_config_by_id(t->call->db, config, t->number, &t->asked);
    if (err == PAY_NO_CHANNEL)
        return t->driver ? PAY_OK : PAY_BAD_SIGN;
    if (err != PAY_OK)
        return err;
    t->driver = t->asked->driver;
    t->raw.channel_id = t->number;
    return PAY_OK;
}

static enum pay_err too_large(struct taking *t)
{
    text_addf(t->call->why, "the body is over %zu bytes: send less", t->driver->notice_max);
    if (rate_take_line(t->raw.remote_address))
        log_event(LOG_INFO, "callback.too_large", KN("channel_id", t->raw.channel_id),
                  KN("bytes", t->raw.announced), KV("client", t->raw.remote_address));
    return PAY_TOO_LARGE;
}

static enum pay_err read_body(struct taking *t)
{
    static char headers[HEADERS_MAX];
    struct text text = TEXT(headers);
    struct request *request = t->call->request;

    callback_headers(request, &text);
    t->raw.headers = headers;
    t->raw.announced = request_announced(request);
    enum pay_err err = request_read_body(request, t->driver->notice_max);
    if (err == PAY_TOO_LARGE)
        return too_large(t);
    t->raw.body = t->notice.body = request->body;
    t->raw.body_len = t->notice.body_len = request->body_len;
    if (err != PAY_OK)
        return err;
    return !*request->content_type || content_type_is(request->content_type, "application/json")
               ? PAY_OK
               : PAY_BAD_TYPE;
}

static enum pay_err read_members(struct taking *t)
{
    struct call *call = t->call;
    size_t len = call->request->body_len;
    const char *at = json_behind_mark(call->request->body, &len);

    /* before the JSON library sees them */
    if (json_members_over(at, len, SIGNED_MEMBERS_MAX)) {
        text_addf(call->why, "more than %d members: send fewer", SIGNED_MEMBERS_MAX);
        return PAY_BAD_FIELD;
    }
    enum pay_err err = json_parse(at, len, &t->json);
    if (err == PAY_OK && json_kind(t->json) != JSON_OBJECT)
        err = PAY_BAD_BODY;
    if (err != PAY_OK) {
        json_explain(at, len, call->why);
        return err;
    }
    t->notice.json = t->json;
    err = t->driver->peek(&t->notice, t->pay_id, &call->field);
    if (err == PAY_OK)
        call_about(call, NULL, t->pay_id);
    return err;
}

/* Another channel's attempt counts as none: the dummy key refuses it like a wrong signature. */
static enum pay_err choose_key(struct taking *t)
{
    int64_t id = 0;

    t->channel = NULL;
    enum pay_err err = attempt_find(t->call->db, t->pay_id, &t->raw.found, &id);
    if (err == PAY_NOT_FOUND)
        return PAY_OK;
    if (err == PAY_OK && t->number == 0)
        err = channel_config_by_id(t->call->db, t->call->config, id, &t->channel);
    else if (t->asked && t->number == id)
        t->channel = t->asked;
    if (err == PAY_NO_CHANNEL || (t->channel && t->channel->driver != t->driver)) {
        t->channel = NULL;
        err = PAY_OK;
    }
    if (t->channel || err == PAY_FAULT)     /* there, but its secrets do not open: on record too */
        t->raw.channel_id = id;
    return err;
}

static enum pay_err check_sign(struct taking *t)
{
    enum pay_err err =
        t->driver->parse_notify(t->channel ? &t->channel->account : NULL, &t->notice, &t->result);

    if (err == PAY_OK && !t->channel)       /* no key, no belief, whatever a driver says */
        err = PAY_BAD_SIGN;
    t->believed = err == PAY_OK;
    return err;
}

static enum pay_err (*const STEPS[])(struct taking *t) = {
    let_in, find_channel, read_body, read_members, choose_key, check_sign,
};

static bool is_outage(enum pay_err err)
{
    return err_row(err)->http >= 500;
}

/* What goes on record when nothing was applied. */
static enum verdict verdict_of(const struct taking *t, enum pay_err err)
{
    static const struct { enum pay_err err; enum verdict verdict; } ROWS[] = {
        { PAY_RATE, VERDICT_RATE }, { PAY_TOO_LARGE, VERDICT_TOO_LARGE },
        { PAY_BAD_TYPE, VERDICT_BAD_TYPE },
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

/* One that is not believed is put on record while there is room for it. */
static enum pay_err record_stranger(struct taking *t)
{
    static char brief[BRIEF_MAX];
    struct text text = TEXT(brief);
    bool kept = false;
    enum pay_err err = PAY_OK;

    callback_headers(t->call->request, &text);
    t->raw.headers_brief = brief;
    /* A number that could be read still names the attempt, so that the row leads to its order. */
    if (t->verdict == VERDICT_BAD_FIELD && *t->pay_id && choose_key(t) != PAY_OK)
        t->raw.found = NULL;
    if (!space_is_short(t->call->db, t->call->config))
        err = callback_refused(t->call->db, &t->raw, t->verdict, &kept);
    if (!kept)
        stats_add("shroff_callbacks_not_kept_total", "", 1);
    return err;
}

/* Puts what was not applied on record, in a transaction of its own. Without that row it never came
 * and the sender is to come again; but a COMMIT that was lost stays "we do not know". */
static enum pay_err refuse(struct taking *t, enum pay_err err)
{
    t->verdict = verdict_of(t, err);
    if (!t->admitted)
        return err;
    enum pay_err row = t->believed ? callback_record(t->call->db, &t->raw, t->verdict)
                                   : record_stranger(t);
    if (row != PAY_OK)
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

/* An outage is no refusal: it counts against no address. */
static enum caller_end end_of(const struct taking *t, enum pay_err err)
{
    return t->believed ? CALLER_BELIEVED : is_outage(err) ? CALLER_NEITHER : CALLER_REFUSED;
}

/* settle_result records the raw row itself, but for an attempt that it does not find. */
static enum pay_err take(struct taking *t)
{
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < COUNT(STEPS) && err == PAY_OK; i++)
        err = STEPS[i](t);
    if (err != PAY_OK)
        return refuse(t, err);
    err = settle_result(t->call->db, t->channel, &t->result, &t->raw, &t->verdict);
    return err == PAY_NOT_FOUND || is_outage(err) ? refuse(t, err) : err;
}

enum pay_err callback_take(struct call *call, int64_t channel_id)
{
    struct request *request = call->request;

    __attribute__((cleanup(taking_drop))) struct taking t = {
        .call = call, .number = channel_id,
        .notice = { .header = header_of, .header_arg = request, .why = call->why },
        .raw = { .kind = "order", .remote_address = request->client },
    };

    enum pay_err err = take(&t);
    if (t.admitted)
        callers_leave(request->client, end_of(&t, err));
    count(t.verdict);
    return err;
}
