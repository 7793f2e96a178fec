/* refund_event.c - the body is written here, once, and never again: every try sends these bytes. */
#include "refund/refund_event.h"

#include "refund/refund_view.h"

enum pay_err refund_notify(struct db *db, const struct app *app, const struct refund_change *change)
{
    struct json_text j;
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
    notify_body_begin(&j, change->name, change->happened);
    refund_view_notification(&j, refund, app->app_key);
    enum pay_err err = notify_body_end(&j, &event);
    return err == PAY_OK ? notify_add(db, app, &event) : err;
}
