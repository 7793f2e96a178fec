/* checkout.h - from "I want this paid" to "here is where": open an order, submit it to a channel.
 *
 * create: one transaction spends the nonce, inserts the order (the unique key decides, then
 * compare) and, when a channel is given, its attempt; channels that must be called are called after
 * COMMIT and what they say is recorded. Killed anywhere: the same request under a new nonce finds
 * the order. */
#ifndef CHECKOUT_CHECKOUT_H
#define CHECKOUT_CHECKOUT_H

#include "io/json/json.h"
#include "app/app.h"
#include "app/channel_config.h"
#include "order/order.h"

struct order_terms {
    char merchant_order_id[MERCHANT_NO_SIZE], currency[CURRENCY_SIZE], subject[SUBJECT_SIZE];
    char body[BODY_SIZE], user_id[USER_ID_SIZE], user_ip[46];
    char notify_url[URL_SIZE], return_url[URL_SIZE];
    char metadata[METADATA_SIZE];       /* the object's own bytes, "" when absent */
    int64_t price, expire_in;           /* minor units; seconds */
};

struct checkout_call {
    struct db *db;
    const struct config *config;
    const struct app *app;
    const char *nonce;
    const char *channel;                /* code, or NULL: no submit */
    const char *extras;                 /* channel_extras' own bytes (JSON object), or NULL */
};

struct checkout {
    struct order order;
    struct attempt attempt;             /* the open one, when has_attempt */
    bool has_attempt, created;          /* created: answer 201, else 200 */
    const char *field;                  /* with PAY_BAD_FIELD and PAY_CONFLICT: static name */
    char error_code[65], error_msg[1021];   /* the channel's words with PAY_REFUSED, PAY_UNKNOWN;
                                               order.no is filled then */
};

/* PAY_NO_CHANNEL, PAY_APP_DISABLED (nothing created), PAY_NONCE_USED, PAY_CONFLICT, PAY_REFUSED,
 * PAY_UNKNOWN, PAY_DB_AWAY, PAY_LOST, PAY_FAULT. */
MUST_USE enum pay_err checkout_create(const struct checkout_call *call,
                                      const struct order_terms *terms, struct checkout *out);
/* A further attempt, or the open one on the same channel with the same extras while what it shows
 * lasts (created is false). Asks about the open attempts first, past the order's end too: PAY_PAID
 * when one was paid there (and the order is then paid here); PAY_OTHER_PRICE, PAY_OTHER_PAYMENT
 * when what was paid is not what was asked for; PAY_UNKNOWN when it is not known (nothing was
 * made). PAY_ATTEMPTS, PAY_NOT_FOUND, PAY_PAID, PAY_CLOSED, PAY_EXPIRED and as above. */
MUST_USE enum pay_err checkout_submit(const struct checkout_call *call, const struct order_key *key,
                                      struct checkout *out);
/* order_by_token; but when the order waits past its end, the channels of its open attempts are
 * asked first, at most once in 10 s however many look at it. */
MUST_USE enum pay_err checkout_status(struct db *db, const struct config *config, const char *token,
                                      struct order *out);

#endif
