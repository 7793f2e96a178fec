/* mock_private.h - what the gateway's files share. */
#ifndef SANDBOX_MOCK_PRIVATE_H
#define SANDBOX_MOCK_PRIVATE_H

#include "base/json_text.h"
#include "wire/signed_json.h"
#include "sandbox/mock/mock_gateway.h"

/* The key the gateway signs with: the shared secret, or its own RSA key. */
struct signed_key mock_sign_key(const struct mock_merchant *merchant);
/* PAY_NOT_FOUND: no mock channel has this number. The caller wipes what it read. */
MUST_USE enum pay_err mock_merchant_read(struct db *db, int64_t channel_id,
                                         struct mock_merchant *out);
void mock_merchant_wipe(struct mock_merchant *merchant);
/* Reads the attempt and its trade without opening one (status MOCK_UNKNOWN then). */
MUST_USE enum pay_err mock_trade_read(struct db *db, const char *pay_id, struct mock_trade *out);

/* What the callback address said to the last callback sent. */
struct mock_answer {
    bool sent;
    int64_t http_status;
    char body[513];
};
struct mock_callback {
    int64_t id, tries, token;
    char pay_id[NO_SIZE], status[9], fault[9];
    char payout_no[NO_SIZE]; /* "": it is about the trade */
};
/* Inside a transaction: a callback owed after delay_s; claimed at once when it is due now. */
MUST_USE enum pay_err mock_callback_add(struct db *db, const struct mock_trade *trade,
                                        const struct mock_outcome *outcome,
                                        struct mock_callback *out);
/* The same about a payout. */
MUST_USE enum pay_err mock_callback_add_payout(struct db *db, const char *payout_no,
                                               const struct mock_outcome *outcome,
                                               struct mock_callback *out);
/* Answers one kind of question, whose signature and time are right, into the JSON object under way.
 */
typedef enum pay_err mock_answerer(struct db *db, const struct json *object,
                                   struct mock_trade *trade, struct json_text *to);
mock_answerer mock_refund_answer, mock_refund_query_answer;
mock_answerer mock_transfer_answer, mock_transfer_query_answer;
mock_answerer mock_bill_answer;
/* What a person can decide on a payout that waits, and its callback: "refund_ok", "transfer_fail"
 * …; PAY_BAD_FIELD: nothing of that name. */
MUST_USE enum pay_err mock_payout_decide(struct db *db, const struct config *config,
                                         const struct mock_trade *trade,
                                         const struct mock_form *form);

/* Sends one claimed callback and records what came back. */
MUST_USE enum pay_err mock_callback_send(struct db *db, const struct config *config,
                                         const struct mock_trade *trade,
                                         const struct mock_callback *callback,
                                         struct mock_answer *answer);
#endif
