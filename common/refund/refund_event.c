/* refund_event.c - the body is written here, once, and never again: every try sends these bytes. */
#include "refund/refund_event.h"

#include "refund/refund_view.h"

static bool body_write(const struct app *app, const struct refund_change *change, struct text *to)
{
    struct json_text j = JSON_TEXT(to);

    notify_body_begin(&j, change->name, change->happened);
    refund_view_notification(&j, change->refund, app->app_key);
    return notify_body_end(&j);
}

enum pay_err refund_notify(struct db *db, const struct app *app, const struct refund_change *change)
{
    static char room[NOTIFY_BODY_MAX + 1];
    struct text body = TEXT(room);
    const struct refund *refund = change->refund;
    struct notify_event event = {
        .type = NOTIFY_REFUND,
        .name = change->name,
        .data_id = refund->id,
        .version = refund->version,
        .merchant_order_id = refund->merchant_order_id,
        .merchant_refund_id = refund_is_automatic(refund) ? NULL : refund->merchant_refund_id,
        .url = str_or(refund->notify_url, app->refund_notify_url),
        .channel_id = refund->channel_id,
    };

    if (*event.url == '\0')
        return PAY_OK;
    if (!body_write(app, change, &body))
        return PAY_FULL;
    event.body = body.at;
    event.len = body.len;
    return notify_add(db, app, &event);
}
