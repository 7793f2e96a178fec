/* order_reply.c - see order_reply.h. */
#include "web/order_reply.h"
#include <inttypes.h>
#include <string.h>
#include "io/http/http.h"
#include "order/order_view.h"
#include "refund/refund_view.h"

#define TERM_SHOWN_MAX 60 /* bytes of a subject in a message */

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

void reply_order_view(struct call *call, const struct order *order, const struct attempt *open)
{
    char room[URL_SIZE];
    struct text url = TEXT(room);

    text_addf(&url, "%s/cashier/%s", call->config->base_url, order->query_token);
    order_view(reply_data(call->reply), order, open, room,
               http_url_blocked(order->notify_url, &call->config->notify_allow_nets));
}

static enum pay_err refund_item_write(void *arg, void *row)
{
    struct json_text *json = arg;

    json_open(json, NULL);
    refund_view_whole(json, row);
    json_close(json);
    return PAY_OK;
}

/* Most orders have none, and cost no statement. */
static enum pay_err refunds_write(struct call *call, struct json_text *json)
{
    enum pay_err err = PAY_OK;

    json_open_list(json, "refunds");
    if (whole.order.refund_count > 0)
        err = refund_list_of(call->db, whole.order.id, refund_item_write, json);
    json_close_list(json);
    return err;
}

enum pay_err reply_order(struct call *call, const struct order_key *key)
{
    enum pay_err err = order_find_whole(call->db, call->app->id, key, &whole);

    if (err != PAY_OK)
        return err;
    call_about(call, whole.order.no, NULL);
    struct json_text *json = reply_data(call->reply);
    reply_order_view(call, &whole.order, open_attempt());
    json_open_list(json, "attempts");
    for (size_t i = 0; i < whole.count; i++)
        attempt_view(json, &whole.attempts[i]);
    json_close_list(json);
    return refunds_write(call, json);
}

/* A term of an order as a message shows it. */
static void term_add(struct text *to, const char *field, const struct order *order)
{
    const bool price = str_eq(field, "price");

    if (price || str_eq(field, "bonus_price")) {
        text_addf(to, "%" PRId64, price ? order->price.minor : order->bonus_price.minor);
        return;
    }
    const char *const text = str_eq(field, "currency")  ? order->currency
                             : str_eq(field, "subject") ? order->subject
                             : str_eq(field, "user_id") ? order->user_id
                                                        : order->kind;
    text_add_char(to, '"');
    text_add_cut(to, text, strlen(text), TERM_SHOWN_MAX);
    text_add_char(to, '"');
}

/* price: 900 is not 1234, with which SO-1001 was created */
void reply_order_conflict(struct call *call, const struct order *now, const struct order *first)
{
    text_addf(call->why, "%s: ", call->field);
    term_add(call->why, call->field, now);
    text_add(call->why, " is not ");
    term_add(call->why, call->field, first);
    text_addf(call->why, ", with which %s was created: query that order, or use a new number",
              first->merchant_order_id);
}
