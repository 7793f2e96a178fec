/* mock_refund.c - refunds at the mock gateway: asked for by the merchant, signed both ways. What
 * becomes of one is what the order's metadata asks for, so that a program can see each case.
 *
 * The gateway trusts the merchant's word that a payment came in: tests sign callbacks themselves,
 * of payments that are not on its books. It gives back no more than a payment's price. */
#include "sandbox/mock_private.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/text.h"

#define LATER_S 5

enum play { PLAY_NOW, PLAY_LATER, PLAY_NEVER, PLAY_FAIL, PLAY_TIMEOUT, PLAY_FAIL_THEN_OK };

static enum play play_of(const struct mock_trade *trade)
{
    static const char *const WORDS[] = {
        [PLAY_NOW] = "now",   [PLAY_LATER] = "later",     [PLAY_NEVER] = "never",
        [PLAY_FAIL] = "fail", [PLAY_TIMEOUT] = "timeout", [PLAY_FAIL_THEN_OK] = "fail_then_ok",
    };

    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (str_eq(WORDS[i], trade->refund_play))
            return (enum play)i;
    return PLAY_NOW;
}

static const struct db_column COLUMNS[] = {
    DB_COLUMN(struct mock_refund, status),
    DB_COLUMN(struct mock_refund, tries),
    DB_COLUMN_TIME(struct mock_refund, success_time),
    DB_COLUMN(struct mock_refund, price),
    DB_COLUMN(struct mock_refund, refund_no),
    DB_COLUMN(struct mock_refund, pay_id),
    DB_COLUMN(struct mock_refund, channel_order_no),
    DB_COLUMN(struct mock_refund, channel_refund_no),
    DB_COLUMN(struct mock_refund, currency),
    DB_COLUMN(struct mock_refund, error_code),
};
#define REFUND_SELECT \
    "SELECT status, tries, success_time, price, refund_no, pay_id, channel_order_no," \
    " channel_refund_no, currency, error_code FROM mock_refund WHERE refund_no = ?"

static enum pay_err refund_select(struct db *db, const char *sql, const char *refund_no,
                                  struct mock_refund *out)
{
    const struct db_param in[] = { DB_STR(refund_no) };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = sql, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err mock_refund_read(struct db *db, const char *refund_no, struct mock_refund *out)
{
    static const char SQL[] = REFUND_SELECT;

    enum pay_err err = ulid_is(refund_no) ? refund_select(db, SQL, refund_no, out) : PAY_NOT_FOUND;
    db_end(db);
    return err;
}

/* ---- what the merchant asks for */

struct asking {
    const struct mock_trade *trade;
    const struct mock_refund *wanted;
    struct mock_refund found;
    struct mock_notice notice;
    bool first; /* it was not asked for before */
};

/* Everything about one trade happens one after another. */
static enum pay_err trade_lock(struct db *db, const struct asking *w)
{
    static const char SQL[] = "SELECT id FROM mock_trade WHERE pay_id = ? FOR UPDATE";
    const struct db_param in[] = { DB_STR(w->trade->pay_id) };
    int64_t id;

    return db_number(db, SQL, DB_LIST(in), &id);
}

static enum pay_err refund_enter(struct db *db, struct asking *w)
{
    static const char SQL_NEW[] =
        "INSERT IGNORE INTO mock_refund (refund_no, pay_id, channel_order_no, price, currency,"
        " channel_refund_no) VALUES (?, ?, ?, ?, ?, ?)";
    static const char SQL[] = REFUND_SELECT " FOR UPDATE";
    const struct mock_refund *wanted = w->wanted;
    char no[NO_SIZE + 4] = "MOCK";

    ulid_new(no + 4);
    const struct db_param in[] = {
        DB_STR(wanted->refund_no), DB_STR(wanted->pay_id),   DB_STR(wanted->channel_order_no),
        DB_MONEY(wanted->price),   DB_STR(wanted->currency), DB_STR(no),
    };
    enum pay_err err = db_exec(db, SQL_NEW, DB_LIST(in), NULL);
    return err == PAY_OK ? refund_select(db, SQL, wanted->refund_no, &w->found) : err;
}

/* Why it cannot be done; NULL: it can. */
static enum pay_err refusal_find(struct db *db, const struct asking *w, const char **code)
{
    static const char SQL[] = "SELECT CAST(IFNULL(SUM(price), 0) AS INTEGER) FROM mock_refund"
                              " WHERE pay_id = ? AND channel_order_no = ? AND refund_no <> ?"
                              "   AND status = " STATE(REPAY_DONE);
    const struct mock_refund *wanted = w->wanted;
    const struct db_param in[] = {
        DB_STR(wanted->pay_id),
        DB_STR(wanted->channel_order_no),
        DB_STR(wanted->refund_no),
    };
    int64_t before = 0;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &before);
    *code = !str_eq(wanted->currency, w->trade->currency)                   ? "CURRENCY"
            : wanted->price.minor > w->trade->price.minor - before          ? "NOT_ENOUGH"
            : play_of(w->trade) == PLAY_FAIL                                ? "MOCK_REFUSED"
            : play_of(w->trade) == PLAY_FAIL_THEN_OK && w->found.tries == 0 ? "MOCK_REFUSED"
                                                                            : NULL;
    return err;
}

static enum pay_err state_write(struct db *db, struct asking *w, enum mock_refund_state state,
                                const char *code)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_refund"
        "   SET success_time = IF(? = " STATE(REPAY_DONE) ", UTC_TIMESTAMP(3), NULL), status = ?,"
        "       error_code = ?, tries = tries + 1"
        " WHERE refund_no = ?";
    /* clang-format on */
    const struct db_param in[] = {
        DB_NUM(state),
        DB_NUM(state),
        DB_STR(code),
        DB_STR(w->wanted->refund_no),
    };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err refund_play(struct db *db, struct asking *w)
{
    static const struct mock_outcome LATER = { "refund", "SUCCESS", LATER_S, 1, "" };
    const enum play play = play_of(w->trade);
    const char *code;

    enum pay_err err = refusal_find(db, w, &code);
    if (err != PAY_OK || code)
        return err == PAY_OK ? state_write(db, w, REPAY_FAILED, code) : err;
    const bool waits = play == PLAY_LATER || play == PLAY_NEVER;
    err = state_write(db, w, waits ? REPAY_WAITING : REPAY_DONE, "");
    return err == PAY_OK && play == PLAY_LATER
               ? mock_notice_add_refund(db, w->wanted, &LATER, &w->notice)
               : err;
}

/* One number, one refund: asked for again it is what it is, unless it failed. */
static enum pay_err refund_work(struct db *db, void *arg)
{
    static const char SQL[] = REFUND_SELECT;
    struct asking *w = arg;

    enum pay_err err = trade_lock(db, w);
    if (err == PAY_OK)
        err = refund_enter(db, w);
    if (err != PAY_OK)
        return err;
    if (!str_eq(w->found.pay_id, w->wanted->pay_id) || !money_eq(w->found.price, w->wanted->price))
        return PAY_CONFLICT;
    w->first = w->found.tries == 0;
    if (!w->first && w->found.status != REPAY_FAILED)
        return PAY_OK;
    err = refund_play(db, w);
    return err == PAY_OK ? refund_select(db, SQL, w->wanted->refund_no, &w->found) : err;
}

static enum pay_err refund_ask(struct db *db, const struct mock_trade *trade,
                               const struct mock_refund *wanted, struct mock_refund *out)
{
    struct asking work = { .trade = trade, .wanted = wanted };

    enum pay_err err = db_txn(db, refund_work, &work);
    *out = work.found;
    if (err == PAY_CONFLICT) {
        out->status = REPAY_FAILED; /* that number is another refund's */
        return text_copy(out->error_code, sizeof(out->error_code), "NUMBER_USED") ? PAY_OK
                                                                                  : PAY_FAULT;
    }
    /* Done, but the answer is lost on its way. */
    return err == PAY_OK && work.first && play_of(trade) == PLAY_TIMEOUT ? PAY_UNKNOWN : err;
}

struct ending {
    const char *refund_no;
    int64_t state;
};

static enum pay_err end_work(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_refund"
        "   SET status = ?, success_time = IF(? = " STATE(REPAY_DONE) ", UTC_TIMESTAMP(3), NULL),"
        "       error_code = IF(? = " STATE(REPAY_FAILED) ", 'MOCK_REFUSED', '')"
        " WHERE refund_no = ? AND status = " STATE(REPAY_WAITING);
    /* clang-format on */
    const struct ending *w = arg;
    const struct db_param in[] = {
        DB_NUM(w->state),
        DB_NUM(w->state),
        DB_NUM(w->state),
        DB_STR(w->refund_no),
    };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

enum pay_err mock_refund_end(struct db *db, const char *refund_no, const char *word)
{
    struct ending work = { .refund_no = refund_no };

    return word_parse(STATE_WORDS(REPAY_STATES), word, &work.state) ? db_txn(db, end_work, &work)
                                                                    : PAY_FAULT;
}

/* ---- the question and its answer */

static void refund_write(const struct mock_refund *refund, struct json_text *to)
{
    json_str(to, "refund_no", refund->refund_no);
    json_str(to, "status", word_of(STATE_WORDS(REPAY_STATES), refund->status));
    json_opt(to, "channel_refund_no", refund->channel_refund_no);
    if (refund->price.minor != 0)
        json_i64(to, "price", refund->price.minor);
    json_opt(to, "currency", refund->currency);
    json_time(to, "success_time", refund->success_time);
    json_opt(to, "error_code", refund->error_code);
}

static bool price_read(const struct json *object, const char *name, struct money *out)
{
    const struct json *value = json_member(object, name);

    if (!value || json_kind(value) != JSON_INT || json_int(value) < 1 ||
        json_int(value) > MONEY_MAX)
        return false;
    *out = MONEY(json_int(value));
    return true;
}

/* Without a number of the payment: the trade's own. */
static bool wanted_read(const struct json *object, const struct mock_trade *trade,
                        struct mock_refund *out)
{
    const char *no = str_or(signed_json_str(object, "refund_no"), "");

    return ulid_is(no) && text_copy(out->refund_no, sizeof(out->refund_no), no) &&
           text_copy(out->pay_id, sizeof(out->pay_id), trade->pay_id) &&
           text_copy(
               out->channel_order_no, sizeof(out->channel_order_no),
               str_or(signed_json_str(object, "channel_order_no"), trade->channel_order_no)) &&
           text_copy(out->currency, sizeof(out->currency),
                     str_or(signed_json_str(object, "currency"), "")) &&
           price_read(object, "refund_price", &out->price);
}

enum pay_err mock_refund_answer(struct db *db, const struct json *object, struct mock_trade *trade,
                                struct json_text *to)
{
    struct mock_refund wanted = { .status = REPAY_WAITING }, refund;

    enum pay_err err = mock_trade_open(db, trade->pay_id, trade);
    if (err != PAY_OK)
        return err;
    if (!wanted_read(object, trade, &wanted))
        return PAY_BAD_FIELD;
    err = refund_ask(db, trade, &wanted, &refund);
    if (err == PAY_OK)
        refund_write(&refund, to);
    return err;
}

enum pay_err mock_refund_query_answer(struct db *db, const struct json *object,
                                      struct mock_trade *trade, struct json_text *to)
{
    struct mock_refund refund = { .status = REPAY_UNKNOWN };
    const char *no = str_or(signed_json_str(object, "refund_no"), "");

    (void)trade;
    enum pay_err err = mock_refund_read(db, no, &refund);
    if (err == PAY_NOT_FOUND && ulid_is(no) &&
        text_copy(refund.refund_no, sizeof(refund.refund_no), no))
        err = PAY_OK;
    if (err == PAY_OK)
        refund_write(&refund, to);
    return err == PAY_NOT_FOUND ? PAY_BAD_FIELD : err;
}
