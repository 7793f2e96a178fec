/* mock_outcome.c - what payers make happen. */
#include "sandbox/mock/mock_private.h"

#include "base/clock.h"
#include "base/text.h"

#define COPIES_MAX 2
#define LATE_S 20

static const struct mock_outcome OUTCOMES[] = {
    { "paid", "SUCCESS", 0, 1, "", 0 },       { "failed", "FAILED", 0, 1, "", 0 },
    { "late", "SUCCESS", LATE_S, 1, "", 0 },  { "twice", "SUCCESS", 0, 2, "", 0 },
    { "price", "SUCCESS", 0, 1, "price", 0 }, { "sign", "SUCCESS", 0, 1, "sign", 0 },
    { "silent", "SUCCESS", 0, 0, "", 0 },
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
    struct mock_callback callbacks[COPIES_MAX];
};

static enum pay_err mock_outcome_work(struct db *db, void *arg)
{
    /* Paid is final; a payer may be faster than a close. success_time is set first: it reads the
     * old state. */
    /* clang-format off */
    static const char SQL[] =
        "UPDATE mock_trade"
        "   SET success_time = IF(? = " STATE(MOCK_PAID) ","
        "                         IFNULL(success_time, IFNULL(?, UTC_TIMESTAMP(3))),"
        "                         success_time),"
        "       status = IF(status = " STATE(MOCK_PAID) ", status, ?)"
        " WHERE pay_id = ?";
    /* clang-format on */
    struct settle *s = arg;
    int64_t state;

    if (!word_parse(STATE_WORDS(MOCK_STATES), s->outcome->status, &state))
        return PAY_FAULT;
    const struct db_param in[] = { DB_NUM(state), DB_WHEN(s->outcome->success_time), DB_NUM(state),
                                   DB_STR(s->trade->pay_id) };

    enum pay_err err = db_exec(db, SQL, DB_LIST(in), NULL);
    for (int i = 0; err == PAY_OK && i < s->outcome->copies; i++)
        err = mock_callback_add(db, s->trade, s->outcome, &s->callbacks[i]);
    return err;
}

/* The trade's state and the callbacks owed in one transaction; then those due are sent. */
static enum pay_err trade_settle(struct db *db, const struct config *config,
                                 const struct mock_outcome *outcome, struct mock_trade *trade,
                                 struct mock_answer *answer)
{
    struct mock_outcome made = *outcome;
    struct settle s = { .trade = trade, .outcome = &made };

    if (trade->callback_is_lost)
        made.copies = 0;
    *answer = (struct mock_answer){ .sent = false };
    enum pay_err err = db_txn(db, mock_outcome_work, &s);
    if (err == PAY_OK)
        err = mock_trade_read(db, trade->pay_id, trade);
    for (int i = 0; err == PAY_OK && !outcome->delay_s && i < made.copies; i++)
        err = mock_callback_send(db, config, trade, &s.callbacks[i], answer);
    return err;
}

static bool trade_is_open(const struct mock_trade *trade)
{
    return trade->status == MOCK_WAITING && trade->expire_time > trade->now;
}

enum pay_err mock_callback_play(struct db *db, const struct config *config,
                                const struct mock_played *played, struct json_text *to)
{
    const struct mock_outcome outcome = { .name = "api",
                                          .status = played->status,
                                          .copies = 1,
                                          .fault = "",
                                          .success_time = played->success_time };
    struct mock_answer answer;
    struct mock_trade trade;

    if (played->success_time > clock_now_ms())
        return PAY_BAD_FIELD;
    enum pay_err err = mock_trade_open(db, played->pay_id, &trade);
    if (err == PAY_OK)
        err = trade_settle(db, config, &outcome, &trade, &answer);
    mock_trade_close(&trade);
    if (err != PAY_OK)
        return err;
    json_str(to, "pay_id", trade.pay_id);
    json_str(to, "channel_order_no", trade.channel_order_no);
    json_str(to, "status", played->status);
    json_open(to, "callback");
    json_i64(to, "http_status", answer.http_status);
    json_str(to, "body", answer.body);
    json_close(to);
    return PAY_OK;
}

/* A second click only shows the result. */
static enum pay_err outcome_apply(struct db *db, const struct config *config,
                                  const struct mock_form *form, struct mock_trade *trade)
{
    const struct mock_outcome *outcome = mock_outcome_find(form->outcome);
    struct mock_answer answer;

    if (trade->is_transfer || *form->refund_no != '\0')
        return mock_payout_decide(db, config, trade, form);
    if (!outcome)
        return PAY_BAD_FIELD;
    return trade_is_open(trade) ? trade_settle(db, config, outcome, trade, &answer) : PAY_OK;
}

enum pay_err mock_form_apply(struct db *db, const struct config *config,
                             const struct mock_form *form)
{
    struct mock_trade trade;

    enum pay_err err = mock_page_open(db, form->pay_id, &trade);
    if (err != PAY_OK)
        return err;
    if (!mock_token_ok(&trade, form->token))
        err = PAY_NOT_FOUND;
    else if (!mock_csrf_ok(&trade, form->csrf))
        err = PAY_CROSS_SITE;
    else
        err = outcome_apply(db, config, form, &trade);
    mock_trade_close(&trade);
    return err;
}
