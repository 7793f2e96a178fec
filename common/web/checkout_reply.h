/* checkout_reply.h - a new order from its fields to the answer: what `create` and `recharge` share,
 * and how `submit` is answered; what the answers of refunds and transfers share. */
#ifndef WEB_CHECKOUT_REPLY_H
#define WEB_CHECKOUT_REPLY_H

#include "checkout/checkout.h"
#include "web/fields.h"
#include "web/skeleton/endpoint.h"

struct create_in {
    struct order_terms terms;
    struct channel_choice channel;
};

/* The fields of a create_in; user_id is OPTIONAL or NEEDED. */
#define FIELDS_CREATE_TERM(member, ...) \
    FIELD_NAMED(struct create_in, terms.member, #member, __VA_ARGS__)
#define FIELDS_CREATE(user_need) \
    FIELD_MERCHANT_NO(struct create_in, terms.merchant_order_id, "merchant_order_id", NEEDED), \
        FIELDS_PRICE(struct create_in, terms), \
        FIELDS_CREATE_TERM(body, FIELD_TEXT, OPTIONAL, .max = 512, .lines = true), \
        FIELDS_CHANNEL_CHOICE(struct create_in, channel, OPTIONAL), \
        FIELDS_CREATE_TERM(user_id, FIELD_TEXT, user_need, .min = (user_need) == NEEDED ? 1 : 0, \
                           .max = 64), \
        FIELDS_CREATE_TERM(user_ip, FIELD_ADDRESS, OPTIONAL), \
        FIELDS_CREATE_TERM(expire_in, FIELD_I64, OPTIONAL, .min = 60, .max = 2592000, \
                           .fallback = 7200, .unit = "seconds"), \
        FIELDS_CREATE_TERM(notify_url, FIELD_URL, OPTIONAL), \
        FIELDS_CREATE_TERM(return_url, FIELD_RETURN_URL, OPTIONAL), \
        FIELDS_CREATE_TERM(metadata, FIELD_OBJECT, OPTIONAL, .max = 4096)

/* The whole of `create`; recharge: of `recharge`. */
MUST_USE enum pay_err reply_create(struct call *call, const struct create_in *in, bool recharge);

struct checkout_call checkout_of(const struct call *call, const struct channel_choice *channel);
/* What came of it. When the channel refuses or does not answer, the order exists all the same: its
 * number is in the answer. Returns err. */
MUST_USE enum pay_err reply_checkout(struct call *call, enum pay_err err,
                                     const struct checkout_call *asked,
                                     const struct checkout *done);

/* What came of a refund or a transfer. When its channel refuses or does not answer, it exists all
 * the same. True: it is to be shown, and the answer has the channel's words. False: there is none.
 */
bool reply_outgoing(struct call *call, enum pay_err err, bool created, const char *error_code,
                    const char *error_msg);
/* With PAY_CONFLICT: call->field is not what the refund or transfer of that number has. now, first:
 * what came and what it has, as it is shown; now NULL: not shown, like a receiver's account. */
struct outgoing_conflict {
    const char *kind, *number;
    const char *now, *first;
    char room[2][24]; /* for prices */
};
void reply_outgoing_conflict(struct call *call, const struct outgoing_conflict *conflict);
void outgoing_prices(struct outgoing_conflict *conflict, struct money now, struct money first);

#endif
