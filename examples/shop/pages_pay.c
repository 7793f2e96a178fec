/* pages_pay.c - what a payer chooses from and needs on the way. Every %s is escaped by html(). */
#include "pages.h"

#include <stdio.h>
#include <string.h>

#include "qr.h"
#include "settings.h"
#include "test_payer.h"

/* The ways of one brand, if the shop offers any; the table has them side by side. */
static void brand(struct web *web, const struct way *first, const struct way *end)
{
    bool begun = false;

    for (const struct way *way = first; way < end; way++) {
        if (!way_is_offered(way))
            continue;
        if (!begun)
            html(web, "<p>%s</p>\n<div class=\"ways\">\n", first->brand[web->words->index]);
        begun = true;
        html(web, "<button name=\"channel\" value=\"%s\">%s</button>\n", way->channel,
             way->label[web->words->index]);
    }
    if (begun)
        html_raw(web, "</div>\n");
}

void page_ways(struct web *web, const struct order *order)
{
    if (settings.channels[0] == '\0')
        return;
    html(web,
         "<details>\n<summary>%s</summary>\n<form method=\"post\" action=\"/shop/orders/%s/pay\""
         " target=\"_blank\" rel=\"noopener\">\n",
         web->words->ways, order->id);
    for (size_t i = 0, next; i < WAY_COUNT; i = next) {
        for (next = i + 1; next < WAY_COUNT; next++) {
            if (strcmp(WAYS[next].brand[0], WAYS[i].brand[0]) != 0)
                break;
        }
        brand(web, &WAYS[i], &WAYS[next]);
    }
    html_raw(web, "</form>\n</details>\n");
}

void page_till(struct web *web, const struct order *order, const struct way *way)
{
    const struct words *words = web->words;
    char url[512];

    page_begin(web, 200, words->till, "");
    html(web, "<section class=\"card order\">\n");
    page_amount(web, order);
    html(web,
         "<form method=\"post\" action=\"/shop/orders/%s/pay\" class=\"till\">"
         "<input type=\"hidden\" name=\"channel\" value=\"%s\">"
         "<label for=\"auth-code\">%s</label>"
         "<input id=\"auth-code\" name=\"auth_code\" inputmode=\"numeric\" autocomplete=\"off\""
         " pattern=\"[0-9]{16,24}\" maxlength=\"24\" required autofocus>"
         "<button class=\"button wide\" id=\"take\">%s</button></form>\n"
         "<p class=\"hint\">%s</p>\n",
         order->id, way->channel, words->till_code, words->till_take, words->till_hint);
    if (test_codes_url(url, sizeof(url)))
        html(web, "<p><a href=\"%s\" target=\"_blank\" rel=\"noopener\">%s</a></p>\n", url,
             words->till_test);
    html_raw(web, "</section>\n");
    page_end(web);
}

void page_code(struct web *web, const struct order *order, const struct shroff_order *answer)
{
    const struct words *words = web->words;
    const bool scanned = strcmp(answer->display_mode, "qr_code") == 0;
    static char url[4700];

    page_begin(web, 200, scanned ? words->scan : words->in_app, PAGE_WATCH);
    html(web,
         "<section class=\"card order\" id=\"order\" data-status=\"%s\""
         " data-order=\"/shop/orders/%s\">\n",
         order->status, order->id);
    page_amount(web, order);
    html(web, "<p class=\"state pending\">%s</p>\n", scanned ? words->scan : words->in_app);
    if (scanned)
        html_qr(web, answer->display_content, words->scan);
    else
        html(web, "<pre>%s</pre>\n", answer->display_content);
    if (test_payer_url(answer, url, sizeof(url)))
        html(web,
             "<p><a id=\"test-payer\" href=\"%s\" target=\"_blank\" rel=\"noopener\">%s</a></p>\n",
             url, words->test_payer);
    html(web, "<p><a href=\"/shop/orders/%s\">%s</a></p>\n</section>\n", order->id, words->order);
    page_end(web);
}
