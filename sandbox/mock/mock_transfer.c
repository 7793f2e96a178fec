/* mock_transfer.c - transfers at the mock gateway: a merchant pays to an account. What becomes of
 * one is what the transfer's channel_extras ask for, {"mock": "later"}. fail_then_ok refuses the
 * first one to an account and pays the next. */
#include "base/text.h"
#include "sandbox/mock/mock_payout.h"

static enum pay_err transfer_judge(struct db *db, const struct mock_asking *w, const char **code,
                                   bool *failed_before)
{
    static const char SQL[] = "SELECT COUNT(*) FROM mock_payout"
                              " WHERE channel_id = ? AND kind = '" PAYOUT_TRANSFER
                              "' AND user_account = ? AND no <> ?"
                              "   AND status = " STATE(PAYOUT_FAILED);
    const struct mock_payout *wanted = w->wanted;
    const struct db_param in[] = {
        DB_NUM(wanted->channel_id),
        DB_STR(wanted->user_account),
        DB_STR(wanted->no),
    };
    int64_t failed = 0;

    *code = NULL;
    if (w->play != PLAY_FAIL_THEN_OK)
        return PAY_OK;
    enum pay_err err = db_number(db, SQL, DB_LIST(in), &failed);
    *failed_before = failed > 0;
    return err;
}

enum pay_err mock_transfer_answer(struct db *db, const struct json *object,
                                  struct mock_trade *trade, struct json_text *to)
{
    struct mock_payout wanted = { .kind = PAYOUT_TRANSFER,
                                  .channel_id = trade->merchant.channel_id };
    struct mock_asking asking = {
        .wanted = &wanted,
        .judge = transfer_judge,
        .play = mock_play_of(str_or(signed_json_str(object, "play"), "")),
    };

    if (!mock_payout_terms(object, "price", &wanted) ||
        !text_copy(wanted.user_account, sizeof(wanted.user_account),
                   str_or(signed_json_str(object, "user_account"), "")) ||
        *wanted.user_account == '\0')
        return PAY_BAD_FIELD;
    enum pay_err err = mock_payout_ask(db, &asking);
    if (err == PAY_OK)
        mock_payout_write(to, &asking.found);
    return err;
}

enum pay_err mock_transfer_query_answer(struct db *db, const struct json *object,
                                        struct mock_trade *trade, struct json_text *to)
{
    (void)trade;
    return mock_payout_query(db, object, PAYOUT_TRANSFER, to);
}
