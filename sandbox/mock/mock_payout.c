/* mock_payout.c - see mock_payout.h. What becomes of a payout is what the merchant wants to see
 * played, so that a program can see each case. */
#include "sandbox/mock/mock_payout.h"

#include "base/text.h"

#define LATER_S 5

/* The two numbers of a kind, as the texts name them. */
struct names {
    const char *kind, *no, *channel_no;
};

static const struct names *names_of(const char *kind)
{
    static const struct names NAMES[] = {
        { PAYOUT_REFUND, "refund_no", "channel_refund_no" },
        { PAYOUT_TRANSFER, "transfer_no", "channel_transfer_no" },
    };

    return str_eq(kind, PAYOUT_TRANSFER) ? &NAMES[1] : &NAMES[0];
}

enum mock_play mock_play_of(const char *word)
{
    static const char *const WORDS[] = {
        [PLAY_NOW] = "now",   [PLAY_LATER] = "later",     [PLAY_NEVER] = "never",
        [PLAY_FAIL] = "fail", [PLAY_TIMEOUT] = "timeout", [PLAY_FAIL_THEN_OK] = "fail_then_ok",
    };

    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (str_eq(WORDS[i], word))
            return (enum mock_play)i;
    return PLAY_NOW;
}

static const struct db_column COLUMNS[] = {
    DB_COLUMN(struct mock_payout, status),
    DB_COLUMN(struct mock_payout, tries),
    DB_COLUMN_TIME(struct mock_payout, success_time),
    DB_COLUMN(struct mock_payout, channel_id),
    DB_COLUMN(struct mock_payout, price),
    DB_COLUMN(struct mock_payout, kind),
    DB_COLUMN(struct mock_payout, no),
    DB_COLUMN(struct mock_payout, channel_no),
    DB_COLUMN(struct mock_payout, currency),
    DB_COLUMN(struct mock_payout, error_code),
    DB_COLUMN(struct mock_payout, pay_id),
    DB_COLUMN(struct mock_payout, channel_order_no),
    DB_COLUMN(struct mock_payout, user_account),
};
#define PAYOUT_SELECT \
    "SELECT status, tries, success_time, channel_id, price, kind, no, channel_no, currency," \
    " error_code, pay_id, channel_order_no, user_account FROM mock_payout WHERE no = ?"

static enum pay_err payout_select(struct db *db, const char *sql, const char *no,
                                  struct mock_payout *out)
{
    const struct db_param in[] = { DB_STR(no) };

    enum pay_err err = db_select(
        db, &(struct db_query){
                .sql = sql, .in = in, .n = COUNT(in), .shape = DB_SHAPE(COLUMNS), .row = out });
    return err == PAY_NO_ROW ? PAY_NOT_FOUND : err;
}

enum pay_err mock_payout_read(struct db *db, const char *no, struct mock_payout *out)
{
    static const char SQL[] = PAYOUT_SELECT;

    enum pay_err err = ulid_is(no) ? payout_select(db, SQL, no, out) : PAY_NOT_FOUND;
    db_end(db);
    return err;
}

/* ---- what the merchant asks for */

static enum pay_err payout_enter(struct db *db, struct mock_asking *w)
{
    static const char SQL_NEW[] =
        "INSERT IGNORE INTO mock_payout (kind, no, channel_id, pay_id, channel_order_no,"
        " user_account, price, currency, channel_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    static const char SQL[] = PAYOUT_SELECT " FOR UPDATE";
    const struct mock_payout *wanted = w->wanted;
    char no[NO_SIZE + 4] = "MOCK";

    ulid_new(no + 4);
    const struct db_param in[] = {
        DB_STR(wanted->kind),
        DB_STR(wanted->no),
        DB_NUM(wanted->channel_id),
        DB_OPT(wanted->pay_id),
        DB_STR(wanted->channel_order_no),
        DB_STR(wanted->user_account),
        DB_MONEY(wanted->price),
        DB_STR(wanted->currency),
        DB_STR(no),
    };
    enum pay_err err = db_exec(db, SQL_NEW, DB_LIST(in), NULL);
    return err == PAY_OK ? payout_select(db, SQL, wanted->no, &w->found) : err;
}

static bool same_terms(const struct mock_payout *a, const struct mock_payout *b)
{
    return str_eq(a->kind, b->kind) && str_eq(a->pay_id, b->pay_id) &&
           str_eq(a->user_account, b->user_account) && a->channel_id == b->channel_id &&
           money_eq(a->price, b->price);
}

static enum pay_err state_write(struct db *db, const struct mock_asking *w,
                                enum mock_payout_state state, const char *code)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_payout"
        "   SET success_time = IF(? = " STATE(PAYOUT_DONE) ", UTC_TIMESTAMP(3), NULL), status = ?,"
        "       error_code = ?, tries = tries + 1"
        " WHERE no = ?";
    /* clang-format on */
    const struct db_param in[] = {
        DB_NUM(state),
        DB_NUM(state),
        DB_STR(code),
        DB_STR(w->wanted->no),
    };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

static enum pay_err payout_play(struct db *db, struct mock_asking *w)
{
    static const struct mock_outcome LATER = { "payout", "SUCCESS", LATER_S, 1, "", 0 };
    const bool waits = w->play == PLAY_LATER || w->play == PLAY_NEVER;
    struct mock_callback callback;
    const char *code = NULL;
    bool failed_before = false;

    enum pay_err err = w->judge(db, w, &code, &failed_before);
    if (!code && (w->play == PLAY_FAIL || (w->play == PLAY_FAIL_THEN_OK && !failed_before)))
        code = "MOCK_REFUSED";
    if (err != PAY_OK || code)
        return err == PAY_OK ? state_write(db, w, PAYOUT_FAILED, code) : err;
    err = state_write(db, w, waits ? PAYOUT_WAITING : PAYOUT_DONE, "");
    return err == PAY_OK && w->play == PLAY_LATER
               ? mock_callback_add_payout(db, w->wanted->no, &LATER, &callback)
               : err;
}

static enum pay_err ask_work(struct db *db, void *arg)
{
    static const char SQL[] = PAYOUT_SELECT;
    struct mock_asking *w = arg;

    enum pay_err err = w->lock ? w->lock(db, w) : PAY_OK;
    if (err == PAY_OK)
        err = payout_enter(db, w);
    if (err != PAY_OK)
        return err;
    if (!same_terms(&w->found, w->wanted))
        return PAY_CONFLICT;
    w->first = w->found.tries == 0;
    if (!w->first && w->found.status != PAYOUT_FAILED)
        return PAY_OK;
    err = payout_play(db, w);
    return err == PAY_OK ? payout_select(db, SQL, w->wanted->no, &w->found) : err;
}

enum pay_err mock_payout_ask(struct db *db, struct mock_asking *asking)
{
    enum pay_err err = db_txn(db, ask_work, asking);

    if (err == PAY_CONFLICT) {
        asking->found = *asking->wanted;
        asking->found.status = PAYOUT_FAILED; /* that number is another one's */
        return text_copy(asking->found.error_code, sizeof(asking->found.error_code), "NUMBER_USED")
                   ? PAY_OK
                   : PAY_FAULT;
    }
    return err == PAY_OK && asking->first && asking->play == PLAY_TIMEOUT ? PAY_UNKNOWN : err;
}

struct ending {
    const char *no;
    int64_t state;
};

static enum pay_err payout_end_work(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_payout"
        "   SET status = ?, success_time = IF(? = " STATE(PAYOUT_DONE) ", UTC_TIMESTAMP(3), NULL),"
        "       error_code = IF(? = " STATE(PAYOUT_FAILED) ", 'MOCK_REFUSED', '')"
        " WHERE no = ? AND status = " STATE(PAYOUT_WAITING);
    /* clang-format on */
    const struct ending *w = arg;
    const struct db_param in[] = {
        DB_NUM(w->state),
        DB_NUM(w->state),
        DB_NUM(w->state),
        DB_STR(w->no),
    };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

enum pay_err mock_payout_end(struct db *db, const char *no, const char *word)
{
    struct ending work = { .no = no };

    return word_parse(STATE_WORDS(PAYOUT_STATES), word, &work.state)
               ? db_txn(db, payout_end_work, &work)
               : PAY_FAULT;
}

/* ---- the question and its answer */

void mock_payout_write(struct json_text *to, const struct mock_payout *payout)
{
    const struct names *names = names_of(payout->kind);

    json_str(to, names->no, payout->no);
    json_str(to, "status", word_of(STATE_WORDS(PAYOUT_STATES), payout->status));
    json_opt(to, names->channel_no, payout->channel_no);
    if (payout->price.minor != 0)
        json_i64(to, "price", payout->price.minor);
    json_opt(to, "currency", payout->currency);
    json_time(to, "success_time", payout->success_time);
    json_opt(to, "error_code", payout->error_code);
}

enum pay_err mock_payout_query(struct db *db, const struct json *object, const char *kind,
                               struct json_text *to)
{
    struct mock_payout payout;
    const char *no = str_or(signed_json_str(object, names_of(kind)->no), "");

    enum pay_err err = mock_payout_read(db, no, &payout);
    if (err == PAY_NOT_FOUND && ulid_is(no)) {
        payout = (struct mock_payout){ .status = PAYOUT_UNKNOWN };
        err = text_copy(payout.no, sizeof(payout.no), no) &&
                      text_copy(payout.kind, sizeof(payout.kind), kind)
                  ? PAY_OK
                  : PAY_FAULT;
    }
    if (err == PAY_OK)
        mock_payout_write(to, &payout);
    return err == PAY_NOT_FOUND ? PAY_BAD_FIELD : err;
}

static bool payout_price_read(const struct json *object, const char *name, struct money *out)
{
    const struct json *value = json_member(object, name);

    if (!value || json_kind(value) != JSON_INT || json_int(value) < 1 ||
        json_int(value) > MONEY_MAX)
        return false;
    *out = MONEY(json_int(value));
    return true;
}

bool mock_payout_terms(const struct json *object, const char *price_name, struct mock_payout *out)
{
    const char *no = str_or(signed_json_str(object, names_of(out->kind)->no), "");

    return ulid_is(no) && text_copy(out->no, sizeof(out->no), no) &&
           text_copy(out->currency, sizeof(out->currency),
                     str_or(signed_json_str(object, "currency"), "")) &&
           payout_price_read(object, price_name, &out->price);
}
