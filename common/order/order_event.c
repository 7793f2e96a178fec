/* order_event.c - the body is written here, once, and never again: every try sends these bytes. */
#include "order/order_event.h"

#include "order/order_view.h"

enum pay_err order_event(const struct app *app, const struct order_change *change,
                         struct notify_event *out)
{
    struct json_text j;
    const struct order *order = change->order;

    *out = (struct notify_event){
        .type = NOTIFY_ORDER,
        .name = change->name,
        .data_id = order->id,
        .version = order->version,
        .merchant_order_id = order->merchant_order_id,
        .url = str_or(order->notify_url, app->order_notify_url),
        .channel_id = order->channel_id,
    };
    if (*out->url == '\0')
        return PAY_OK;
    notify_body_begin(&j, change->name, change->happened);
    order_view_notification(&j, order, app->app_key);
    return notify_body_end(&j, out);
}

enum pay_err order_notify(struct db *db, const struct app *app, const struct order_change *change)
{
    struct notify_event event;

    enum pay_err err = order_event(app, change, &event);
    return err == PAY_OK ? notify_add(db, app, &event) : err;
}
