/* transfer_event.c - the body is written here, once, and never again: every try sends these bytes.
 */
#include "transfer/transfer_event.h"

#include "transfer/transfer_view.h"

static bool body_write(const struct app *app, const struct transfer_change *change, struct text *to)
{
    struct json_text j = JSON_TEXT(to);

    notify_body_begin(&j, change->name, change->happened);
    transfer_view_notification(&j, change->transfer, app->app_key);
    return notify_body_end(&j);
}

enum pay_err transfer_notify(struct db *db, const struct app *app,
                             const struct transfer_change *change)
{
    static char room[NOTIFY_BODY_MAX + 1];
    struct text body = TEXT(room);
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
    if (!body_write(app, change, &body))
        return PAY_FULL;
    event.body = body.at;
    event.len = body.len;
    return notify_add(db, app, &event);
}
