/* mock_payout.h - money that leaves the gateway, in its books: a refund or a transfer. One number,
 * one payout: asked for again it is what it is, unless it failed. */
#ifndef SANDBOX_MOCK_PAYOUT_H
#define SANDBOX_MOCK_PAYOUT_H

#include "sandbox/mock/mock_private.h"
#include "sandbox/mock/mock_waiting.h"

#define PAYOUT_REFUND "refund"
#define PAYOUT_TRANSFER "transfer"

/* PAY_NOT_FOUND when it is not on the books. */
MUST_USE enum pay_err mock_payout_read(struct db *db, const char *no, struct mock_payout *out);
/* Ends one that waits; word is SUCCESS or FAILED. It stays what it is when it has ended. */
MUST_USE enum pay_err mock_payout_end(struct db *db, const char *no, const char *word);

/* What the merchant wants the gateway to play. */
enum mock_play { PLAY_NOW, PLAY_LATER, PLAY_NEVER, PLAY_FAIL, PLAY_TIMEOUT, PLAY_FAIL_THEN_OK };
enum mock_play mock_play_of(const char *word); /* PLAY_NOW for any other word */

struct mock_asking {
    const struct mock_payout *wanted; /* its terms, without a state */
    enum mock_play play;
    /* Inside the transaction, the payout's row locked. *code: why it cannot be done; NULL: it can.
     * *failed_before: PLAY_FAIL_THEN_OK succeeds now. */
    enum pay_err (*judge)(struct db *db, const struct mock_asking *asking, const char **code,
                          bool *failed_before);
    /* What is locked first; NULL: nothing. */
    enum pay_err (*lock)(struct db *db, const struct mock_asking *asking);
    const void *arg; /* for both */
    /* Filled. */
    struct mock_payout found;
    bool first; /* it was not asked for before */
};
/* asking->found is what became of it. PAY_UNKNOWN: done, but the answer is lost on its way. */
MUST_USE enum pay_err mock_payout_ask(struct db *db, struct mock_asking *asking);

/* Its members, in an answer or a callback. */
void mock_payout_write(struct json_text *to, const struct mock_payout *payout);
/* Answers what became of the payout that the object names. */
MUST_USE enum pay_err mock_payout_query(struct db *db, const struct json *object, const char *kind,
                                        struct json_text *to);
/* The terms that both kinds have; price_name is the member of the price. False: one is wrong. */
bool mock_payout_terms(const struct json *object, const char *price_name, struct mock_payout *out);

#endif
