/* pay_page_ways.c - what the cashier shows of an order that can be paid: the code to scan or the
 * link that leads on, what the last try came to, and the ways to pay. */
#include <string.h>

#include "io/qr.h"
#include "web/page/html.h"
#include "web/page/pay_page_private.h"

static void write_notice(struct text *to, enum cashier_notice notice, enum lang lang)
{
    static const enum page_text TEXTS[] = {
        [NOTICE_FAILED] = W_FAILED,
        [NOTICE_UNKNOWN] = W_UNKNOWN,
        [NOTICE_MANY] = W_MANY,
    };

    if (notice == NOTICE_NONE)
        return;
    html_raw(to, "<p class=\"notice\" role=\"alert\">");
    html_text(to, PAY_TEXTS[lang][TEXTS[notice]]);
    html_raw(to, "</p>");
}

static enum pay_err write_code(struct text *to, const char *code_text, enum lang lang)
{
    html_raw(to, "<figure>");
    enum pay_err err = qr_svg(code_text, "QR", to);
    html_raw(to, "</figure><p class=\"dim center\">");
    html_text(to, PAY_TEXTS[lang][W_CODE]);
    html_raw(to, "</p>");
    return err;
}

static void write_go(struct text *to, const struct pay_cashier *cashier, enum lang lang)
{
    html_raw(to, cashier->go_now ? "<a class=\"go\" data-go rel=\"noreferrer\" href=\""
                                 : "<a class=\"go\" rel=\"noreferrer\" href=\"");
    html_attr(to, cashier->go_url);
    html_raw(to, "\">");
    html_text(to, PAY_TEXTS[lang][W_GO]);
    html_raw(to, "</a>");
}

/* A channel that its operator gave no name has the name of its service. */
static const char *way_name(const struct pay_way *way, enum lang lang)
{
    if (strcmp(way->name, way->code) != 0)
        return way->name;
    if (strncmp(way->code, "wx_", 3) == 0)
        return PAY_TEXTS[lang][W_WECHAT];
    return strncmp(way->code, "alipay_", 7) == 0 ? PAY_TEXTS[lang][W_ALIPAY] : way->name;
}

static void write_ways(struct text *to, const struct pay_page *page, enum lang lang)
{
    const struct pay_cashier *cashier = page->cashier;
    const bool chosen = *cashier->code_text || *cashier->go_url;

    pay_form_begin(to, page);
    html_raw(to, "<div class=\"ways\"><p class=\"dim\">");
    html_text(to, PAY_TEXTS[lang][cashier->count == 0 ? W_NO_WAY : chosen ? W_OTHER : W_CHOOSE]);
    html_raw(to, "</p>");
    for (size_t i = 0; i < cashier->count; i++) {
        html_raw(to, "<button name=\"channel\" value=\"");
        html_attr(to, cashier->ways[i].code);
        html_raw(to, "\">");
        html_text(to, way_name(&cashier->ways[i], lang));
        html_text(to, cashier->ways[i].by_code ? PAY_TEXTS[lang][W_BY_CODE] : "");
        html_raw(to, "</button>");
    }
    html_raw(to, "</div></form>");
}

enum pay_err pay_ways_write(struct text *to, const struct pay_page *page, enum lang lang)
{
    const struct pay_cashier *cashier = page->cashier;
    enum pay_err err = PAY_OK;

    write_notice(to, cashier->notice, lang);
    if (*cashier->code_text)
        err = write_code(to, cashier->code_text, lang);
    if (*cashier->go_url)
        write_go(to, cashier, lang);
    write_ways(to, page, lang);
    return err;
}
