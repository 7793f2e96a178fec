/* transfer_event.c - the body is written here, once, and never again: every try sends these bytes.
 */
#include "transfer/transfer_event.h"

#include "transfer/transfer_view.h"

enum pay_err transfer_notify(struct db *db, const struct app *app,
                             const struct transfer_change *change)
{
    struct json_text j;
    const struct transfer *transfer = change->transfer;
    struct notify_event event = {
        .type = NOTIFY_TRANSFER,
        .name = change->name,
        .data_id = transfer->id,
        .version = transfer->version,
        .url = str_or(transfer->notify_url, app->transfer_notify_url),
        .channel_id = transfer->channel_id,
    };

    if (*event.url == '\0')
        return PAY_OK;
    notify_body_begin(&j, change->name, change->happened);
    transfer_view_notification(&j, transfer, app->app_key);
    enum pay_err err = notify_body_end(&j, &event);
    return err == PAY_OK ? notify_add(db, app, &event) : err;
}
