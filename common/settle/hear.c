/* hear.c - a callback from the raw bytes to the verdict on record. Before its signature is checked
 * it may come from any stranger: callback_refused.c bounds what it costs in the database, and
 * web/callers.h decides which addresses are admitted at all. */
#include "settle/hear.h"

#include <string.h>

#include "app/space.h"
#include "base/stats.h"

#define HEADERS_MAX 16384
#define BRIEF_MAX 2048
#define MEMBERS_MAX 64 /* of a JSON body, at any depth */

/* A number that no channel has is checked with a dummy key and answered like a real one. So a
 * stranger cannot find out which channels exist. */
static enum pay_err find_channel(struct hearing *h)
{
    enum pay_err err = PAY_NO_CHANNEL;

    if (h->number != 0)
        err = channel_config_by_id(h->db, h->config, h->number, &h->asked);
    if (h->asked && !h->asked->driver->hear)
        err = PAY_NO_CHANNEL;
    if (err == PAY_NO_CHANNEL)
        h->asked = NULL;
    h->shut = err == PAY_FAULT && h->asked;
    if (err != PAY_OK && err != PAY_NO_CHANNEL && !h->shut)
        return err;
    h->driver = h->asked ? h->asked->driver : channel_stand_in(h->config->test_mode, h->number);
    h->raw.channel_id = h->asked ? h->number : 0;
    if (h->shut)
        h->asked = NULL;
    return h->driver ? PAY_OK : PAY_BAD_SIGN;
}

enum pay_err hear_begin(struct hearing *h)
{
    static const char *const KINDS[] = {
        [ABOUT_ORDER] = "order",
        [ABOUT_REFUND] = "refund",
        [ABOUT_TRANSFER] = "transfer",
    };
    static char headers[HEADERS_MAX];
    struct text text = TEXT(headers);

    h->raw.kind = KINDS[h->about];
    enum pay_err err = find_channel(h);
    if (err != PAY_OK)
        return err;
    h->source.all(h->source.arg, &text);
    h->raw.headers = headers;
    return PAY_OK;
}

static enum pay_err body_parse(struct hearing *h)
{
    size_t len = h->raw.body_len;
    const char *at = json_behind_mark(h->raw.body, &len);

    /* before the JSON library sees them */
    if (json_members_over(at, len, MEMBERS_MAX)) {
        text_addf(h->why, "more than %d members: send fewer", MEMBERS_MAX);
        return PAY_BAD_FIELD;
    }
    enum pay_err err = json_parse(at, len, &h->json);
    if (err == PAY_OK && json_kind(h->json) != JSON_OBJECT)
        err = PAY_BAD_BODY;
    if (err != PAY_OK)
        json_explain(at, len, h->why);
    return err;
}

static enum pay_err body_read(struct hearing *h)
{
    enum pay_err err = h->driver->body == CHANNEL_JSON ? body_parse(h) : PAY_OK;

    h->callback = (struct channel_callback){
        .body = h->raw.body,
        .body_len = h->raw.body_len,
        .json = h->json,
        .header = h->source.header,
        .header_arg = h->source.arg,
        .why = h->why,
        .about = h->about,
    };
    if (err != PAY_OK || !h->driver->read_no)
        return err;
    return h->driver->read_no(&h->callback, h->no, &h->field);
}

/* The number is that of a refund or a transfer of this channel, which its row then names. A signed
 * one can be any text: of orders that others make at the same merchant's account. */
static void number_keep(struct hearing *h)
{
    h->raw.out_no = h->about == ABOUT_ORDER || !ulid_is(h->no) ? NULL : h->no;
}

/* For protocols whose callbacks name the attempt only inside the encrypted part. */
static enum pay_err asked_key(struct hearing *h)
{
    h->channel = h->asked;
    return PAY_OK;
}

/* An attempt of another channel counts as unknown: the dummy key refuses it like a wrong signature.
 * A callback that names an attempt of a channel whose keys do not open may be genuine: PAY_FAULT. A
 * stranger knows no such number, and gets the dummy key's answer there too. */
static enum pay_err choose_key(struct hearing *h)
{
    int64_t id = 0;

    if (!h->driver->read_no)
        return asked_key(h);
    h->channel = NULL;
    enum pay_err err = attempt_find_about(h->db, h->about, h->no, &h->raw.found, &id);
    if (err == PAY_NOT_FOUND)
        return PAY_OK;
    if (err == PAY_OK && h->number == 0)
        err = channel_config_by_id(h->db, h->config, id, &h->channel);
    else if (err == PAY_OK && h->number == id && h->shut)
        err = PAY_FAULT;
    else if (h->asked && h->number == id)
        h->channel = h->asked;
    if (err == PAY_NO_CHANNEL || (h->channel && h->channel->driver != h->driver)) {
        h->channel = NULL;
        err = PAY_OK;
    }
    /* its secrets do not open: also on record */
    if (h->channel || err == PAY_FAULT) {
        h->raw.channel_id = id;
        number_keep(h);
    }
    return err;
}

static enum pay_err check_sign(struct hearing *h)
{
    const struct channel_account *account = h->channel ? &h->channel->account : NULL;

    enum pay_err err = h->driver->hear(account, &h->callback, &h->said);
    if (err == PAY_OK && !account) /* without a key none is genuine */
        err = PAY_BAD_SIGN;
    h->believed = err == PAY_OK;
    if (h->believed && !text_copy(h->no, sizeof(h->no), h->said.no))
        err = PAY_FAULT;
    if (h->believed)
        number_keep(h);
    return err;
}

/* ---- the verdict, and the row */

static bool is_outage(enum pay_err err)
{
    return err_row(err)->http >= 500;
}

/* The verdict on record when nothing was applied. */
static enum verdict verdict_of(const struct hearing *h, enum pay_err err)
{
    static const struct {
        enum pay_err err;
        enum verdict verdict;
    } ROWS[] = {
        { PAY_RATE, VERDICT_RATE },           { PAY_TOO_LARGE, VERDICT_TOO_LARGE },
        { PAY_BAD_TYPE, VERDICT_BAD_TYPE },   { PAY_BAD_BODY, VERDICT_BAD_BODY },
        { PAY_BAD_FIELD, VERDICT_BAD_FIELD }, { PAY_UNSIGNED, VERDICT_UNSIGNED },
        { PAY_BAD_TIME, VERDICT_BAD_TIME },   { PAY_NOT_FOUND, VERDICT_UNKNOWN_ATTEMPT },
        { PAY_LOST, VERDICT_LOST },           { PAY_DB_AWAY, VERDICT_DB_AWAY },
        { PAY_TRY_AGAIN, VERDICT_DB_AWAY },
    };

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        if (ROWS[i].err == err)
            return ROWS[i].verdict;
    }
    /* No number outside the encrypted part: it may be genuine. */
    if (is_outage(err) || (h->shut && !h->driver->read_no))
        return VERDICT_FAULT;
    return h->channel ? VERDICT_BAD_SIGN : VERDICT_UNKNOWN_ATTEMPT;
}

/* A callback that is not genuine is put on record while there is room for it. */
static enum pay_err record_stranger(struct hearing *h)
{
    static char brief[BRIEF_MAX];
    struct text text = TEXT(brief);
    bool kept = false;
    enum pay_err err = PAY_OK;

    h->source.all(h->source.arg, &text);
    h->raw.headers_brief = brief;
    /* A number that could be read still names the attempt, so that the row leads to its order. */
    if (h->verdict == VERDICT_BAD_FIELD && *h->no != '\0' && choose_key(h) != PAY_OK)
        h->raw.found = NULL;
    if (!space_is_short(h->db, h->config))
        err = callback_refused(h->db, &h->raw, h->verdict, &kept);
    if (!kept)
        stats_add("shroff_callbacks_not_kept_total", "", 1);
    return err;
}

/* Puts a callback that was not applied on record, in a transaction of its own. If that fails, the
 * answer asks the sender to send it again. After a lost COMMIT the result stays unknown. */
static enum pay_err refusal_record(struct hearing *h, enum pay_err err)
{
    h->verdict = verdict_of(h, err);
    enum pay_err row = h->believed ? callback_record(h->db, &h->raw, h->verdict)
                                   : record_stranger(h);
    if (row != PAY_OK)
        return err == PAY_LOST ? err : PAY_DB_AWAY;
    return err == PAY_NOT_FOUND || err == PAY_UNSIGNED ? PAY_BAD_SIGN : err;
}

static void verdict_count(enum verdict verdict)
{
    char label[64];
    struct text text = TEXT(label);

    text_addf(&text, "verdict=\"%s\"", verdict_word(verdict));
    stats_add("shroff_callbacks_total", label, 1);
}

/* settle records the raw row itself, unless it does not find the attempt. */
static enum pay_err verdict_apply(struct hearing *h)
{
    static enum pay_err (*const STEPS[])(struct hearing * h) = {
        body_read,
        choose_key,
        check_sign,
    };
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < COUNT(STEPS) && err == PAY_OK; i++)
        err = STEPS[i](h);
    if (err != PAY_OK)
        return refusal_record(h, err);
    err = settle(h->db, h->channel, &h->said, &h->raw, &h->verdict);
    return err == PAY_NOT_FOUND || is_outage(err) ? refusal_record(h, err) : err;
}

enum pay_err hear(struct hearing *h)
{
    enum pay_err err = verdict_apply(h);

    json_free(&h->json);
    verdict_count(h->verdict);
    return err;
}

bool hear_answer(const struct hearing *h, enum pay_err err, struct channel_answer *out)
{
    return h->driver && h->driver->acknowledge && h->driver->acknowledge(err, out);
}

enum pay_err hear_refuse(struct hearing *h, enum pay_err err)
{
    err = refusal_record(h, err);
    verdict_count(h->verdict);
    return err;
}

void hear_not_admitted(enum pay_err err)
{
    verdict_count(err == PAY_TOO_LARGE ? VERDICT_TOO_LARGE : VERDICT_RATE);
}
