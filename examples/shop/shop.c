/* shop.c - buy, show an order, cancel, refund. */
#include "shop.h"

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "orders.h"
#include "pages.h"
#include "payments.h"
#include "products.h"
#include "refunds.h"
#include "settings.h"
#include "shroff.h"

void shop_products(struct web *web, const char *id)
{
    (void)id;
    page_products(web);
}

static bool refused(struct web *web)
{
    if (web_same_origin(web))
        return false;
    page_message(web, 403, web->words->foreign, NULL);
    return true;
}

const struct order *shop_order_or_sorry(struct web *web, const char *id)
{
    static struct order order;

    switch (orders_find(id, &order)) {
    case FOUND:
        return &order;
    case FOUND_NONE:
        page_message(web, 404, web->words->not_found, NULL);
        break;
    case FOUND_DB_DOWN:
        page_message(web, 503, web->words->again, NULL);
        break;
    }
    return NULL;
}

const struct order *shop_form_order(struct web *web, const char *id)
{
    return refused(web) ? NULL : shop_order_or_sorry(web, id);
}

void shop_to_order(struct web *web, const char *id)
{
    char path[64];

    snprintf(path, sizeof(path), "/shop/orders/%s", id);
    web_redirect(web, path);
}

/* What is bought: a product, or what an earlier order was for ("order again"). */
static bool read_terms(struct web *web, struct order *order)
{
    char text[65];
    const struct product *product = web_field(web, "product", text) ? product_find(text) : NULL;

    if (!product)
        return web_field(web, "order", text) && orders_find(text, order) == FOUND;
    *order = (struct order){ .price = product->price };
    snprintf(order->currency, sizeof(order->currency), "%s", product->currency);
    snprintf(order->subject, sizeof(order->subject), "%s", product->name[web->words->index]);
    return true;
}

/* POST /shop/orders, product=tea: the shop's own order comes first; Shroff knows nothing yet. The
 * form's token names the order that it makes, so pressing Buy twice makes one. */
void shop_buy(struct web *web, const char *id)
{
    struct order order;
    char token[65];

    (void)id;
    if (refused(web))
        return;
    if (!read_terms(web, &order)) {
        page_message(web, 400, web->words->not_found, NULL);
        return;
    }
    if (web_field(web, "token", token) && order_id_is(token))
        snprintf(order.id, sizeof(order.id), "%.32s", token);
    else if (!order_id_new(order.id))
        order.id[0] = '\0';
    if (order.id[0] == '\0' || !orders_add(&order)) {
        page_message(web, 503, web->words->again, NULL);
        return;
    }
    web_log("buy", order.id, "PENDING_PAY");
    shop_to_order(web, order.id);
}

void shop_order(struct web *web, const char *id)
{
    const struct order *order = shop_order_or_sorry(web, id);

    if (!order)
        return;
    payments_watched(order);
    page_order(web, order);
}

void shop_state(struct web *web, const char *id)
{
    struct order order;
    char json[128];

    switch (orders_find(id, &order)) {
    case FOUND:
        payments_watched(&order);
        snprintf(json, sizeof(json), "{\"status\":\"%s\",\"payment\":\"%s\",\"refund\":\"%s\"}\n",
                 order.status, order.payment, order.refund);
        web_json(web, 200, json);
        break;
    case FOUND_NONE:
        web_json(web, 404, "{\"error\":\"no such order\"}\n");
        break;
    case FOUND_DB_DOWN:
        web_json(web, 503, "{\"error\":\"try again\"}\n");
        break;
    }
}

/* POST /shop/orders/{id}/cancel: the payer does not want to pay. The order is closed at Shroff,
 * which asks the channel first: money that was on its way is found. An order on which Pay was not
 * pressed is not known there. */
void shop_cancel(struct web *web, const char *id)
{
    struct shroff_order answer = { .price = 0 };
    char number[16];

    const struct order *order = shop_form_order(web, id);
    if (!order)
        return;
    int code = order_is_paid(order) ? SHROFF_PAID : shroff_close(order->id, &answer);
    snprintf(number, sizeof(number), "%d", code);
    web_log("cancel", id, number);
    if (code == SHROFF_PAID && !order_is_paid(order) &&
        shroff_query(order->id, &answer) == SHROFF_OK)
        (void)ask_settle(order, &answer);
    if (code == SHROFF_OK || code == SHROFF_ABSENT)
        payments_note(order->id, "OVER", 0, &answer);
    if (code == SHROFF_OK || code == SHROFF_ABSENT || code == SHROFF_PAID)
        shop_to_order(web, id);
    else /* it may be paid, or closed: pressed again it is asked again */
        page_message(web, 503, web->words->again,
                     &(struct way_on){ web->path, web->words->cancel, "" });
}

/* The refund's state when Shroff has answered; WAITING as long as it is not known. */
static const char *state_after_refund(int code, const struct shroff_order *answer)
{
    if (code == SHROFF_REFUSED)
        return "FAILURE";
    if (code == SHROFF_OK && strcmp(answer->status, "SUCCESS") == 0)
        return "SUCCESS";
    return code == SHROFF_OK && strcmp(answer->status, "FAILURE") == 0 ? "FAILURE" : "WAITING";
}

/* POST /shop/orders/{id}/refund: all of the money goes back. Pressed again it is the same refund;
 * one that failed is tried again. A notification says how it ended when the answer does not. */
void shop_refund(struct web *web, const char *id)
{
    struct shroff_order answer = { .price = 0 };
    char number[16];

    const struct order *order = shop_form_order(web, id);
    if (!order)
        return;
    if (!order_is_paid(order)) {
        shop_to_order(web, id);
        return;
    }
    if (!refunds_begin(id)) {
        page_message(web, 503, web->words->again, NULL);
        return;
    }
    int code = shroff_refund(order, &answer);
    snprintf(number, sizeof(number), "%d", code);
    web_log("refund", id, number);
    (void)!refunds_answered(id, state_after_refund(code, &answer));
    shop_to_order(web, id);
}
