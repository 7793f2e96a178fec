/* settle_money.c - a channel says SUCCESS: its money pays the order, or is kept on record and goes
 * back.
 *
 * The channel's own number distinguishes payments, and the unique key on it decides. If another
 * attempt has the number, that is a conflict (settle_owner.c). A second number for a paid attempt
 * is a second payment, and gets an attempt of its own. */
#include <stdio.h>

#include "base/fault.h"
#include "app/alert.h"
#include "ledger/recharge.h"
#include "order/order_event.h"
#include "refund/refund_reserve.h"
#include "settle/settle_private.h"

/* ---- it pays the order */

/* Changes attempt and order in one statement. The order is locked and known, so both rows must
 * change. When an operator accepts a late payment, its attempt is SUCCESS already: only the order's
 * row changes. */
static enum pay_err paid_update(struct db *db, const struct settling *w, const struct order *paid)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order o JOIN pay_order_extension e ON e.order_id = o.id"
        "   SET e.status = " STATE(ATTEMPT_SUCCESS) ","
        "       e.paid_price = e.price, e.paid_currency = e.currency,"
        "       e.success_time = ?, e.channel_order_no = ?, e.next_sync_time = NULL,"
        "       e.channel_error_code = NULL, e.channel_error_msg = NULL, e.room = '', o.room = '',"
        "       o.status = " STATE(ORDER_SUCCESS) ", o.success_time = ?, o.channel_order_no = ?,"
        "       o.channel_user_id = ?,"
        "       o.channel_id = ?, o.channel_code = ?, o.channel_fee_rate = ?,"
        "       o.channel_fee_price = ?, o.extension_id = e.id, o.version = ?"
        " WHERE o.id = ? AND o.status = ? AND e.id = ? AND e.status = ?";
    /* clang-format on */
    const struct channel_config *c = w->channel;
    const struct db_param in[] = {
        DB_WHEN(paid->success_time),
        DB_OPT(w->said->channel_no),
        DB_WHEN(paid->success_time),
        DB_OPT(w->said->channel_no),
        DB_OPT(w->said->channel_user_id),
        DB_NUM(paid->channel_id),
        DB_STR(paid->channel_code),
        DB_NUM(c->fee_rate),
        DB_MONEY(money_fee(paid->price, c->fee_rate)),
        DB_NUM(paid->version),
        DB_NUM(w->order.id),
        DB_NUM(w->order.status),
        DB_NUM(w->attempt.id),
        DB_NUM(w->attempt.status),
    };
    int64_t changed = 0;

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), &changed);
    const int64_t rows = w->attempt.status == ATTEMPT_SUCCESS ? 1 : 2;
    return err == PAY_OK && changed != rows ? PAY_WRONG_STATE : err;
}

enum pay_err order_as_paid(const struct order *order, const struct attempt *attempt,
                           const struct channel_config *channel, const struct channel_said *said,
                           struct order *out)
{
    *out = *order;
    out->status = ORDER_SUCCESS;
    out->success_time = success_time_of(said);
    out->paid_price = attempt->price;
    out->channel_id = channel->account.id;
    out->extension_id = attempt->id;
    out->version++;
    return text_copy(out->channel_code, sizeof(out->channel_code), channel->account.code) &&
                   text_copy(out->channel_order_no, sizeof(out->channel_order_no), said->channel_no)
               ? PAY_OK
               : PAY_FAULT;
}

/* Its other open attempts can still be paid: channel_sync ends them at their channels, now or when
 * the call that opens them is over. */
static enum pay_err others_hurry(struct db *db, const struct settling *w)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET next_sync_time = GREATEST(UTC_TIMESTAMP(3), create_time + INTERVAL 10 SECOND)"
        " WHERE order_id = ? AND id <> ? AND status = " STATE(ATTEMPT_WAITING);
    /* clang-format on */
    const struct db_param in[] = { DB_NUM(w->order.id), DB_NUM(w->attempt.id) };

    return w->order.attempts < 2 ? PAY_OK : db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err attempt_pays(struct db *db, struct settling *w, const struct app *app)
{
    struct order paid;

    enum pay_err err = order_as_paid(&w->order, &w->attempt, w->channel, w->said, &paid);
    if (err != PAY_OK)
        return err;
    w->verdict = VERDICT_ACCEPTED;
    err = paid_update(db, w, &paid);
    FP_AFTER(err, "order.updated");
    if (err == PAY_DUPLICATE)
        return number_conflict(db, w);
    if (err == PAY_OK)
        err = others_hurry(db, w);
    if (err == PAY_OK && w->attempt.status != ATTEMPT_WAITING)
        err = order_latest_copy(db, paid.id);
    if (err == PAY_OK && order_is_recharge(&paid))
        err = recharge_book(db, &paid);
    const struct order_change change = { &paid, "order.success", paid.success_time };
    return err == PAY_OK ? order_notify(db, app, &change) : err;
}

enum pay_err settle_accept(struct db *db, struct settling *w)
{
    const struct app *app;

    enum pay_err err = app_by_id(db, w->order.app_id, &app);
    return err == PAY_OK ? attempt_pays(db, w, app) : err;
}

/* ---- money that does not pay the order is kept on record; it goes back, or an operator decides */

static const struct keeping {
    enum verdict verdict;
    const char *kind;  /* of its alert */
    const char *cause; /* of its refund; NULL: an operator decides */
    const char *says;
} SECOND = { VERDICT_DUPLICATE_PAID, "duplicate_paid", CAUSE_DUPLICATE, "it goes back by itself" },
  LATE = { VERDICT_LATE_PAID, "late_paid", CAUSE_LATE, "it goes back by itself" },
  HELD = { VERDICT_LATE_PAID, "late_paid", NULL, "to decide: refund, accept or keep" };

static enum pay_err kept_update(struct db *db, const struct settling *w,
                                const struct attempt *attempt)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order_extension"
        "   SET status = " STATE(ATTEMPT_SUCCESS) ","
        "       paid_price = price, paid_currency = currency, success_time = ?,"
        "       channel_order_no = ?, duplicate_paid = ?, next_sync_time = NULL,"
        "       channel_error_code = NULL, channel_error_msg = NULL, room = ''"
        " WHERE id = ? AND status = ?";
    /* clang-format on */
    const struct db_param in[] = {
        DB_WHEN(success_time_of(w->said)),
        DB_OPT(w->said->channel_no),
        DB_NUM(w->verdict == VERDICT_DUPLICATE_PAID ? 1 : 0),
        DB_NUM(attempt->id),
        DB_NUM(attempt->status),
    };

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    return err == PAY_OK ? order_latest_copy(db, w->order.id) : err;
}

static enum pay_err money_keep(struct db *db, struct settling *w, const struct attempt *attempt,
                               const struct keeping *how)
{
    char text[256];

    w->verdict = how->verdict;
    enum pay_err err = kept_update(db, w, attempt);
    FP_AFTER(err, "money.kept");
    if (err == PAY_DUPLICATE)
        return number_conflict(db, w);
    if (err == PAY_OK && how->cause)
        err = refund_add(db, &w->order, attempt, how->cause);
    if (err != PAY_OK)
        return err;
    snprintf(text, sizeof(text), "order %s is %s and attempt %s brought in %lld %s as well: %s",
             w->order.no, state_word(&ORDER_STATE_TABLE, w->order.status), attempt->no,
             (long long)attempt->price.minor, attempt->currency, how->says);
    return alert_raise(db, how->kind, w->order.app_id, attempt->no, text);
}

/* ---- money for an attempt that is paid already */

/* The row has state 0 within this transaction alone, so that status_log shows how it was paid. Its
 * number is new: the channel knows both payments under the first attempt's number. */
static enum pay_err second_insert(struct db *db, const struct settling *w, struct attempt *out)
{
    static const char SQL[] =
        "INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, price, currency,"
        " of_id, channel_order_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    const struct attempt *first = &w->attempt;

    *out = *first;
    ulid_new(out->no);
    out->status = ATTEMPT_WAITING;
    const struct db_param in[] = {
        DB_NUM(first->order_id),   DB_STR(out->no),
        DB_NUM(first->channel_id), DB_STR(first->channel_code),
        DB_MONEY(first->price),    DB_STR(first->currency),
        DB_NUM(first->id),         DB_STR(w->said->channel_no),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    out->id = db_last_id(db);
    return err;
}

/* Of an order. A merchant that has its channel's keys could have it name payments without end. */
#define SECONDS_MAX 50

static enum pay_err seconds_are_many(struct db *db, const struct settling *w, int64_t *many)
{
    static const char SQL[] = "SELECT COUNT(*) >= ? FROM pay_order_extension"
                              " WHERE order_id = ? AND of_id IS NOT NULL";
    const struct db_param in[] = { DB_NUM(SECONDS_MAX), DB_NUM(w->order.id) };

    return db_number(db, SQL, DB_LIST(in), many);
}

/* On record with its callback and an alert, not as an attempt, unless it is one already. */
static enum pay_err second_too_many(struct db *db, struct settling *w)
{
    struct owner owner;
    char text[320];

    enum pay_err err = owner_find(db, &w->attempt, w->said, &owner);
    if (err == PAY_OK)
        return owner.of_id == w->attempt.id ? PAY_OK : number_is_others(db, w, &owner);
    if (err != PAY_NO_ROW)
        return err;
    w->verdict = VERDICT_OTHER_PAYMENT;
    snprintf(text, sizeof(text),
             "order %s: channel %s (%lld) says that attempt %s was paid by its payment %s, too; the"
             " order has %d such payments, and no more are taken",
             w->order.no, w->channel->account.code, (long long)w->channel->account.id,
             w->attempt.no, w->said->channel_no, SECONDS_MAX);
    return attempt_alert(db, w, "other_payment", text);
}

static enum pay_err second_payment(struct db *db, struct settling *w)
{
    struct attempt second;
    struct owner owner;
    int64_t many = 0;

    enum pay_err err = seconds_are_many(db, w, &many);
    if (err == PAY_OK && many != 0)
        return second_too_many(db, w);
    if (err == PAY_OK)
        err = second_insert(db, w, &second);
    if (err == PAY_OK)
        return money_keep(db, w, &second, &SECOND);
    if (err == PAY_DUPLICATE)
        err = owner_read(db, w, &owner);
    if (err != PAY_OK)
        return err;
    return owner.of_id == w->attempt.id ? PAY_OK : number_is_others(db, w, &owner);
}

/* The channel gave no number when it first said SUCCESS. */
static enum pay_err number_learned(struct db *db, struct settling *w)
{
    static const char SQL[] =
        "UPDATE pay_order_extension e JOIN pay_order o ON o.id = e.order_id"
        "   SET e.channel_order_no = ?,"
        "       o.channel_order_no = IF(o.extension_id = e.id, ?, o.channel_order_no)"
        " WHERE e.id = ?";
    const char *const number = w->said->channel_no;
    const struct db_param in[] = { DB_STR(number), DB_STR(number), DB_NUM(w->attempt.id) };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_DUPLICATE ? number_conflict(db, w) : err;
}

static enum pay_err paid_again(struct db *db, struct settling *w)
{
    const char *ours = w->attempt.channel_order_no;

    if (said_number_is(w->said, ours))
        return PAY_OK;
    return *ours == '\0' ? number_learned(db, w) : second_payment(db, w);
}

static enum pay_err money_take(struct db *db, struct settling *w)
{
    const struct app *app;

    if (w->attempt.status == ATTEMPT_SUCCESS)
        return paid_again(db, w);
    enum pay_err err = app_by_id(db, w->order.app_id, &app);
    if (err != PAY_OK)
        return err;
    if (w->order.status != ORDER_WAITING && w->order.status != ORDER_CLOSED)
        return money_keep(db, w, &w->attempt, &SECOND);
    if (w->order.status == ORDER_WAITING || str_eq(app->late_payment, "accept"))
        return attempt_pays(db, w, app);
    return money_keep(db, w, &w->attempt, str_eq(app->late_payment, "hold") ? &HELD : &LATE);
}

/* The payment counts. The alert asks an operator to find its true day at the channel. */
static enum pay_err alert_odd_time(struct db *db, const struct settling *w)
{
    char when[TIME_TEXT_SIZE], text[256];
    struct text said = TEXT(when);

    time_add(&said, w->said->success_time);
    snprintf(text, sizeof(text),
             "channel %s (%lld) says that attempt %s was paid at %s, over ten"
             " years from now; the order has the time at which this came",
             w->channel->account.code, (long long)w->channel->account.id, w->attempt.no, when);
    return attempt_alert(db, w, "odd_time", text);
}

enum pay_err settle_money(struct db *db, struct settling *w)
{
    enum pay_err err = money_take(db, w);
    const bool taken = w->verdict != VERDICT_REPEATED && w->verdict != VERDICT_OTHER_PAYMENT;

    return err == PAY_OK && taken && success_time_is_odd(w->said) ? alert_odd_time(db, w) : err;
}
