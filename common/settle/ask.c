/* ask.c - see ask.h. The calls are made outside any transaction. What a channel says is applied by
 * settle, under the order's lock. */
#include "settle/ask.h"

#include "base/clock.h"
#include "channel/call.h"
#include "settle/cancel.h"
#include "settle/settle.h"

#define ASKED_US 2500000 /* no call of a round begins later: a client waits meanwhile */

static const struct db_column OPEN_COLUMNS[] = {
    DB_COLUMN(struct open_attempt, id),    DB_COLUMN(struct open_attempt, channel_id),
    DB_COLUMN(struct open_attempt, no),    DB_COLUMN(struct open_attempt, same),
    DB_COLUMN(struct open_attempt, lasts), DB_COLUMN(struct open_attempt, sending),
};

static enum pay_err open_take(void *arg, void *row)
{
    struct open_list *list = arg;

    if (list->count < COUNT(list->at))
        list->at[list->count++] = *(const struct open_attempt *)row;
    return PAY_OK;
}

enum pay_err open_read(struct db *db, int64_t order_id, const struct wanted *wanted,
                       struct open_list *out)
{
    static const char SQL[] =
        "SELECT id, channel_id, no,"
        "       channel_id = ?"
        "         AND (? OR JSON_EQUALS(COALESCE(channel_extras, '{}'), COALESCE(?, '{}')))"
        "         AS same,"
        "       display_expire_time >= UTC_TIMESTAMP(3) + INTERVAL 30 SECOND AS lasts,"
        "       display_expire_time IS NULL AND create_time > UTC_TIMESTAMP(3) - INTERVAL 10 SECOND"
        "         AS sending"
        "  FROM pay_order_extension"
        " WHERE order_id = ? AND status = " STATE(ATTEMPT_WAITING) " ORDER BY id DESC LIMIT 50";
    const struct db_param in[] = {
        DB_NUM(wanted->channel_id),
        DB_NUM(wanted->any_extras),
        DB_OPT(str_or(wanted->extras, "")),
        DB_NUM(order_id),
    };
    struct open_attempt row = { .id = 0 };

    *out = (struct open_list){ .conflict = PAY_OK };
    return db_select(db, &(struct db_query){ .sql = SQL,
                                             .in = in,
                                             .n = COUNT(in),
                                             .shape = DB_SHAPE(OPEN_COLUMNS),
                                             .row = &row,
                                             .each = open_take,
                                             .arg = out });
}

/* Applies what a channel says of an attempt. */
static enum pay_err apply_answer(struct db *db, const struct channel_config *channel,
                                 const struct channel_said *result, struct open_list *open,
                                 struct open_attempt *one)
{
    enum verdict verdict;

    one->unknown_there = result->state == CHANNEL_NOT_FOUND;
    if (result->state == CHANNEL_WAITING || result->state == CHANNEL_NOT_FOUND)
        return PAY_OK;
    enum pay_err err = settle(db, channel, result, NULL, &verdict);
    if (settle_is_conflict(err)) {
        one->unsure = true;
        open->conflict = err;
        return PAY_OK;
    }
    if (err == PAY_OK && verdict == VERDICT_DOUBTED) {
        one->unsure = true;
        return PAY_OK;
    }
    one->ended = err == PAY_OK;
    open->paid = one->ended && result->state == CHANNEL_SUCCESS && !result->gone_back &&
                 !result->part_back;
    return err;
}

/* An attempt stays as it is when its channel has no configuration any more, does not answer, or is
 * not to be asked. */
static enum pay_err question_put(struct db *db, const struct config *config,
                                 attempt_ask *to_channel, struct open_list *open,
                                 struct open_attempt *one)
{
    const struct channel_config *channel;
    struct channel_said result;

    enum pay_err err = channel_config_by_id(db, config, one->channel_id, &channel);
    if (err != PAY_OK && err != PAY_NO_CHANNEL)
        return err;
    if (err == PAY_OK)
        err = to_channel(db, channel, one->no, &result);
    if (err == PAY_DB_AWAY || err == PAY_LOST)
        return err;
    one->silent = one->unsure = err != PAY_OK;
    return one->silent ? PAY_OK : apply_answer(db, channel, &result, open, one);
}

/* A channel that left one call without an answer is not asked again. */
static bool is_silent(const struct open_list *open, int64_t channel_id)
{
    for (size_t i = 0; i < open->count; i++)
        if (open->at[i].silent && open->at[i].channel_id == channel_id)
            return true;
    return false;
}

/* Asks the channel of each attempt in doubt, until one is paid. When the time is over or a channel
 * is silent, the attempts that are left stay in doubt. Another channel may still be asked for a new
 * attempt: the time for that is kept. */
static enum pay_err questions_put(struct db *db, const struct config *config,
                                  attempt_ask *to_channel, open_choice *in_question,
                                  struct open_list *open)
{
    const int64_t until = clock_ticks_us() + ASKED_US;
    enum pay_err err = PAY_OK;

    channel_time_keep(CHANNEL_SUBMIT_MS);
    for (size_t i = 0; i < open->count && err == PAY_OK && !open->paid; i++) {
        struct open_attempt *one = &open->at[i];
        if (!in_question(one))
            continue;
        if (clock_ticks_us() >= until || is_silent(open, one->channel_id))
            one->silent = one->unsure = true;
        else
            err = question_put(db, config, to_channel, open, one);
    }
    channel_time_keep(0);
    return err;
}

static bool is_left(const struct open_attempt *one)
{
    return !one->ended;
}

enum pay_err open_ask(struct db *db, const struct config *config, struct open_list *open)
{
    return questions_put(db, config, attempt_question, is_left, open);
}

enum pay_err open_end(struct db *db, const struct config *config, open_choice *chosen,
                      struct open_list *open)
{
    return questions_put(db, config, attempt_close, chosen, open);
}
