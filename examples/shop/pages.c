/* pages.c - the pages. Every %s is escaped by html(). */
#include "pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "products.h"

/* 128800 -> "1,288.00": integers only, as always with money. The shop's currencies have cents. */
static void format_money(int64_t minor, char *out, size_t size)
{
    char whole[24];
    size_t at = 0;

    snprintf(whole, sizeof(whole), "%" PRId64, minor / 100);
    size_t digits = strlen(whole);
    for (size_t i = 0; i < digits && at + 6 < size; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = whole[i];
    }
    snprintf(out + at, size - at, ".%02d", (int)(minor % 100));
}

void page_begin(struct web *web, int status, const char *title, const char *head)
{
    web_page(web, status);
    html(web,
         "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s</title>\n"
         "<link rel=\"stylesheet\" href=\"/shop/shop.css\">\n",
         web->words->lang, title);
    html_raw(web, head);
    html(web, "</head>\n<body>\n<header><a href=\"/shop/\">%s</a></header>\n<main>\n",
         web->words->shop);
}

void page_end(struct web *web)
{
    html(web, "</main>\n<footer>%s</footer>\n</body>\n</html>\n", web->words->note);
}

/* The hidden token is the id of the order to be made: pressed twice, it is one order. */
static void order_form(struct web *web, const char *name, const char *value, const char *class,
                       const char *label)
{
    char token[33] = "";

    order_id_new(token);
    html(web,
         "<form method=\"post\" action=\"/shop/orders\">"
         "<input type=\"hidden\" name=\"token\" value=\"%s\">"
         "<button class=\"%s\" name=\"%s\" value=\"%s\">%s</button></form>\n",
         token, class, name, value, label);
}

static void product_card(struct web *web, const struct product *product)
{
    const struct words *words = web->words;
    char amount[32];

    format_money(product->price, amount, sizeof(amount));
    html_raw(web, "<li class=\"card product\">\n");
    html_raw(web, product->picture);
    html(web, "\n<h2>%s</h2>\n<p>%s</p>\n<p class=\"price\"><small>%s</small> %s</p>\n",
         product->name[words->index], product->about[words->index], product->currency, amount);
    order_form(web, "product", product->code, "button", words->buy);
    html_raw(web, "</li>\n");
}

void page_products(struct web *web)
{
    page_begin(web, 200, web->words->shop, "");
    html(web, "<h1>%s</h1>\n<ul class=\"products\">\n", web->words->welcome);
    for (size_t i = 0; i < PRODUCT_COUNT; i++)
        product_card(web, &PRODUCTS[i]);
    html(web, "</ul>\n");
    page_end(web);
}

void page_amount(struct web *web, const struct order *order)
{
    char amount[32];

    format_money(order->price, amount, sizeof(amount));
    html(web, "<p class=\"price\"><small>%s</small> %s</p>\n", order->currency, amount);
}

static void order_facts(struct web *web, const struct order *order)
{
    const struct words *words = web->words;

    page_amount(web, order);
    html(web,
         "<dl>\n<dt>%s</dt><dd>%s</dd>\n"
         "<dt>%s</dt><dd class=\"number\" id=\"order-id\">%s</dd>\n<dt>%s</dt><dd>%s</dd>\n</dl>\n",
         words->order, order->subject, words->number, order->id, words->time, order->create_time);
}

static int payment_state(const struct order *order)
{
    static const char *const NAMES[STATES] = {
        [STATE_NONE] = "NONE",     [STATE_OPEN] = "OPEN",       [STATE_UNHEARD] = "UNHEARD",
        [STATE_FAILED] = "FAILED", [STATE_REFUSED] = "REFUSED", [STATE_OVER] = "OVER",
    };

    for (int i = 0; i < STATES; i++) {
        if (strcmp(NAMES[i], order->payment) == 0)
            return i;
    }
    return STATE_OPEN;
}

/* Pay or cancel; past the order's end: order again. */
static void order_to_pay(struct web *web, const struct order *order)
{
    const struct words *words = web->words;
    int state = payment_state(order);
    char number[24];

    html(web, "<p class=\"state pending\" id=\"state\">%s</p>\n", words->state[state].says);
    if (state == STATE_OVER)
        order_form(web, "order", order->id, "button wide", words->order_again);
    else
        html(web,
             "<form method=\"post\" action=\"/shop/orders/%s/pay\" target=\"_blank\""
             " rel=\"noopener\"><button class=\"button wide\" id=\"pay\">%s</button></form>\n",
             order->id, words->pay);
    if (state != STATE_OVER)
        html(web,
             "<form method=\"post\" action=\"/shop/orders/%s/cancel\">"
             "<button class=\"button\" id=\"cancel\">%s</button></form>\n",
             order->id, words->cancel);
    html(web, "<p class=\"hint\">%s</p>\n", words->state[state].hint);
    if (state != STATE_OVER)
        page_ways(web, order);
    if (order->code != 0) {
        snprintf(number, sizeof(number), "%" PRId64, order->code);
        html(web, "<p class=\"hint number\">Shroff: %s</p>\n", number);
    }
}

static void refund_button(struct web *web, const struct order *order, const char *label)
{
    html(web,
         "<form method=\"post\" action=\"/shop/orders/%s/refund\">"
         "<button class=\"button\" id=\"refund\">%s</button></form>\n",
         order->id, label);
}

/* A paid order's money: it can go back, is on its way, is back, or was refused. */
static void order_refund(struct web *web, const struct order *order)
{
    const struct words *words = web->words;
    const struct {
        const char *state, *class, *says, *hint, *button;
    } rows[] = {
        { "NONE", "", NULL, NULL, words->refund },
        { "WAITING", "state pending", words->refunding, words->refunding_hint, words->check },
        { "SUCCESS", "state", words->refunded, words->refunded_hint, NULL },
        { "FAILURE", "state pending", words->refund_failed, words->refund_failed_hint,
          words->retry },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].state, order->refund) != 0)
            continue;
        if (rows[i].says)
            html(web, "<p class=\"%s\" id=\"refund-state\">%s</p>\n<p class=\"hint\">%s</p>\n",
                 rows[i].class, rows[i].says, rows[i].hint);
        if (rows[i].button)
            refund_button(web, order, rows[i].button);
    }
}

static void order_paid(struct web *web, const struct order *order)
{
    const struct words *words = web->words;
    bool found = strcmp(order->payment, "FOUND") == 0;

    html(web, "<p class=\"state paid\" id=\"state\">%s</p>\n<p class=\"hint\">%s</p>\n",
         words->paid, found ? words->found_hint : words->paid_hint);
    order_refund(web, order);
    html(web, "<p><a href=\"/shop/\">%s</a></p>\n", words->back);
}

void page_order(struct web *web, const struct order *order)
{
    bool paid = order_is_paid(order);

    bool watched = !paid || strcmp(order->refund, "WAITING") == 0;

    page_begin(web, 200, web->words->order, watched ? PAGE_WATCH : "");
    html(web,
         "<section class=\"card order\" id=\"order\" data-status=\"%s\" data-payment=\"%s\""
         " data-refund=\"%s\">\n",
         order->status, order->payment, order->refund);
    order_facts(web, order);
    if (paid)
        order_paid(web, order);
    else
        order_to_pay(web, order);
    html(web, "</section>\n");
    page_end(web);
}

void page_message(struct web *web, int status, const char *sentence, const struct way_on *way)
{
    page_begin(web, status, web->words->shop, "");
    html(web, "<section class=\"card order\">\n<p class=\"message\">%s</p>\n", sentence);
    if (way && way->order[0] != '\0')
        order_form(web, "order", way->order, "button wide", way->label);
    else if (way)
        html(web,
             "<form method=\"post\" action=\"%s\">"
             "<button class=\"button wide\">%s</button></form>\n",
             way->path, way->label);
    html(web, "<p><a href=\"/shop/\">%s</a></p>\n</section>\n", web->words->back);
    page_end(web);
}
