/* order_view.c - the order as JSON. The order of the lines is the contract's. */
#include "order/order_view.h"

static void terms_and_state(struct json_text *to, const struct order *order, const char *channel)
{
    json_str(to, "order_no", order->no);
    json_str(to, "merchant_order_id", order->merchant_order_id);
    json_i64(to, "price", order->price);
    json_str(to, "currency", order->currency);
    json_str(to, "subject", order->subject);
    json_opt(to, "body", order->body);
    json_raw(to, "metadata", order->metadata);
    json_opt(to, "user_id", order->user_id);
    json_str(to, "status", state_word(&ORDER_STATE_TABLE, order->status));
    json_time(to, "create_time", order->create_time);
    json_time(to, "expire_time", order->expire_time);
    json_time(to, "success_time", order->success_time);
    json_opt(to, "channel", channel);
    json_opt(to, "channel_order_no", order->channel_order_no);
    if (order->paid_price != 0)
        json_i64(to, "paid_price", order->paid_price);
    json_i64(to, "refund_price", order->refund_price);
    json_i64(to, "refunding_price", order->refunding_price);
    json_i64(to, "version", order->version);
}

/* An attempt left open by a paid or closed order is nothing a payer should be sent to; one of an
 * order past its end is still asked about, but shows no way to pay. */
void order_view(struct json_text *to, const struct order *order, const struct attempt *open,
                bool notify_url_blocked)
{
    if (order->status != ORDER_WAITING)
        open = NULL;
    terms_and_state(to, order, open != NULL ? open->channel_code : order->channel_code);
    json_str(to, "query_token", order->query_token);
    json_opt(to, "return_url", order->return_url);
    json_opt(to, "notify_url", order->notify_url);
    if (notify_url_blocked)
        json_raw(to, "notify_url_blocked", "true");
    if (open == NULL)
        return;
    json_str(to, "pay_id", open->no);
    if (order->expired != 0)
        return;
    json_opt(to, "display_mode", open->display_mode);
    json_opt(to, "display_content", open->display_content);
    json_opt(to, "pay_url", open->pay_url);
}

void order_view_notice(struct json_text *to, const struct order *order, const char *app_key)
{
    terms_and_state(to, order, order->channel_code);
    json_opt(to, "return_url", order->return_url);
    json_opt(to, "notify_url", order->notify_url);
    json_str(to, "app_key", app_key);
}

void attempt_view(struct json_text *to, const struct attempt *attempt)
{
    json_open(to, NULL);
    json_str(to, "pay_id", attempt->no);
    json_str(to, "channel", attempt->channel_code);
    json_str(to, "status", state_word(&ATTEMPT_STATE_TABLE, attempt->status));
    json_opt(to, "channel_order_no", attempt->channel_order_no);
    json_opt(to, "channel_error_code", attempt->channel_error_code);
    json_opt(to, "channel_error_msg", attempt->channel_error_msg);
    json_time(to, "create_time", attempt->create_time);
    json_time(to, "success_time", attempt->success_time);
    json_close(to);
}

void order_view_public(struct json_text *to, const struct order *order)
{
    json_str(to, "order_no", order->no);
    json_str(to, "status", state_word(&ORDER_STATE_TABLE, order->status));
    json_i64(to, "price", order->price);
    json_str(to, "currency", order->currency);
    json_str(to, "subject", order->subject);
    json_opt(to, "return_url", order->return_url);
    json_time(to, "expire_time", order->expire_time);
}
