/* sync.c - see sync.h. */
#include "settle/sync.h"

#include <stdio.h>

#include "app/alert.h"
#include "app/app.h"
#include "app/channel_config.h"
#include "app/due_owner.h"
#include "channel/ask_gaps.h"
#include "channel/gate.h"
#include "order/order_row.h"
#include "settle/ask.h"
#include "settle/cancel.h"
#include "settle/close.h"
#include "settle/settle.h"

/* clang-format off */
#define ATTEMPTS_IN(state) \
    { .due = DUE_BY_CHANNEL("pay_order_extension", "idx_sync", \
                            "status = " STATE(state) " AND next_sync_time <= UTC_TIMESTAMP(3)", \
                            "next_sync_time"), \
      .claim = "UPDATE pay_order_extension" \
               "   SET next_sync_time = UTC_TIMESTAMP(3) + INTERVAL 1 MINUTE WHERE id = ?", \
      .no_token = true, \
      .owners = OF_APP_AND_CHANNEL }
/* clang-format on */
const struct db_due ATTEMPTS_DUE = ATTEMPTS_IN(ATTEMPT_WAITING);
const struct db_due CANCELS_DUE = ATTEMPTS_IN(ATTEMPT_CLOSED);

/* An attempt and what its order says of it. */
struct unsure {
    int64_t id, channel_id, app_id, status, sync_times;
    int64_t surplus; /* its order has ended, or has a newer attempt */
    char no[NO_SIZE];
};
static const struct db_column UNSURE_COLUMNS[] = {
    DB_COLUMN(struct unsure, id),         DB_COLUMN(struct unsure, channel_id),
    DB_COLUMN(struct unsure, app_id),     DB_COLUMN(struct unsure, status),
    DB_COLUMN(struct unsure, sync_times), DB_COLUMN(struct unsure, surplus),
    DB_COLUMN(struct unsure, no),
};

static enum pay_err unsure_read(struct db *db, int64_t attempt_id, struct unsure *out)
{
    /* clang-format off */
    static const char SQL[] =
        "SELECT e.id, e.channel_id, o.app_id, e.status, e.sync_times,"
        "       o.status <> " STATE(ORDER_WAITING) " OR EXISTS (SELECT 1 FROM pay_order_extension n"
        "         WHERE n.order_id = e.order_id AND n.id > e.id AND n.of_id IS NULL) AS surplus,"
        "       e.no"
        "  FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
        " WHERE e.id = ?";
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(attempt_id) };

    enum pay_err err = db_select(
        db,
        &(struct db_query){
            .sql = SQL, .in = in, .n = COUNT(in), .shape = DB_SHAPE(UNSURE_COLUMNS), .row = out });
    db_end(db);
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

/* ---- one attempt */

static enum pay_err silence_alert(struct db *db, const struct unsure *row)
{
    char text[256];

    snprintf(text, sizeof(text),
             "channel %lld was asked %lld times about attempt %s and does not say what became of"
             " it; it is asked once a day from now on",
             (long long)row->channel_id, (long long)row->sync_times + 1, row->no);
    return alert_raise_silence(
        db, row->channel_id,
        &(const struct alert_crowd){
            .kind = "attempt_unknown", .app_id = row->app_id, .about = row->no, .text = text });
}

struct asked {
    const struct unsure *row;
    bool answered, over; /* over: the answer says an end */
};

/* Puts the next question off. An attempt that has ended by now is not asked about again. */
static enum pay_err asked_work(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET next_sync_time = IF(?, NULL, UTC_TIMESTAMP(3) + INTERVAL ? SECOND),"
        "       sync_times = ?"
        " WHERE id = ? AND status = ?";
    /* clang-format on */
    const struct asked *w = arg;
    const int64_t times = w->row->sync_times + 1;
    const struct db_param in[] = {
        DB_NUM(w->over && w->row->status == ATTEMPT_CLOSED ? 1 : 0),
        DB_NUM(ask_gap_s(times)),
        DB_NUM(times),
        DB_NUM(w->row->id),
        DB_NUM(w->row->status),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK && !w->answered && ask_is_overdue(times) ? silence_alert(db, w->row) : err;
}

struct answer {
    bool doubted; /* settle says when it is asked next */
    bool over;    /* it says an end */
};

/* A conflict is on record, with its alert. */
static enum pay_err answer_apply(struct db *db, const struct channel_config *channel,
                                 const struct channel_said *said, struct answer *out)
{
    enum verdict verdict;

    if (said->state == CHANNEL_WAITING || said->state == CHANNEL_NOT_FOUND)
        return PAY_OK;
    enum pay_err err = settle(db, channel, said, NULL, &verdict);
    out->doubted = err == PAY_OK && verdict == VERDICT_DOUBTED;
    out->over = err == PAY_OK && !out->doubted;
    return settle_is_conflict(err) ? PAY_OK : err;
}

/* An order needs an attempt no more: it is ended. One that a cancel has ended is only asked about.
 * PAY_UNKNOWN when the channel does not answer or is gone; PAY_FAULT when it cannot be asked, or
 * what it said not be applied. */
static enum pay_err channel_question(struct db *db, const struct config *config,
                                     const struct unsure *row, struct answer *out)
{
    const struct channel_config *channel;
    struct channel_said said = { .meaning = MEANS_NOTHING };

    enum pay_err err = channel_config_by_id(db, config, row->channel_id, &channel);
    db_end(db);
    if (err != PAY_OK)
        return err == PAY_NO_CHANNEL ? PAY_UNKNOWN : err;
    const bool ends = row->surplus != 0 && row->status == ATTEMPT_WAITING;
    err = (ends ? attempt_close : attempt_question)(db, channel, row->no, &said);
    return err == PAY_OK ? answer_apply(db, channel, &said, out) : err;
}

enum pay_err attempt_sync(struct db *db, const struct config *config, int64_t attempt_id)
{
    struct answer said = { .over = false };
    struct unsure row;

    enum pay_err err = unsure_read(db, attempt_id, &row);
    if (err != PAY_OK || row.status == ATTEMPT_SUCCESS || gate_is_shut(row.channel_id))
        return err;
    const enum pay_err answer = channel_question(db, config, &row, &said);
    if (answer == PAY_DB_AWAY || answer == PAY_LOST || said.doubted)
        return answer;
    struct asked asked = { .row = &row, .answered = answer == PAY_OK, .over = said.over };
    err = db_txn(db, asked_work, &asked);
    return err == PAY_OK && answer != PAY_UNKNOWN ? answer : err;
}

/* ---- one order, for the merchant */

struct sync_turn {
    const struct order_syncing *syncing;
    struct ask_turn turn;
};

static enum pay_err sync_turn_work(struct db *db, void *arg)
{
    struct sync_turn *w = arg;

    enum pay_err err = nonce_spend(db, w->syncing->app_id, w->syncing->nonce);
    return err == PAY_OK ? order_ask_turn(db, &w->turn) : err;
}

static enum pay_err channels_ask(const struct order_syncing *s, const struct order *order)
{
    static const struct wanted NOTHING;
    struct open_list open;

    if (order->expired != 0)
        return order_expire(s->db, s->config, order->id);
    enum pay_err err = open_read(s->db, order->id, &NOTHING, &open);
    db_end(s->db);
    return err == PAY_OK ? open_ask(s->db, s->config, &open) : err;
}

enum pay_err order_sync_by(struct db *db, const struct config *config, int64_t order_id,
                           struct order *out)
{
    static const char SQL[] = ORDER_SELECT " WHERE o.id = ?";
    static const struct wanted NOTHING;
    const struct db_param in[] = { DB_NUM(order_id) };
    struct open_list open;

    enum pay_err err = open_read(db, order_id, &NOTHING, &open);
    db_end(db);
    if (err == PAY_OK)
        err = open_ask(db, config, &open);
    for (size_t i = 0; i < open.count && err == PAY_OK && !open.paid; i++)
        err = open.at[i].silent ? PAY_UNKNOWN : PAY_OK;
    if (err == PAY_OK)
        err = order_read(db, SQL, DB_LIST(in), out);
    db_end(db);
    return err;
}

/* The answer shows the order as it stands, also when a channel does not answer. */
static bool is_shown(enum pay_err err)
{
    return err == PAY_UNKNOWN || settle_is_conflict(err);
}

enum pay_err order_sync(const struct order_syncing *s)
{
    static struct order order;
    struct sync_turn w = { .syncing = s, .turn = { .gap_s = 2 } };

    enum pay_err err = nonce_check(s->db, s->app_id, s->nonce);
    if (err == PAY_OK)
        err = order_find(s->db, s->app_id, s->key, false, &order);
    db_end(s->db);
    if (err != PAY_OK)
        return err;
    const bool may_ask = order.status == ORDER_WAITING && gate_sit(s->app_id, GATE_WAIT);
    w.turn.order_id = may_ask ? order.id : 0;
    err = db_txn(s->db, sync_turn_work, &w);
    if (err == PAY_OK && w.turn.mine)
        err = channels_ask(s, &order);
    return is_shown(err) ? PAY_OK : err;
}
