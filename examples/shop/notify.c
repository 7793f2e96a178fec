/* notify.c - POST /shop/notify: Shroff sends a result, and repeats it until it reads SUCCESS.
 * Verify the raw bytes first, believe nothing before; change the order in one transaction;
 * acknowledge after its commit, never before. */
#include <string.h>
#include <time.h>

#include "orders.h"
#include "refunds.h"
#include "settings.h"
#include "shop.h"
#include "shroff.h"
#include "webhook.h"

struct reply {
    int status;
    const char *text;
    const char *log;
};

static const struct reply REPLIES[] = {
    [SETTLED] = { 200, "SUCCESS", "paid" },
    [SETTLED_BEFORE] = { 200, "SUCCESS", "known before" },
    /* Sent again it would still not be ours: acknowledge it. */
    [SETTLED_NOT_OURS] = { 200, "SUCCESS", "not our order" },
    /* Not acknowledged, so that it stays visible on both sides until a person has looked. */
    [SETTLED_OTHER_TERMS] = { 409, "other price or currency", "other price or currency" },
    [SETTLED_DB_DOWN] = { 503, "try again", "database away" },
};

static struct reply event_settle(const struct web *web, const char *webhook_id,
                                 struct shroff_event *event)
{
    static const struct reply UNREADABLE = { 400, "unreadable", "unreadable" };
    static const struct reply NOT_FOR_US = { 200, "SUCCESS", "no event we act on" };
    static const struct reply REFUND = { 200, "SUCCESS", "refund" };

    if (!shroff_event_read(web->body, web->body_size, event))
        return UNREADABLE;
    /* Money that came late or twice goes back by itself: it is no refund of the shop's. */
    if (strncmp(event->type, "refund.", strlen("refund.")) == 0 &&
        strcmp(event->order.merchant_refund_id, event->order.merchant_order_id) != 0)
        return NOT_FOR_US;
    if (strncmp(event->type, "refund.", strlen("refund.")) == 0)
        return refunds_told(event->order.merchant_order_id, event->order.status,
                            event->order.version)
                   ? REFUND
                   : REPLIES[SETTLED_DB_DOWN];
    if (strcmp(event->type, "order.success") != 0)
        return NOT_FOR_US;
    return REPLIES[orders_settle(&(struct payment){
        .order_id = event->order.merchant_order_id,
        .shroff_no = event->order.order_no,
        .webhook_id = webhook_id,
        .price = event->order.price,
        .currency = event->order.currency,
    })];
}

void shop_notify(struct web *web, const char *id)
{
    const struct webhook hook = {
        .id = web_param(web, "HTTP_WEBHOOK_ID"),
        .timestamp = web_param(web, "HTTP_WEBHOOK_TIMESTAMP"),
        .signature = web_param(web, "HTTP_WEBHOOK_SIGNATURE"),
        .body = web->body,
        .body_size = web->body_size,
    };
    struct shroff_event event = { .type = "" };

    (void)id; /* the paying channel's number, when the app appends it */
    if (!webhook_is_genuine(&hook, settings.webhook_secret, time(NULL))) {
        web_log("notify", "", "bad signature");
        web_text(web, 401, "bad signature");
        return;
    }
    struct reply reply = event_settle(web, hook.id, &event);
    web_log("notify", event.order.merchant_order_id, reply.log);
    web_text(web, reply.status, reply.text);
}
