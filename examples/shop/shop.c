/* shop.c - from the shelf to the pay page. */
#include "shop.h"

#include <stdio.h>
#include <string.h>

#include "orders.h"
#include "pages.h"
#include "products.h"
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

/* The order, or NULL once the reader has been told why not. */
static const struct order *order_or_sorry(struct web *web, const char *id)
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

static void go_to_order(struct web *web, const char *id)
{
    char path[64];

    snprintf(path, sizeof(path), "/shop/orders/%s", id);
    web_redirect(web, path);
}

/* POST /shop/orders, product=tea: the shop's own order comes first; Shroff knows nothing yet. */
void shop_buy(struct web *web, const char *id)
{
    static const char FIELD[] = "product=";
    const struct product *product = NULL;
    struct order order = { .price = 0 };

    (void)id;
    if (refused(web))
        return;
    if (strncmp(web->body, FIELD, sizeof(FIELD) - 1) == 0)
        product = product_find(web->body + sizeof(FIELD) - 1);
    if (product == NULL) {
        page_message(web, 400, web->words->not_found, NULL);
        return;
    }
    order.price = product->price;
    snprintf(order.currency, sizeof(order.currency), "%s", product->currency);
    snprintf(order.subject, sizeof(order.subject), "%s", product->name[web->words->index]);
    if (!orders_add(&order)) {
        page_message(web, 503, web->words->again, NULL);
        return;
    }
    web_log("buy", order.id, "PENDING_PAY");
    go_to_order(web, order.id);
}

void shop_order(struct web *web, const char *id)
{
    const struct order *order = order_or_sorry(web, id);

    if (order != NULL)
        page_order(web, order);
}

void shop_state(struct web *web, const char *id)
{
    struct order order;
    char json[64];

    switch (orders_find(id, &order)) {
    case FOUND:
        snprintf(json, sizeof(json), "{\"status\":\"%s\"}\n", order.status);
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

/* Shroff says it is paid, and the notification is late or lost: take the answer's word for it. */
static bool settle_by_answer(const struct order *order, const struct shroff_order *answer)
{
    const struct payment payment = {
        .order_id = order->id, .shroff_no = answer->order_no, .webhook_id = "",
        .price = answer->price, .currency = answer->currency,
    };

    if (strcmp(answer->status, "SUCCESS") != 0)
        return false;
    enum settled settled = orders_settle(&payment);
    return settled == SETTLED || settled == SETTLED_BEFORE;
}

/* No pay page came of it: tell why, in the window that was to show one. */
static void pay_failed(struct web *web, const struct order *order, int code)
{
    const char *retry = web->path;      /* of this very request */
    char number[16];

    snprintf(number, sizeof(number), "%d", code);
    web_log("pay", order->id, number);
    switch (code) {
    case SHROFF_CLOSED:
    case SHROFF_EXPIRED:
        page_message(web, 409, web->words->expired, NULL);
        break;
    case SHROFF_NO_ANSWER:
    case SHROFF_NOTHING_DONE:
    case SHROFF_NOT_KNOWN:
        page_message(web, 503, web->words->again, retry);
        break;
    default:                            /* a mistake of ours, or of a setting: for the log */
        page_message(web, 502, web->words->failed, retry);
        break;
    }
}

/* POST /shop/orders/{id}/pay. Our number is Shroff's merchant_order_id, so pressing Pay twice
 * leads to the same order there, and never to two payments. */
void shop_pay(struct web *web, const char *id)
{
    struct shroff_order answer = { .price = 0 };

    if (refused(web))
        return;
    const struct order *order = order_or_sorry(web, id);
    if (order == NULL)
        return;
    if (order_is_paid(order)) {
        go_to_order(web, id);
        return;
    }
    int code = shroff_create(order, &answer);
    if (code == SHROFF_PAID)            /* paid by an earlier try: ask for its terms */
        code = shroff_query(order->id, &answer);
    if (code == SHROFF_OK && settle_by_answer(order, &answer))
        go_to_order(web, id);
    else if (code == SHROFF_OK && answer.pay_url[0] != '\0')
        web_redirect(web, answer.pay_url);
    else
        pay_failed(web, order, code == SHROFF_OK ? SHROFF_EXPIRED : code);
}
