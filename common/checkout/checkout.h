/* checkout.h - creates an order and submits it to a channel, which says where to pay.
 *
 * create: one transaction spends the nonce, inserts the order and, when a channel is given, its
 * attempt. If the unique key finds the order there already, their terms are compared. A channel
 * that must be called is called after COMMIT, and its answer is recorded. After a kill at any point
 * the same request under a new nonce finds the order. */
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
    char metadata[METADATA_SIZE]; /* the object's own bytes, "" when absent */
    struct money price;
    struct money bonus_price; /* of a recharge */
    int64_t expire_in;        /* seconds */
};

struct checkout_call {
    struct db *db;
    const struct config *config;
    const struct app *app;
    const char *nonce;
    bool recharge;       /* create: an order of kind recharge */
    const char *channel; /* code, or NULL: no submit */
    const char *extras;  /* channel_extras' own bytes (JSON object), or NULL */
    /* submit, when the payer chooses: */
    bool any_extras;      /* an open attempt of the channel is given back whatever its extras */
    const char *payer_ip; /* the user_ip of an order that has none; NULL: it stays without */
};

struct checkout {
    struct order order;
    struct attempt attempt;               /* the open one, when has_attempt */
    bool has_attempt, created;            /* created: answer 201, else 200 */
    const char *field;                    /* with PAY_BAD_FIELD and PAY_CONFLICT: static name */
    char error_code[65], error_msg[1021]; /* the channel's words with PAY_REFUSED, PAY_UNKNOWN;
                                               order.no is filled then */
};

/* PAY_NO_CHANNEL, PAY_APP_DISABLED (nothing created), PAY_NONCE_USED, PAY_CONFLICT, PAY_REFUSED,
 * PAY_UNKNOWN, PAY_DB_AWAY, PAY_LOST, PAY_FAULT. */
MUST_USE enum pay_err checkout_create(const struct checkout_call *call,
                                      const struct order_terms *terms, struct checkout *out);
/* Makes a further attempt. If an open one has the same channel and extras and can still be paid,
 * that one is returned (created is false). The channels of open attempts are asked first, past the
 * order's end too. PAY_PAID: one was paid, and the order is now paid here. PAY_OTHER_PRICE,
 * PAY_OTHER_PAYMENT: what was paid is not what was asked for. PAY_UNKNOWN: a channel did not
 * answer, and nothing was made. Also PAY_ATTEMPTS, PAY_NOT_FOUND, PAY_CLOSED, PAY_EXPIRED, and
 * those above. */
MUST_USE enum pay_err checkout_submit(const struct checkout_call *call, const struct order_key *key,
                                      struct checkout *out);
/* The field of the order that a product cannot work with, which is PAY_BAD_FIELD; NULL: none. */
const char *checkout_not_accepted(const struct channel_product *product, const struct order *order);
/* order_by_token. When the order still waits past its end, the channels of its open attempts are
 * asked first: once in 10 s at most, however many requests arrive. */
MUST_USE enum pay_err checkout_status(struct db *db, const struct config *config, const char *token,
                                      struct order *out);

#endif
