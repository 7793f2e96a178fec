/* mock_refund.c - refunds at the mock gateway: asked for by the merchant, signed both ways. What
 * becomes of one is what the order's metadata asks for.
 *
 * The gateway trusts the merchant's word that a payment came in: tests sign callbacks themselves,
 * of payments that are not on its books. It gives back no more than a payment's price. Refunds that
 * wait do not count: a test may have signed the end of one itself. */
#include "base/text.h"
#include "sandbox/mock/mock_payout.h"

/* Everything about one trade happens one after another. */
static enum pay_err trade_lock(struct db *db, const struct mock_asking *w)
{
    static const char SQL[] = "SELECT id FROM mock_trade WHERE pay_id = ? FOR UPDATE";
    const struct db_param in[] = { DB_STR(w->wanted->pay_id) };
    int64_t id;

    return db_number(db, SQL, DB_LIST(in), &id);
}

static enum pay_err refund_judge(struct db *db, const struct mock_asking *w, const char **code,
                                 bool *failed_before)
{
    static const char SQL[] = "SELECT CAST(IFNULL(SUM(price), 0) AS INTEGER) FROM mock_payout"
                              " WHERE pay_id = ? AND channel_order_no = ? AND no <> ?"
                              "   AND status = " STATE(PAYOUT_DONE);
    const struct mock_trade *trade = w->arg;
    const struct mock_payout *wanted = w->wanted;
    const struct db_param in[] = {
        DB_STR(wanted->pay_id),
        DB_STR(wanted->channel_order_no),
        DB_STR(wanted->no),
    };
    int64_t before = 0;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &before);
    *failed_before = w->found.tries > 0;
    *code = !str_eq(wanted->currency, trade->currency)          ? "CURRENCY"
            : wanted->price.minor > trade->price.minor - before ? "NOT_ENOUGH"
                                                                : NULL;
    return err;
}

/* Without a number of the payment: the trade's own. */
static bool wanted_read(const struct json *object, const struct mock_trade *trade,
                        struct mock_payout *out)
{
    *out = (struct mock_payout){ .kind = PAYOUT_REFUND, .channel_id = trade->merchant.channel_id };
    return mock_payout_terms(object, "refund_price", out) &&
           text_copy(out->pay_id, sizeof(out->pay_id), trade->pay_id) &&
           text_copy(out->channel_order_no, sizeof(out->channel_order_no),
                     str_or(signed_json_str(object, "channel_order_no"), trade->channel_order_no));
}

enum pay_err mock_refund_answer(struct db *db, const struct json *object, struct mock_trade *trade,
                                struct json_text *to)
{
    struct mock_payout wanted;
    struct mock_asking asking = {
        .wanted = &wanted, .judge = refund_judge, .lock = trade_lock, .arg = trade
    };

    enum pay_err err = mock_trade_open(db, trade->pay_id, trade);
    if (err != PAY_OK)
        return err;
    if (!wanted_read(object, trade, &wanted))
        return PAY_BAD_FIELD;
    asking.play = mock_play_of(trade->refund_play);
    err = mock_payout_ask(db, &asking);
    if (err == PAY_OK)
        mock_payout_write(to, &asking.found);
    return err;
}

enum pay_err mock_refund_query_answer(struct db *db, const struct json *object,
                                      struct mock_trade *trade, struct json_text *to)
{
    (void)trade;
    return mock_payout_query(db, object, PAYOUT_REFUND, to);
}
