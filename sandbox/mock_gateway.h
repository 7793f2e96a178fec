/* mock_gateway.h - the mock channel's other side, a third party of its own: its books of trades,
 * its signatures, its callbacks over HTTP, its retries. Knows of Shroff only what a merchant would
 * tell its channel (the view merchant_attempt) and the channel's agreed keys. Test mode only. */
#ifndef SANDBOX_MOCK_GATEWAY_H
#define SANDBOX_MOCK_GATEWAY_H

#include <stdbool.h>
#include "base/config.h"
#include "base/money.h"
#include "base/ulid.h"
#include "io/db/db_due.h"
#include "io/json/json.h"
#include "sandbox/mock_state.h"

/* A trade with what the page shows; secrets are wiped by mock_trade_close. */
struct mock_trade {
    int64_t channel_id, status, expire_time, success_time, now;
    struct money price;
    char pay_id[NO_SIZE], currency[CURRENCY_SIZE], channel_order_no[65], subject[509];
    char return_url[1025];
    char shop[257], app_key[33], sign_type[16];
    char refund_play[65]; /* what the order's metadata.mock.refund asks for */
    char secret[129], private_key[4096];
};

/* Reads the merchant's attempt and opens the trade in the books when it is not there yet.
 * PAY_NOT_FOUND: no such attempt on a mock channel. */
MUST_USE enum pay_err mock_trade_open(struct db *db, const char *pay_id, struct mock_trade *out);
void mock_trade_close(struct mock_trade *trade);
/* True when token is the page's token of this trade; constant time. */
bool mock_token_ok(const struct mock_trade *trade, const char *token);
/* A form token bound to the trade and its price, good until a day after the order's end. */
#define MOCK_CSRF_SIZE 80
MUST_USE bool mock_csrf_new(const struct mock_trade *trade, char out[MOCK_CSRF_SIZE]);
bool mock_csrf_ok(const struct mock_trade *trade, const char *csrf);

/* What a payer can make happen: each a row in OUTCOMES (mock_outcome.c). */
struct mock_outcome {
    const char *name;   /* "paid", "failed", "late", "twice", "price", "sign", "silent" */
    const char *status; /* SUCCESS or FAILED */
    int64_t delay_s;    /* of the callback */
    int copies;         /* 0: no callback at all */
    const char *fault;  /* "price", "sign" or "" */
};
/* NULL when there is none of that name. */
const struct mock_outcome *mock_outcome_find(const char *name);

/* What the callback address said to the last callback sent. */
struct mock_answer {
    bool sent;
    int64_t http_status;
    char body[513];
};

/* A form of the page, as it was sent. refund_no "": it is about the trade. */
struct mock_form {
    const char *pay_id, *token, *csrf, *outcome, *refund_no;
};
/* Makes it happen. What was paid already, or decided, stays as it is. PAY_NOT_FOUND: no such trade,
 * or the token is another's; PAY_CROSS_SITE; PAY_BAD_FIELD: no such outcome. */
MUST_USE enum pay_err mock_form_apply(struct db *db, const struct config *config,
                                      const struct mock_form *form);

/* Makes it happen: the trade's state, the callbacks owed (one transaction), then sends those due.
 * status is SUCCESS, FAILED or CLOSED. A paid trade stays paid, also when another status is asked
 * for later. */
MUST_USE enum pay_err mock_trade_settle(struct db *db, const struct config *config,
                                        const struct mock_outcome *outcome,
                                        struct mock_trade *trade, struct mock_answer *answer);
/* Callbacks that are due, for sandbox_runner; and the work on a claimed one: it is sent, and what
 * came back is recorded. */
extern const struct db_due MOCK_NOTICES;
MUST_USE enum pay_err mock_notice_run(struct db *db, const struct config *config,
                                      const struct db_due_row *row);

/* POST /mockpay/{what}: query, close, refund, refund/query. The body as it came; writes the answer
 * into to, signed. PAY_BAD_SIGN, PAY_BAD_TIME, PAY_BAD_FIELD.
 *   query, close   the trade's state. Closing ends one that waits; paid stays paid. A query opens
 *                  no trade
 *   refund         asked for under one number however often. What comes of it is what the order's
 *                  metadata.mock.refund says: now, later, never, fail, timeout (done, and
 *                  PAY_UNKNOWN in place of the first answer), fail_then_ok */
MUST_USE enum pay_err mock_question_answer(struct db *db, const char *what, const char *body,
                                           size_t len, struct text *to);

/* A refund in the books. */
struct mock_refund {
    int64_t status, tries, success_time;
    struct money price;
    char refund_no[NO_SIZE], pay_id[NO_SIZE], channel_order_no[65], channel_refund_no[65];
    char currency[CURRENCY_SIZE], error_code[33];
};

/* Refunds of a trade that wait for a decision, the oldest first, at most MOCK_REFUNDS_SHOWN. */
#define MOCK_REFUNDS_SHOWN 8
MUST_USE enum pay_err mock_refunds_waiting(struct db *db, const char *pay_id,
                                           struct mock_refund *out, size_t *count);

#endif
