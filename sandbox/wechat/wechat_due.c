/* wechat_due.c - what ends by time alone: refunds, transfers, batches. */
#include "sandbox/wechat/wechat_books.h"
#include <string.h>

#define DUE_MAX 64

struct due_row {
    char kind[9], no[33], account[33];
};
struct due_list {
    struct due_row at[DUE_MAX];
    size_t count;
};

static enum pay_err row_take(void *arg, void *row)
{
    struct due_list *list = arg;
    const struct sandbox_move *move = row;
    struct due_row *to = &list->at[list->count];
    const bool refund = str_eq(move->kind, SANDBOX_REFUND);

    if (list->count == DUE_MAX)
        return PAY_OK;
    if (!text_copy(to->kind, sizeof(to->kind), move->kind) ||
        !text_copy(to->no, sizeof(to->no), move->no) ||
        !text_copy(to->account, sizeof(to->account), refund ? move->account : ""))
        return PAY_FAULT;
    list->count++;
    return PAY_OK;
}

struct due_work {
    const struct config *config;
    const struct due_row *row;
    struct sandbox_move move;
    struct sandbox_trade trade;
};

/* ---- refunds */

static const char *refund_settle(struct due_work *w)
{
    const bool helped = *w->move.detail != '\0';

    w->move.due_time = 0;
    if (!helped && sandbox_plays(w->move.scenario, SCENARIO_REFUND_ABNORMAL)) {
        w->move.state = MOVE_STUCK;
        return "ABNORMAL";
    }
    if (!helped && sandbox_plays(w->move.scenario, SCENARIO_REFUND_CLOSED)) {
        w->move.state = MOVE_FAILED;
        w->trade.refunded.minor -= w->move.amount.minor;
        return "CLOSED";
    }
    w->move.state = MOVE_DONE;
    w->move.done_time = w->move.now;
    return "SUCCESS";
}

static void refund_plain(const struct due_work *w, const char *status, struct text *to)
{
    const struct sandbox_trade *t = &w->trade;
    struct json_text j = JSON_TEXT(to);
    char when[WECHAT_TIME_SIZE];
    const int64_t refund = w->move.amount.minor;

    json_open(&j, NULL);
    json_str(&j, "mchid", t->merchant);
    json_str(&j, "out_trade_no", t->out_trade_no);
    json_str(&j, "transaction_id", t->trade_no);
    json_str(&j, "out_refund_no", w->move.out_no);
    json_str(&j, "refund_id", w->move.no);
    json_str(&j, "refund_status", status);
    if (w->move.state == MOVE_DONE)
        json_str(&j, "success_time", wechat_time(w->move.done_time, when));
    json_open(&j, "amount");
    json_i64(&j, "total", t->amount.minor);
    json_i64(&j, "refund", refund);
    json_i64(&j, "payer_total", t->amount.minor - t->discount.minor);
    json_i64(&j, "payer_refund", refund - t->discount.minor * refund / t->amount.minor);
    json_close(&j);
    json_str(&j, "user_received_account", "支付用户零钱");
    json_close(&j);
}

/* Of the payment's scenarios a refund's notice takes over what is about keys and forms. */
static const char *refund_fault(const struct sandbox_move *move)
{
    static const enum sandbox_scenario_id TAKEN[] = { SCENARIO_REFUND_XML, SCENARIO_KEY_SWITCH,
                                                      SCENARIO_CERT_ROTATION };

    for (size_t i = 0; i < COUNT(TAKEN); i++) {
        if (sandbox_plays(move->scenario, TAKEN[i]))
            return move->scenario;
    }
    return "";
}

static enum pay_err refund_end(struct db *db, struct due_work *w)
{
    char event[33], plain_room[2048];
    struct text name = TEXT(event), plain = TEXT(plain_room);
    const bool xml = sandbox_plays(w->move.scenario, SCENARIO_REFUND_XML);
    const char *status = refund_settle(w);

    refund_plain(w, status, &plain);
    text_addf(&name, "REFUND.%s", status);
    enum pay_err err = plain.full ? PAY_FAULT : sandbox_trade_save(db, &w->trade);
    if (err == PAY_OK)
        err = sandbox_move_save(db, &w->move);
    if (err != PAY_OK)
        return err;
    return wechat_notice_add(
        db, w->config,
        &(struct wechat_news){ .event = event,
                               .plain = plain_room,
                               .url = xml ? str_or(w->move.notify_url, w->trade.notify_url)
                                          : w->move.notify_url,
                               .number = w->trade.out_trade_no,
                               .scenario = refund_fault(&w->move),
                               .trade_id = w->trade.id });
}

/* ---- all kinds */

static enum pay_err due_txn(struct db *db, void *arg)
{
    struct due_work *w = arg;
    const bool refund = str_eq(w->row->kind, SANDBOX_REFUND);
    const struct sandbox_move_key key = {
        .kind = w->row->kind, .channel = WECHAT, .no = w->row->no, .lock = true
    };
    enum pay_err err = refund ? wechat_refund_trade(db, w->row->account, true, &w->trade) : PAY_OK;

    if (err == PAY_OK)
        err = sandbox_move_find(db, &key, &w->move);
    if (err != PAY_OK || w->move.due_time == 0 || w->move.due_time > w->move.now)
        return err;
    if (refund)
        return refund_end(db, w);
    return str_eq(w->row->kind, SANDBOX_BATCH) ? wechat_batch_end(db, w->config, &w->move)
                                               : wechat_bill_end(db, w->config, &w->move);
}

/* Batches come last, since they count their parts. */
static enum pay_err due_run(struct db *db, const struct config *config, const struct due_list *list,
                            bool batches)
{
    static struct due_work work;
    enum pay_err err = PAY_OK;

    for (size_t i = 0; i < list->count && err == PAY_OK; i++) {
        if (str_eq(list->at[i].kind, SANDBOX_BATCH) != batches)
            continue;
        work.config = config;
        work.row = &list->at[i];
        err = db_txn(db, due_txn, &work);
        err = err == PAY_NO_ROW ? PAY_OK : err;
    }
    return err;
}

enum pay_err wechat_due(struct db *db, const struct config *config, size_t *worked)
{
    static struct due_list list;

    list.count = 0;
    enum pay_err err = sandbox_move_each(
        db, &(struct sandbox_move_range){ .channel = WECHAT, .due = true }, row_take, &list);
    if (err == PAY_OK)
        err = due_run(db, config, &list, false);
    if (err == PAY_OK)
        err = due_run(db, config, &list, true);
    *worked = list.count;
    return err;
}
