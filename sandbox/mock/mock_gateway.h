/* mock_gateway.h - the mock channel's other side, a third party of its own: its books of trades,
 * its signatures, its callbacks over HTTP, its retries. Knows of Shroff only what a merchant would
 * tell its channel (the view merchant_attempt) and the channel's agreed keys. Test mode only. */
#ifndef SANDBOX_MOCK_GATEWAY_H
#define SANDBOX_MOCK_GATEWAY_H

#include <stdbool.h>
#include "base/config.h"
#include "base/json_text.h"
#include "base/money.h"
#include "base/ulid.h"
#include "io/db/db_due.h"
#include "io/json/json.h"
#include "sandbox/mock/mock_state.h"

/* A merchant of the gateway, by the number of its channel, and the keys agreed with it. */
struct mock_merchant {
    int64_t channel_id;
    char shop[257], sign_type[16], secret[129], private_key[4096];
};

/* A trade with what the page shows; secrets are wiped by mock_trade_close. */
struct mock_trade {
    int64_t status, expire_time, success_time, now;
    struct money price;
    char pay_id[NO_SIZE], currency[CURRENCY_SIZE], channel_order_no[65], subject[509];
    char return_url[1025];
    char shown_token[65];  /* the token in the address that the payer was given, "" without one */
    char refund_play[65];  /* what the order's metadata.mock.refund asks for */
    bool callback_is_lost; /* its metadata.mock.callback is "lost" */
    bool is_transfer;      /* a transfer's page: pay_id is the transfer's number */
    struct mock_merchant merchant;
};

/* Reads the merchant's attempt and opens the trade in the books when it is not there yet.
 * PAY_NOT_FOUND: no such attempt on a mock channel. */
MUST_USE enum pay_err mock_trade_open(struct db *db, const char *pay_id, struct mock_trade *out);
void mock_trade_close(struct mock_trade *trade);
/* What the page of a number shows: its trade, opened as above, or a transfer. */
MUST_USE enum pay_err mock_page_open(struct db *db, const char *number, struct mock_trade *out);
/* True when token is the page's token of this trade, by the merchant's secret or as the payer was
 * given it; constant time. */
bool mock_token_ok(const struct mock_trade *trade, const char *token);
/* A form token bound to the trade and its price, good until a day after the order's end. */
#define MOCK_CSRF_SIZE 80
MUST_USE bool mock_csrf_new(const struct mock_trade *trade, char out[MOCK_CSRF_SIZE]);
bool mock_csrf_ok(const struct mock_trade *trade, const char *csrf);

/* What a payer can make happen (mock_outcome.c). */
struct mock_outcome {
    const char *name;     /* "paid", "failed", "late", "twice", "price", "sign", "silent" */
    const char *status;   /* SUCCESS or FAILED */
    int64_t delay_s;      /* of the callback */
    int copies;           /* 0: no callback at all */
    const char *fault;    /* "price", "sign" or "" */
    int64_t success_time; /* 0: now */
};
/* NULL when there is none of that name. */
const struct mock_outcome *mock_outcome_find(const char *name);

/* A form of the page, as it was sent. refund_no "": it is about the trade or the transfer. */
struct mock_form {
    const char *pay_id, *token, *csrf, *outcome, *refund_no;
};
/* Makes it happen. What was paid already, or decided, stays as it is. PAY_NOT_FOUND: no such trade,
 * or the token is another's; PAY_CROSS_SITE; PAY_BAD_FIELD: no such outcome. */
MUST_USE enum pay_err mock_form_apply(struct db *db, const struct config *config,
                                      const struct mock_form *form);

/* A payer's payment by program, its callback sent at once; writes what was sent and answered.
 * status is SUCCESS, FAILED or CLOSED. A paid trade stays paid. success_time dates the payment, and
 * so its bill; 0: now. PAY_BAD_FIELD: it is not in the past. */
struct mock_played {
    const char *pay_id, *status;
    int64_t success_time;
};
MUST_USE enum pay_err mock_callback_play(struct db *db, const struct config *config,
                                         const struct mock_played *played, struct json_text *to);
/* Moves the due times of the gateway's unsent callbacks for this app's channels so many seconds
 * earlier. A callback that is being sent keeps its time. *due: how many became due by it. */
MUST_USE enum pay_err mock_clock_advance(struct db *db, const char *app_key, int64_t seconds,
                                         int64_t *due);
/* Callbacks that are due, for sandbox_runner; run sends a claimed one and records its answer. */
extern const struct db_due MOCK_CALLBACKS;
MUST_USE enum pay_err mock_callback_run(struct db *db, const struct config *config,
                                        const struct db_due_row *row);

/* POST /mockpay/{what}. Writes the answer, signed. PAY_BAD_SIGN, PAY_BAD_TIME, PAY_BAD_FIELD.
 *   query, close   the trade's state. Closing ends one that waits; paid stays paid. A query opens
 *                  no trade
 *   refund         asked for under one number however often. What comes of it is what the order's
 *                  metadata.mock.refund says: now, later, never, fail, timeout (done, and
 *                  PAY_UNKNOWN in place of the first answer), fail_then_ok
 *   transfer       the same; what comes of it is what the question's `play` says
 *   refund/query, transfer/query   what became of it
 *   bill           mock_bill.c */
MUST_USE enum pay_err mock_question_answer(struct db *db, const char *what, const char *body,
                                           size_t len, struct text *to);

#endif
