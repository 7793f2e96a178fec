/* refund_reserve.c - in: a request of the merchant's, or a payment that cannot stay; out: a refund
 * that waits to be sent. The order's row is locked first, then the conditional UPDATE decides. */
#include "refund/refund_reserve.h"

#include "base/fault.h"
#include "channel/ask_gaps.h"
#include "refund/refund_ledger.h"
#include "refund/refund_row.h"

struct reserving {
    const struct refund_request *request;
    struct refund_reserved *out;
    struct order order;
};

static enum pay_err state_check(struct reserving *w)
{
    switch ((enum order_state)w->order.status) {
    case ORDER_SUCCESS:
    case ORDER_REFUND:
        return PAY_OK;
    case ORDER_CLOSED:
        return w->order.expired != 0 ? PAY_EXPIRED : PAY_CLOSED; /* as submit answers */
    case ORDER_WAITING:
        if (w->order.expired != 0)
            return PAY_EXPIRED;
        w->out->field = "order_no";
        return PAY_BAD_FIELD;
    }
    return PAY_FAULT;
}

static int64_t first_ask_s(const struct refund_request *request)
{
    return request->left_to_job ? 0 : ASK_FIRST_S;
}

/* What the merchant believes to be left is compared first: a request made on a stale view is
 * refused as stale. */
static enum pay_err rest_check(struct reserving *w)
{
    const struct order *order = &w->order;
    const struct refund_terms *terms = w->request->terms;
    struct money *left = &w->out->remaining;

    *left = MONEY(order->price.minor - order->refund_price.minor - order->refunding_price.minor);
    if (terms->expected_remaining != REMAINING_UNSAID && terms->expected_remaining != left->minor)
        return PAY_STALE;
    return terms->refund_price.minor > left->minor ? PAY_OVER_REFUND : PAY_OK;
}

/* The state and the sum are tested by the statement that changes them. */
/* A new refund is counted, one that is opened again is counted already. */
static enum pay_err money_reserve(struct db *db, const struct order *order, struct money price,
                                  bool is_new)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_order FORCE INDEX (PRIMARY)"
        "   SET refunding_price = refunding_price + ?, refund_count = refund_count + ?"
        " WHERE id = ? AND status = " STATE(ORDER_SUCCESS)
        "   AND refund_price + refunding_price + ? <= price";
    /* clang-format on */
    const struct db_param in[] = {
        DB_MONEY(price),
        DB_NUM(is_new ? 1 : 0),
        DB_NUM(order->id),
        DB_MONEY(price),
    };

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    FP_AFTER(err, "refund.reserved");
    return err == PAY_WRONG_STATE ? PAY_OVER_REFUND : err;
}

static enum pay_err refund_insert(struct db *db, const struct reserving *w, const char *no,
                                  struct money bonus)
{
    static const char SQL[] =
        "INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
        " merchant_order_id, merchant_refund_id, notify_url, pay_price, refund_price, currency,"
        " reason, bonus_price, next_sync_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " UTC_TIMESTAMP(3) + INTERVAL ? SECOND)";
    const struct order *order = &w->order;
    const struct refund_terms *terms = w->request->terms;
    const struct db_param in[] = {
        DB_STR(no),
        DB_NUM(order->app_id),
        DB_NUM(order->channel_id),
        DB_STR(order->channel_code),
        DB_NUM(order->id),
        DB_NUM(order->extension_id),
        DB_STR(order->merchant_order_id),
        DB_STR(terms->merchant_refund_id),
        DB_OPT(terms->notify_url),
        DB_MONEY(order->price),
        DB_MONEY(terms->refund_price),
        DB_STR(order->currency),
        DB_OPT(terms->reason),
        DB_MONEY(bonus),
        DB_NUM(first_ask_s(w->request)),
    };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    FP_AFTER(err, "refund.inserted");
    return err;
}

static enum pay_err refund_make(struct db *db, struct reserving *w)
{
    const struct refund_terms *terms = w->request->terms;
    char no[NO_SIZE];
    struct money bonus;

    enum pay_err err = state_check(w);
    if (err == PAY_OK)
        err = rest_check(w);
    if (err == PAY_OK)
        err = money_reserve(db, &w->order, terms->refund_price, true);
    if (err == PAY_OK)
        err = refund_bonus(db, &w->order, terms->refund_price, &bonus);
    if (err != PAY_OK)
        return err;
    ulid_new(no);
    err = refund_insert(db, w, no, bonus);
    if (err == PAY_OK)
        err = refund_by_id(db, db_last_id(db), &w->out->refund);
    if (err == PAY_OK)
        err = refund_ledger_freeze(db, &w->order, &w->out->refund, NULL);
    w->out->created = w->out->sends = err == PAY_OK;
    return err;
}

static enum pay_err row_reopen(struct db *db, const struct refund *refund, int64_t ask_s)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE pay_refund"
        "   SET status = " STATE(REFUND_WAITING) ", bonus_price = ?, channel_error_code = NULL,"
        "       channel_error_msg = NULL, sync_times = 0,"
        "       next_sync_time = UTC_TIMESTAMP(3) + INTERVAL ? SECOND"
        " WHERE id = ? AND status = " STATE(REFUND_FAILURE);
    /* clang-format on */
    const struct db_param in[] = { DB_MONEY(refund->bonus_price), DB_NUM(ask_s),
                                   DB_NUM(refund->id) };

    return db_exec_one(db, SQL, DB_LIST(in));
}

static enum pay_err refund_reopen_row(struct db *db, const struct order *order,
                                      const struct refund *refund, int64_t ask_s,
                                      struct money *shortfall)
{
    struct refund again = *refund;

    if (refund_is_automatic(refund))
        return row_reopen(db, refund, ask_s);
    enum pay_err err = money_reserve(db, order, refund->refund_price, false);
    if (err == PAY_OK)
        err = refund_bonus(db, order, refund->refund_price, &again.bonus_price);
    if (err == PAY_OK)
        err = row_reopen(db, &again, ask_s);
    return err == PAY_OK ? refund_ledger_freeze(db, order, &again, shortfall) : err;
}

enum pay_err refund_reopen(struct db *db, const struct order *order, const struct refund *refund,
                           struct money *shortfall)
{
    return refund_reopen_row(db, order, refund, ASK_FIRST_S, shortfall);
}

/* The first term in which the request differs from the refund that has its number; NULL: none. */
static const char *refund_other_term(const struct reserving *w, const struct refund *refund)
{
    const struct order_key *asked = w->request->order;
    const bool same_order = asked->order_no
                                ? str_eq(asked->order_no, refund->order_no)
                                : str_eq(asked->merchant_order_id, refund->merchant_order_id);

    if (!same_order)
        return asked->order_no ? "order_no" : "merchant_order_id";
    return money_eq(w->request->terms->refund_price, refund->refund_price) ? NULL : "refund_price";
}

/* The number is known. One that failed is tried again. */
static enum pay_err refund_repeat(struct db *db, struct reserving *w)
{
    struct refund *refund = &w->out->refund;

    w->out->field = refund_other_term(w, refund);
    if (w->out->field)
        return PAY_CONFLICT;
    if (refund->status != REFUND_FAILURE)
        return PAY_OK;
    enum pay_err err = rest_check(w);
    if (err == PAY_OK)
        err = refund_reopen_row(db, &w->order, refund, first_ask_s(w->request), NULL);
    if (err == PAY_OK)
        err = refund_by_id(db, refund->id, refund);
    w->out->sends = err == PAY_OK;
    return err;
}

static enum pay_err number_find(struct db *db, struct reserving *w)
{
    const struct refund_key key = { .merchant_refund_id = w->request->terms->merchant_refund_id };

    return refund_find(db, w->request->app->id, &key, &w->out->refund);
}

/* Under the order's lock. What the number was before it may be old: another request with it may
 * have taken the money meanwhile. (If it left enough, the unique key finds it.) */
static enum pay_err locked_reserve(struct db *db, struct reserving *w, bool known)
{
    enum pay_err err = known ? PAY_OK : refund_make(db, w);

    if (!known && err != PAY_STALE && err != PAY_OVER_REFUND)
        return err;
    enum pay_err found = number_find(db, w);
    return found == PAY_OK ? refund_repeat(db, w) : found == PAY_NOT_FOUND ? err : found;
}

/* A repeat that changes nothing takes no lock: a thousand of them must not keep every worker
 * waiting for one row. */
static enum pay_err reserve_work(struct db *db, void *arg)
{
    struct reserving *w = arg;
    const struct refund_request *request = w->request;
    struct refund_reserved *out = w->out;

    out->created = out->sends = false;
    out->field = NULL;
    enum pay_err err = nonce_spend(db, request->app->id, request->nonce);
    if (err != PAY_OK)
        return err;
    err = number_find(db, w);
    if (err == PAY_OK && !refund_other_term(w, &out->refund) &&
        out->refund.status != REFUND_FAILURE)
        return PAY_OK;
    if (err != PAY_OK && err != PAY_NOT_FOUND)
        return err;
    const bool known = err == PAY_OK;
    err = order_find(db, request->app->id, request->order, true, &w->order);
    FP_AFTER(err, "reserve.locked");
    return err == PAY_OK ? locked_reserve(db, w, known) : err;
}

enum pay_err refund_reserve(struct db *db, const struct refund_request *request,
                            struct refund_reserved *out)
{
    static struct reserving work;

    work.request = request;
    work.out = out;
    enum pay_err err = db_txn(db, reserve_work, &work);
    /* Another request was faster with this number: now it is known. */
    if (err == PAY_DUPLICATE)
        err = db_txn(db, reserve_work, &work);
    return err == PAY_DUPLICATE ? PAY_FAULT : err;
}

/* ---- money that cannot stay */

static enum pay_err row_count(struct db *db, int64_t order_id)
{
    static const char SQL[] = "UPDATE pay_order SET refund_count = refund_count + 1 WHERE id = ?";
    const struct db_param in[] = { DB_NUM(order_id) };

    return db_exec_one(db, SQL, DB_LIST(in));
}

enum pay_err refund_add(struct db *db, const struct order *order, const struct attempt *attempt,
                        const char *cause)
{
    static const char SQL[] =
        "INSERT INTO pay_refund (no, app_id, channel_id, channel_code, order_id, extension_id,"
        " merchant_order_id, merchant_refund_id, pay_price, refund_price, currency, cause,"
        " next_sync_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, CONCAT('" REFUND_AUTO "', ?), ?, ?, ?, ?,"
        " UTC_TIMESTAMP(3))";
    char no[NO_SIZE];

    ulid_new(no);
    const struct db_param in[] = {
        DB_STR(no),
        DB_NUM(order->app_id),
        DB_NUM(attempt->channel_id),
        DB_STR(attempt->channel_code),
        DB_NUM(order->id),
        DB_NUM(attempt->id),
        DB_STR(order->merchant_order_id),
        DB_STR(attempt->no),
        DB_MONEY(attempt->price),
        DB_MONEY(attempt->price),
        DB_STR(attempt->currency),
        DB_STR(cause),
    };
    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    FP_AFTER(err, "refund.added");
    if (err == PAY_DUPLICATE)
        return PAY_OK;
    return err == PAY_OK ? row_count(db, order->id) : err;
}

enum pay_err refund_of_attempt(struct db *db, const struct attempt *attempt, struct refund *out)
{
    static const char SQL[] = REFUND_SELECT
        " WHERE r.order_id = ? AND r.merchant_refund_id = CONCAT('" REFUND_AUTO "', ?)";
    const struct db_param in[] = { DB_NUM(attempt->order_id), DB_STR(attempt->no) };

    enum pay_err err = refund_read(db, SQL, DB_LIST(in), out);
    if (err == PAY_NO_ROW)
        out->id = 0;
    return err == PAY_NO_ROW ? PAY_OK : err;
}
