/* order_reply.c - see order_reply.h. */
#include "web/order_reply.h"
#include "pay/order_view.h"

#define ATTEMPTS_MAX 20

/* The attempts of the order in hand. */
static struct { struct attempt at[ATTEMPTS_MAX]; size_t count; } attempts;

static enum pay_err keep_attempt(void *arg, const struct attempt *attempt)
{
    (void)arg;
    if (attempts.count < ATTEMPTS_MAX)
        attempts.at[attempts.count++] = *attempt;
    return PAY_OK;
}

static const struct attempt *open_attempt(const struct order *order)
{
    for (size_t i = 0; i < attempts.count && order->status == ORDER_WAITING; i++) {
        if (attempts.at[i].status == ATTEMPT_WAITING)
            return &attempts.at[i];
    }
    return NULL;
}

enum pay_err reply_order(struct call *call, const struct order_key *key)
{
    struct order order;

    enum pay_err err = order_find(call->db, call->app->id, key, false, &order);
    if (err != PAY_OK)
        return err;
    call_about(call, order.no, NULL);
    attempts.count = 0;
    err = order_attempts(call->db, order.id, keep_attempt, NULL);
    if (err != PAY_OK)
        return err;
    struct json_text *json = reply_data(call->reply);
    order_view(json, &order, open_attempt(&order));
    json_open_list(json, "attempts");
    for (size_t i = 0; i < attempts.count; i++)
        attempt_view(json, &attempts.at[i]);
    json_close_list(json);
    json_open_list(json, "refunds");
    json_close_list(json);
    return PAY_OK;
}
