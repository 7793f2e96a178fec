/* mock_question.c - what merchants ask the gateway, signed both ways: the door for all questions,
 * and the first two: what became of a trade, and to close it. */
#include "sandbox/mock/mock_private.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/text.h"

#define TIME_WINDOW_S 300

static enum pay_err question_check(const struct json *object, const struct mock_merchant *merchant)
{
    const struct signed_key key = { SIGNED_HMAC, merchant->secret };
    const struct json *stamp = json_member(object, "timestamp");

    if (!signed_json_verify(object, &key))
        return PAY_BAD_SIGN;
    if (!stamp || json_kind(stamp) != JSON_INT)
        return PAY_BAD_FIELD;
    int64_t off = json_int(stamp) - clock_now_s();
    return off > TIME_WINDOW_S || off < -TIME_WINDOW_S ? PAY_BAD_TIME : PAY_OK;
}

/* Whose key it is signed with: a question about a payment names it, one about a transfer names the
 * merchant's channel. */
static enum pay_err merchant_find(struct db *db, const struct json *object,
                                  struct mock_trade *trade)
{
    const bool whole = json_kind(object) == JSON_OBJECT;
    const char *pay_id = whole ? signed_json_str(object, "pay_id") : NULL;
    const struct json *channel = whole ? json_member(object, "channel_id") : NULL;

    if (pay_id)
        return mock_trade_read(db, pay_id, trade);
    return channel && json_kind(channel) == JSON_INT
               ? mock_merchant_read(db, json_int(channel), &trade->merchant)
               : PAY_BAD_FIELD;
}

/* An unknown number is refused like a wrong signature: there is no key to check with. */
static enum pay_err question_read(struct db *db, const char *body, size_t len, struct json **object,
                                  struct mock_trade *trade)
{
    enum pay_err err = json_parse(body, len, object);

    if (err != PAY_OK)
        return err;
    err = merchant_find(db, *object, trade);
    if (err == PAY_OK)
        err = question_check(*object, &trade->merchant);
    if (err != PAY_OK)
        json_free(object);
    return err == PAY_NOT_FOUND ? PAY_BAD_SIGN : err;
}

/* ---- trades */

static void answer_trade_write(const struct mock_trade *trade, struct json_text *to)
{
    json_str(to, "pay_id", trade->pay_id);
    json_str(to, "status", word_of(STATE_WORDS(MOCK_STATES), trade->status));
    json_opt(to, "channel_order_no", trade->channel_order_no);
    json_i64(to, "price", trade->price.minor);
    json_str(to, "currency", trade->currency);
    json_time(to, "success_time", trade->success_time);
}

static enum pay_err query_answer(struct db *db, const struct json *object, struct mock_trade *trade,
                                 struct json_text *to)
{
    (void)db;
    (void)object;
    answer_trade_write(trade, to);
    return PAY_OK;
}

static enum pay_err close_work(struct db *db, void *arg)
{
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_trade SET status = " STATE(MOCK_CLOSED)
        " WHERE pay_id = ? AND status = " STATE(MOCK_WAITING);
    /* clang-format on */
    const struct mock_trade *trade = arg;
    const struct db_param in[] = { DB_STR(trade->pay_id) };

    return db_exec(db, SQL, DB_LIST(in), NULL);
}

/* Also a trade that is not on the books yet: it is opened, so that it can be closed. */
static enum pay_err close_answer(struct db *db, const struct json *object, struct mock_trade *trade,
                                 struct json_text *to)
{
    (void)object;
    enum pay_err err = mock_trade_open(db, trade->pay_id, trade);

    if (err == PAY_OK)
        err = db_txn(db, close_work, trade);
    if (err == PAY_OK)
        err = mock_trade_read(db, trade->pay_id, trade);
    if (err == PAY_OK)
        answer_trade_write(trade, to);
    return err;
}

/* ---- the door */

static const struct asked {
    const char *what;
    mock_answerer *answer;
    bool of_channel; /* it names no payment */
} QUESTIONS[] = {
    { "query", query_answer, false },
    { "close", close_answer, false },
    { "refund", mock_refund_answer, false },
    { "refund/query", mock_refund_query_answer, false },
    { "transfer", mock_transfer_answer, true },
    { "transfer/query", mock_transfer_query_answer, true },
    { "bill", mock_bill_answer, true },
};

static enum pay_err answer_write(struct db *db, mock_answerer *answer, const struct json *object,
                                 struct mock_trade *trade, struct text *to)
{
    struct json_text j = JSON_TEXT(to);
    char nonce[TOKEN_SIZE];

    token_new(nonce);
    json_open(&j, NULL);
    enum pay_err err = answer(db, object, trade, &j);
    json_i64(&j, "timestamp", clock_now_s());
    json_str(&j, "nonce", nonce);
    json_close(&j);
    const struct signed_key key = mock_sign_key(&trade->merchant);
    return err == PAY_OK && !signed_json_sign(to, &key) ? PAY_FAULT : err;
}

static const struct asked *asked_of(const char *what)
{
    for (size_t i = 0; i < COUNT(QUESTIONS); i++)
        if (str_eq(QUESTIONS[i].what, what))
            return &QUESTIONS[i];
    return NULL;
}

enum pay_err mock_question_answer(struct db *db, const char *what, const char *body, size_t len,
                                  struct text *to)
{
    struct mock_trade trade = { .status = MOCK_UNKNOWN };
    const struct asked *asked = asked_of(what);
    struct json *object = NULL;

    if (!asked)
        return PAY_NOT_FOUND;
    enum pay_err err = question_read(db, body, len, &object, &trade);
    if (err == PAY_OK && asked->of_channel != (*trade.pay_id == '\0'))
        err = PAY_BAD_FIELD;
    if (err == PAY_OK)
        err = answer_write(db, asked->answer, object, &trade, to);
    mock_trade_close(&trade);
    json_free(&object);
    return err;
}
