/* mock_outcome.c - what payers make happen, and the gateway's own query. */
#include "sandbox/mock_private.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/text.h"

#define TIME_WINDOW_S 300
#define COPIES_MAX 2
#define LATE_S 20

static const struct mock_outcome OUTCOMES[] = {
    { "paid", "SUCCESS", 0, 1, "" },       { "failed", "FAILED", 0, 1, "" },
    { "late", "SUCCESS", LATE_S, 1, "" },  { "twice", "SUCCESS", 0, 2, "" },
    { "price", "SUCCESS", 0, 1, "price" }, { "sign", "SUCCESS", 0, 1, "sign" },
    { "silent", "SUCCESS", 0, 0, "" },
};

const struct mock_outcome *mock_outcome_find(const char *name)
{
    for (size_t i = 0; i < COUNT(OUTCOMES); i++)
        if (str_eq(OUTCOMES[i].name, name))
            return &OUTCOMES[i];
    return NULL;
}

struct settle {
    struct mock_trade *trade;
    const struct mock_outcome *outcome;
    struct mock_notice notices[COPIES_MAX];
};

static enum pay_err settle_work(struct db *db, void *arg)
{
    /* Paid is final; a payer may be faster than a close. success_time is set first: it reads the
     * old state. */
    static const char SQL[] =
        "UPDATE mock_trade"
        "   SET success_time = IF(? = " STATE(MOCK_PAID) ","
        "                         IFNULL(success_time, UTC_TIMESTAMP(3)), success_time),"
        "       status = IF(status = " STATE(MOCK_PAID) ", status, ?)"
        " WHERE pay_id = ?";
    struct settle *s = arg;
    int64_t state;

    if (!word_parse(STATE_WORDS(MOCK_STATES), s->outcome->status, &state))
        return PAY_FAULT;
    const struct db_param in[] = { DB_NUM(state), DB_NUM(state), DB_STR(s->trade->pay_id) };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    for (int i = 0; err == PAY_OK && i < s->outcome->copies; i++)
        err = mock_notice_add(db, s->trade, s->outcome, &s->notices[i]);
    return err;
}

enum pay_err mock_trade_settle(struct db *db, const struct config *config,
                               const struct mock_outcome *outcome, struct mock_trade *trade,
                               struct mock_answer *answer)
{
    struct settle s = { .trade = trade, .outcome = outcome };

    *answer = (struct mock_answer){ .sent = false };
    enum pay_err err = db_txn(db, settle_work, &s);
    if (err == PAY_OK)
        err = mock_trade_read(db, trade->pay_id, trade);
    for (int i = 0; err == PAY_OK && !outcome->delay_s && i < outcome->copies; i++)
        err = mock_notice_send(db, config, trade, &s.notices[i], answer);
    return err;
}

static bool answer_write(const struct mock_trade *trade, struct text *to)
{
    struct signed_key key = mock_sign_key(trade);
    struct json_text j = JSON_TEXT(to);
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    json_open(&j, NULL);
    json_str(&j, "pay_id", trade->pay_id);
    json_str(&j, "status", word_of(STATE_WORDS(MOCK_STATES), trade->status));
    json_opt(&j, "channel_order_no", trade->channel_order_no);
    json_i64(&j, "price", trade->price.minor);
    json_str(&j, "currency", trade->currency);
    json_time(&j, "success_time", trade->success_time);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    return signed_json_sign(to, &key);
}

static enum pay_err query_check(const struct json *object, const struct mock_trade *trade)
{
    const struct signed_key key = { SIGNED_HMAC, trade->secret };
    const struct json *stamp = json_member(object, "timestamp");

    if (!signed_json_verify(object, &key))
        return PAY_BAD_SIGN;
    if (!stamp || json_kind(stamp) != JSON_INT)
        return PAY_BAD_FIELD;
    int64_t off = json_int(stamp) - clock_now_s();
    return off > TIME_WINDOW_S || off < -TIME_WINDOW_S ? PAY_BAD_TIME : PAY_OK;
}

static enum pay_err close_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE mock_trade SET status = " STATE(MOCK_CLOSED)
        " WHERE pay_id = ? AND status = " STATE(MOCK_WAITING);
    const struct mock_trade *trade = arg;
    const struct db_param in[] = { DB_STR(trade->pay_id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* Also a trade that is not on the books yet: it is opened, so that it can be closed. */
static enum pay_err trade_end(struct db *db, struct mock_trade *trade)
{
    enum pay_err err = mock_trade_open(db, trade->pay_id, trade);

    if (err == PAY_OK)
        err = db_txn(db, close_work, trade);
    return err == PAY_OK ? mock_trade_read(db, trade->pay_id, trade) : err;
}

enum pay_err mock_question_answer(struct db *db, bool close, const char *body, size_t len,
                                  struct text *to)
{
    struct json *object;
    struct mock_trade trade;

    enum pay_err err = json_parse(body, len, &object);
    if (err != PAY_OK)
        return err;
    const char *pay_id = json_kind(object) == JSON_OBJECT ? signed_json_str(object, "pay_id")
                                                          : NULL;
    err = pay_id ? mock_trade_read(db, pay_id, &trade) : PAY_BAD_FIELD;
    if (err == PAY_NOT_FOUND)
        err = PAY_BAD_SIGN; /* no key to check with, and not told apart */
    if (err == PAY_OK) {
        err = query_check(object, &trade);
        if (err == PAY_OK && close)
            err = trade_end(db, &trade);
        if (err == PAY_OK && !answer_write(&trade, to))
            err = PAY_FAULT;
        mock_trade_close(&trade);
    }
    json_free(&object);
    return err;
}
