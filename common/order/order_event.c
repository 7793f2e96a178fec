/* order_event.c - the body is written here, once, and never again: every try sends these bytes. */
#include "order/order_event.h"

#include "order/order_view.h"

static bool body_write(const struct app *app, const struct order_change *change, struct text *to)
{
    struct json_text j = JSON_TEXT(to);

    notify_body_begin(&j, change->name, change->happened);
    order_view_notification(&j, change->order, app->app_key);
    return notify_body_end(&j);
}

enum pay_err order_event(const struct app *app, const struct order_change *change,
                         struct notify_event *out)
{
    static char room[NOTIFY_BODY_MAX + 1];
    struct text body = TEXT(room);
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
    if (!body_write(app, change, &body))
        return PAY_FULL;
    out->body = body.at;
    out->len = body.len;
    return PAY_OK;
}

enum pay_err order_notify(struct db *db, const struct app *app, const struct order_change *change)
{
    struct notify_event event;

    enum pay_err err = order_event(app, change, &event);
    return err == PAY_OK ? notify_add(db, app, &event) : err;
}
