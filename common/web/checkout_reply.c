/* checkout_reply.c - see checkout_reply.h. */
#include "web/checkout_reply.h"

#include <stdio.h>

#include "web/order_reply.h"

struct checkout_call checkout_of(const struct call *call, const struct channel_choice *channel)
{
    return (struct checkout_call){
        .db = call->db,
        .config = call->config,
        .app = call->app,
        .nonce = call->nonce,
        .channel = str_or(channel->code, NULL),
        .extras = str_or(channel->extras, NULL),
    };
}

static void checkout_show(struct call *call, const struct checkout *done)
{
    char place[sizeof("/payments/") + NO_SIZE];
    struct text location = TEXT(place);

    if (done->created) {
        text_add(&location, "/payments/");
        text_add(&location, done->order.no);
        reply_header(call->reply, "Location", place);
        call->reply->status = 201;
    }
    reply_order_view(call, &done->order, done->has_attempt ? &done->attempt : NULL);
}

/* What the channel cannot work with. A submit's field for the order's currency is its channel. */
static void explain_not_accepted(struct call *call, const char *channel,
                                 const struct checkout *done)
{
    if (str_eq(done->field, "user_id"))
        text_addf(call->why,
                  "user_id: the order has none, and the channel %s pays from the"
                  " balance of its user",
                  channel);
    else if (str_eq(done->field, "return_url"))
        text_addf(call->why, "return_url: the channel %s takes at most 256 bytes", channel);
    else if (str_eq(done->field, "user_ip"))
        text_addf(call->why,
                  "user_ip: the order has none, and the channel %s wants the payer's address",
                  channel);
    else if (order_is_recharge(&done->order) && str_eq(channel, "wallet"))
        text_add(call->why, "channel: a wallet does not fill itself: want another channel");
    else if (done->field)
        text_addf(call->why, "%s: the channel %s does not take %s", done->field, channel,
                  done->order.currency);
}

enum pay_err reply_checkout(struct call *call, enum pay_err err, const struct checkout_call *asked,
                            const struct checkout *done)
{
    call_about(call, done->order.no, done->has_attempt ? done->attempt.no : NULL);
    call->field = done->field;
    if (err == PAY_OK)
        checkout_show(call, done);
    if (err == PAY_NO_CHANNEL)
        text_addf(call->why, "the channel %s is disabled or absent for this app",
                  str_or(asked->channel, ""));
    if (err == PAY_BAD_FIELD)
        explain_not_accepted(call, str_or(asked->channel, ""), done);
    if ((err == PAY_REFUSED || err == PAY_UNKNOWN) && done->order.no[0]) {
        reply_keep(call->reply, done->error_code, done->error_msg);
        json_str(reply_data(call->reply), "order_no", done->order.no);
    }
    return err;
}

/* The terms that a repeat is compared by. */
static bool terms_copy(const struct order_terms *terms, bool recharge, struct order *out)
{
    *out = (struct order){ .price = terms->price, .bonus_price = terms->bonus_price };
    return text_copy(out->kind, sizeof(out->kind), recharge ? ORDER_RECHARGE : ORDER_PAYMENT) &&
           text_copy(out->currency, sizeof(out->currency), terms->currency) &&
           text_copy(out->subject, sizeof(out->subject), terms->subject) &&
           text_copy(out->user_id, sizeof(out->user_id), terms->user_id);
}

enum pay_err reply_create(struct call *call, const struct create_in *in, bool recharge)
{
    static struct checkout done;
    static struct order now;
    struct checkout_call checkout = checkout_of(call, &in->channel);

    checkout.recharge = recharge;
    done = (struct checkout){ .created = false };
    enum pay_err err =
        reply_checkout(call, checkout_create(&checkout, &in->terms, &done), &checkout, &done);
    if (err == PAY_CONFLICT && terms_copy(&in->terms, recharge, &now))
        reply_order_conflict(call, &now, &done.order);
    return err;
}

bool reply_outgoing(struct call *call, enum pay_err err, bool created, const char *error_code,
                    const char *error_msg)
{
    if (err != PAY_OK && err != PAY_REFUSED && err != PAY_UNKNOWN)
        return false;
    if (err != PAY_OK)
        reply_keep(call->reply, error_code, error_msg);
    else if (created)
        call->reply->status = 201;
    return true;
}

void outgoing_prices(struct outgoing_conflict *conflict, struct money now, struct money first)
{
    snprintf(conflict->room[0], sizeof(conflict->room[0]), "%lld", (long long)now.minor);
    snprintf(conflict->room[1], sizeof(conflict->room[1]), "%lld", (long long)first.minor);
    conflict->now = conflict->room[0];
    conflict->first = conflict->room[1];
}

void reply_outgoing_conflict(struct call *call, const struct outgoing_conflict *conflict)
{
    static const char CURE[] = "query it, or use a new number";

    if (conflict->now)
        text_addf(call->why, "%s: %s is not %s, with which %s %s was asked for: %s", call->field,
                  conflict->now, conflict->first, conflict->kind, conflict->number, CURE);
    else
        text_addf(call->why, "%s: %s %s was asked for with another one: %s", call->field,
                  conflict->kind, conflict->number, CURE);
}
