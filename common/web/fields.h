/* fields.h - the fields that several requests have, each spelled once, for the requests' tables.
 * `in` is the struct that a request is read into, `at` its member of the type in the line above. */
#ifndef WEB_FIELDS_H
#define WEB_FIELDS_H

#include "app/credentials.h"
#include "channel/channel.h"
#include "order/order.h"
#include "web/skeleton/field.h"

/* A number that the merchant gave to an order, a refund or a transfer. */
#define FIELD_MERCHANT_NO(in, member, name, need) \
    FIELD_NAMED(in, member, name, FIELD_WORD, need, .alphabet = ALPHA_MERCHANT_NO, .min = 1, \
                .max = MERCHANT_NO_SIZE - 1)

/* What is to be paid, in or out. */
#define FIELDS_PRICE(in, at) \
    FIELD_NAMED(in, at.price, "price", FIELD_I64, NEEDED, .min = 1, .max = MONEY_MAX, \
                .unit = "minor units"), \
        FIELD_NAMED(in, at.currency, "currency", FIELD_CURRENCY, NEEDED), \
        FIELD_NAMED(in, at.subject, "subject", FIELD_TEXT, NEEDED, .min = 1, .max = 127)

/* Which order: by our number or by the merchant's. */
struct order_choice {
    char order_no[NO_SIZE], merchant_order_id[MERCHANT_NO_SIZE];
};
#define FIELDS_ORDER_CHOICE(in, at) \
    FIELD_NAMED(in, at.order_no, "order_no", FIELD_NO, ONE_OF), \
        FIELD_MERCHANT_NO(in, at.merchant_order_id, "merchant_order_id", ONE_OF)
/* The choice as what order_find wants; it points into the choice. */
struct order_key order_chosen(const struct order_choice *choice);

/* Which channel, and what it wants to know besides. */
struct channel_choice {
    char code[CHANNEL_CODE_SIZE], extras[REQUEST_BODY_MAX];
};
#define FIELDS_CHANNEL_CHOICE(in, at, need) \
    FIELD_NAMED(in, at.code, "channel", FIELD_WORD, need, .alphabet = ALPHA_CHANNEL, .min = 1, \
                .max = CHANNEL_CODE_SIZE - 1), \
        FIELD_NAMED(in, at.extras, "channel_extras", FIELD_EXTRAS, OPTIONAL)

/* Whose wallet. */
struct wallet_choice {
    char user_id[USER_ID_SIZE], currency[CURRENCY_SIZE];
};
#define FIELDS_WALLET_CHOICE(in, at) \
    FIELD_NAMED(in, at.user_id, "user_id", FIELD_TEXT, NEEDED, .min = 1, .max = 64), \
        FIELD_NAMED(in, at.currency, "currency", FIELD_CURRENCY, NEEDED)

#define LIST_LIMIT 20 /* objects in an answer, unless the request says another limit */
/* Which part of a list, newest first; `states` lists the object's states (base/state.h). */
struct list_choice {
    int64_t from, to, status, limit;
    char after[NO_SIZE];
};
#define FIELDS_LIST_CHOICE(in, at, states) \
    FIELDS_LIST_TIMES(in, at), \
        FIELD_NAMED(in, at.status, "status", FIELD_CHOICE, OPTIONAL, .words = STATE_WORDS(states), \
                    .fallback = STATE_ANY), \
        FIELDS_LIST_PAGE(in, at)
/* The same in parts, for objects without a state. */
#define FIELDS_LIST_TIMES(in, at) \
    FIELD_NAMED(in, at.from, "from", FIELD_TIME, OPTIONAL), \
        FIELD_NAMED(in, at.to, "to", FIELD_TIME, OPTIONAL)
#define FIELDS_LIST_PAGE(in, at) \
    FIELD_NAMED(in, at.after, "after", FIELD_NO, OPTIONAL), \
        FIELD_NAMED(in, at.limit, "limit", FIELD_I64, OPTIONAL, .min = 1, .max = 100, \
                    .fallback = LIST_LIMIT)

#endif
