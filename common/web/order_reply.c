/* order_reply.c - see order_reply.h. */
#include "web/order_reply.h"
#include "pay/order_view.h"

/* The order in hand. */
static struct order_whole whole;

static const struct attempt *open_attempt(void)
{
    for (size_t i = 0; i < whole.count && whole.order.status == ORDER_WAITING; i++) {
        if (whole.attempts[i].status == ATTEMPT_WAITING)
            return &whole.attempts[i];
    }
    return NULL;
}

enum pay_err reply_order(struct call *call, const struct order_key *key)
{
    enum pay_err err = order_find_whole(call->db, call->app->id, key, &whole);

    if (err != PAY_OK)
        return err;
    call_about(call, whole.order.no, NULL);
    struct json_text *json = reply_data(call->reply);
    order_view(json, &whole.order, open_attempt());
    json_open_list(json, "attempts");
    for (size_t i = 0; i < whole.count; i++)
        attempt_view(json, &whole.attempts[i]);
    json_close_list(json);
    json_open_list(json, "refunds");
    json_close_list(json);
    return PAY_OK;
}
