/* checkout_attempt.c - one attempt: planned, inserted, sent to its channel, its ticket recorded. */
#include "checkout/checkout_private.h"

#include <stdio.h>
#include <string.h>

#include "app/channel_setup.h"
#include "base/fault.h"
#include "order/order_row.h"
#include "settle/settle.h"

enum pay_err checkout_admit(const struct checkout_call *call, const struct channel_config **channel)
{
    *channel = NULL;
    if (call->app->status != APP_ENABLED)
        return PAY_APP_DISABLED;
    if (!call->channel)
        return PAY_OK;
    enum pay_err err =
        channel_config_by_code(call->db, call->config, call->app->id, call->channel, channel);
    return err == PAY_OK && (*channel)->status != CHANNEL_ENABLED ? PAY_NO_CHANNEL : err;
}

static struct channel_order order_for(const struct attempt_plan *plan, const struct order *order)
{
    return (struct channel_order){
        .pay_id = plan->pay_id,
        .subject = order->subject,
        .body = order->body,
        .currency = order->currency,
        .user_ip = order->user_ip,
        .return_url = order->return_url,
        .metadata = order->metadata,
        .price = order->price,
        .expire_time = order->expire_time,
    };
}

enum pay_err attempt_submitted(struct db *db, const struct attempt_plan *plan,
                               const struct order *order, struct channel_ticket *out)
{
    const struct channel_ledger ledger = { db, order->id, order->version + 1, order->user_id };
    const struct channel_config *channel = plan->channel;
    const char *extras = str_or(plan->call->extras, "");
    struct channel_order asked = order_for(plan, order);
    struct json *parsed = NULL;

    if (*extras != '\0' && json_parse(extras, strlen(extras), &parsed) != PAY_OK)
        return PAY_FAULT;
    asked.extras = parsed;
    asked.ledger = &ledger;
    enum pay_err err = channel->account.product->submit(&channel->account, &asked, out);
    json_free(&parsed);
    return err;
}

/* Does submitting make a call? */
static bool is_offline(const struct channel_product *product, const struct channel_order *order)
{
    return product->way == OFFLINE && (!product->by_call || !product->by_call(order));
}

/* A wallet pays from the balance of the order's user; it does not fill itself. */
const char *checkout_not_accepted(const struct channel_product *product, const struct order *order)
{
    if (product->currency && !str_eq(product->currency, order->currency))
        return "currency";
    if (product->return_max && strlen(order->return_url) > product->return_max)
        return "return_url";
    if (product->wants_ip && order->user_ip[0] == '\0')
        return "user_ip";
    if (product->way != BY_LEDGER)
        return NULL;
    if (order_is_recharge(order))
        return "channel";
    return order->user_id[0] == '\0' ? "user_id" : NULL;
}

enum pay_err attempt_plan(const struct checkout_call *call, const struct channel_config *channel,
                          const struct order *order, struct attempt_plan *out)
{
    out->call = call;
    out->channel = channel;
    channel_ticket_clear(&out->ticket);
    ulid_new(out->pay_id);
    const struct channel_order asked = order_for(out, order);
    const struct channel_product *product = channel->account.product;
    out->field = checkout_not_accepted(product, order);
    if (out->field)
        return PAY_BAD_FIELD;
    out->by_ledger = product->way == BY_LEDGER;
    out->refused = false;
    if (out->by_ledger &&
        !text_copy(out->ticket.display_mode, sizeof(out->ticket.display_mode), product->display))
        return PAY_FAULT;
    out->offline = is_offline(product, &asked);
    return out->offline ? attempt_submitted(NULL, out, order, &out->ticket) : PAY_OK;
}

static bool ticket_take(const struct channel_ticket *ticket, struct attempt *out)
{
    return text_copy(out->display_mode, sizeof(out->display_mode), ticket->display_mode) &&
           text_copy(out->display_content, sizeof(out->display_content), ticket->display_content);
}

enum pay_err attempt_planned(const struct attempt_plan *plan, const struct order *order,
                             struct attempt *out)
{
    const struct channel_account *channel = &plan->channel->account;

    *out = (struct attempt){
        .order_id = order->id,
        .channel_id = channel->id,
        .price = order->price,
        .status = ATTEMPT_WAITING,
    };
    return text_copy(out->no, sizeof(out->no), plan->pay_id) &&
                   text_copy(out->channel_code, sizeof(out->channel_code), channel->code) &&
                   text_copy(out->currency, sizeof(out->currency), order->currency) &&
                   ticket_take(&plan->ticket, out)
               ? PAY_OK
               : PAY_FAULT;
}

static int64_t shown_until(const struct channel_ticket *ticket, const struct order *order)
{
    return ticket->display_expire_time != 0 ? ticket->display_expire_time : order->expire_time;
}

struct inserted {
    int64_t id, create_time;
};
static const struct db_column INSERTED_COLUMNS[] = {
    DB_COLUMN(struct inserted, id),
    DB_COLUMN_TIME(struct inserted, create_time),
};

enum pay_err attempt_insert(struct db *db, const struct attempt_plan *plan,
                            const struct order *order, struct attempt *out)
{
    static const char SQL[] =
        "INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, user_ip,"
        " channel_extras, display_mode, display_content, display_expire_time, price,"
        " currency, next_sync_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL 10 SECOND)"
        " RETURNING id, create_time";
    const struct channel_account *channel = &plan->channel->account;
    const struct channel_ticket *ticket = &plan->ticket;
    const struct db_param in[] = {
        DB_NUM(order->id),
        DB_STR(plan->pay_id),
        DB_NUM(channel->id),
        DB_STR(channel->code),
        DB_OPT(order->user_ip),
        DB_OPT(plan->call->extras),
        DB_OPT(ticket->display_mode),
        DB_OPT(ticket->display_content),
        DB_WHEN(plan->offline ? shown_until(ticket, order) : 0),
        DB_MONEY(order->price),
        DB_STR(order->currency),
    };
    struct inserted row;

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(INSERTED_COLUMNS),
                                                         .row = &row });
    if (err != PAY_OK)
        return err;
    err = attempt_planned(plan, order, out);
    out->id = row.id;
    out->create_time = row.create_time;
    if (err == PAY_OK)
        err = order_latest_copy(db, order->id);
    FP_AFTER(err, "attempt.inserted");
    return err;
}

/* ---- channels that are called */

struct sent {
    const struct order *order;
    const struct attempt *attempt;
    const struct channel_ticket *ticket;
};

/* Attempts change under their order's lock. */
static enum pay_err order_hold(struct db *db, const struct sent *sent)
{
    struct order order;

    return order_lock(db, sent->attempt->order_id, &order);
}

/* A callback may have been faster: the state that it set is kept. */
static enum pay_err ticket_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET display_mode = ?, display_content = ?, display_expire_time = ?"
        " WHERE id = ?";
    const struct sent *w = arg;
    const struct db_param in[] = {
        DB_OPT(w->ticket->display_mode),
        DB_OPT(w->ticket->display_content),
        DB_WHEN(shown_until(w->ticket, w->order)),
        DB_NUM(w->attempt->id),
    };

    enum pay_err err = order_hold(db, w);
    if (err == PAY_OK)
        err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? order_latest_copy(db, w->attempt->order_id) : err;
}

enum pay_err attempt_refused(struct db *db, const struct attempt *attempt,
                             const struct channel_ticket *ticket)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = " STATE(ATTEMPT_CLOSED) ", channel_error_code = ?,"
        "       channel_error_msg = ?, next_sync_time = NULL"
        " WHERE id = ? AND status = " STATE(ATTEMPT_WAITING);
    /* clang-format on */
    const struct db_param in[] = {
        DB_OPT(ticket->error_code),
        DB_OPT(ticket->error_msg),
        DB_NUM(attempt->id),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_OK ? order_latest_copy(db, attempt->order_id) : err;
}

static enum pay_err attempt_refused_work(struct db *db, void *arg)
{
    const struct sent *w = arg;
    enum pay_err err = order_hold(db, w);

    return err == PAY_OK ? attempt_refused(db, w->attempt, w->ticket) : err;
}

enum pay_err checkout_crowded(struct checkout *out)
{
    snprintf(out->error_code, sizeof(out->error_code), "%s", NEVER_SENT);
    snprintf(out->error_msg, sizeof(out->error_msg), "%s", GATE_IS_FULL);
    return PAY_UNKNOWN;
}

/* An attempt that was refused, or never sent, is ended. After any other error the channel may have
 * it: the attempt stays open. */
static enum pay_err send_failed(struct db *db, const struct sent *sent, enum pay_err err,
                                struct checkout *out)
{
    static const struct channel_ticket NOT_SENT = {
        .error_code = NEVER_SENT,
        .error_msg =
            "the channel was not asked: it does not answer, or this request's own time or place"
            " for calls is used up",
    };
    const bool said_why = sent->ticket->error_code[0] != '\0';
    struct sent end = { sent->order, sent->attempt,
                        err == PAY_FULL && !said_why ? &NOT_SENT : sent->ticket };

    snprintf(out->error_code, sizeof(out->error_code), "%s", end.ticket->error_code);
    snprintf(out->error_msg, sizeof(out->error_msg), "%s", end.ticket->error_msg);
    if (err != PAY_REFUSED && err != PAY_FULL)
        return PAY_UNKNOWN;
    out->has_attempt = false;
    enum pay_err recorded = db_txn(db, attempt_refused_work, &end);
    return recorded == PAY_OK && err == PAY_REFUSED ? PAY_REFUSED : PAY_UNKNOWN;
}

/* The call's answer says paid or refused: it is applied as if a callback said so. */
static enum pay_err said_take(const struct attempt_plan *plan, const struct channel_said *said,
                              struct checkout *out)
{
    const struct checkout_call *call = plan->call;
    const struct order_key key = { .order_no = out->order.no };
    enum verdict verdict;

    if (said->state == CHANNEL_WAITING || said->state == CHANNEL_NOT_FOUND)
        return PAY_OK;
    enum pay_err err = settle(call->db, plan->channel, said, NULL, &verdict);
    if (err == PAY_OK)
        err = order_find(call->db, call->app->id, &key, false, &out->order);
    db_end(call->db);
    out->has_attempt = false;
    return err == PAY_OK ? PAY_OK : PAY_UNKNOWN;
}

static enum pay_err attempt_call(const struct attempt_plan *plan, struct checkout *out)
{
    static struct channel_ticket ticket;
    struct sent sent = { &out->order, &out->attempt, &ticket };

    channel_ticket_clear(&ticket);
    enum pay_err err = attempt_submitted(NULL, plan, &out->order, &ticket);
    FP("attempt.sent");
    channel_setup_tell(plan->call->db, plan->channel, &ticket.said);
    if (err != PAY_OK)
        return send_failed(plan->call->db, &sent, err, out);
    if (!ticket_take(&ticket, &out->attempt))
        return PAY_FAULT;
    err = db_txn(plan->call->db, ticket_work, &sent);
    if (err == PAY_OK)
        err = said_take(plan, &ticket.said, out);
    /* The channel was asked, so "nothing was done" would be wrong. */
    return err == PAY_LOST || err == PAY_DB_AWAY ? PAY_UNKNOWN : err;
}

enum pay_err attempt_send(const struct attempt_plan *plan, struct checkout *out)
{
    return plan->offline ? PAY_OK : attempt_call(plan, out);
}
