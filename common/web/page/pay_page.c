/* pay_page.c - in: a trade of the played gateway, or an order at the cashier; out: HTML. */
#include "web/page/pay_page.h"

#include <string.h>

#include "base/ulid.h"
#include "io/qr.h"
#include "web/page/html.h"
#include "web/page/pay_page_private.h"

#define LONG_PRICE 100000000 /* from here on the digits are smaller, to stay on a phone's line */

/* The first of zh and en that the browser names; English for other languages, Chinese for none. */
static enum lang language(const struct call *call)
{
    const char *accept = request_header(call->request, "accept-language");
    const char *zh = accept ? strstr(accept, "zh") : NULL,
               *en = accept ? strstr(accept, "en") : NULL;

    if (en && (!zh || en < zh))
        return EN;
    return zh || !accept || !*accept ? ZH : EN;
}

static void duration(struct text *to, int64_t s)
{
    if (s >= 3600)
        text_addf(to, "%lld:", (long long)(s / 3600));
    text_addf(to, "%02lld:%02lld", (long long)(s % 3600 / 60), (long long)(s % 60));
}

static void pay_page_head(struct text *to, const struct pay_page *page, enum lang lang,
                          const char *nonce)
{
    const char *title = PAY_TEXTS[lang][page->cashier ? W_CASHIER : W_TITLE];

    html_raw(to, "<!doctype html><html lang=\"");
    html_raw(to, lang == ZH ? "zh-CN" : "en");
    html_raw(
        to, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
            "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>");
    html_text(to, page->state == PAGE_OPEN ? title : PAY_STATES[page->state].text[lang]);
    html_raw(to, "</title>");
    if (page->state == PAGE_OPEN)
        html_raw(to, "<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>");
    html_raw(to, "<style nonce=\"");
    html_attr(to, nonce);
    html_raw(to, "\">");
    html_raw(to, PAY_STYLE);
    html_raw(to, "</style></head><body><main data-state=\"");
    html_raw(to, PAY_STATES[page->state].kind);
    html_raw(to, "\"><h1>");
    html_text(to, *page->shop ? page->shop : title);
    html_raw(to, "</h1>");
}

static void write_trade(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, page->price.minor < LONG_PRICE ? "<p class=\"amount\"><small>"
                                                : "<p class=\"amount long\"><small>");
    html_text(to, page->currency);
    html_raw(to, "</small> ");
    money_add_grouped(to, page->price, page->currency);
    html_raw(to, "</p><p class=\"subject\">");
    html_text(to, page->subject);
    html_raw(to, "</p><p class=\"dim\">");
    html_text(to, PAY_TEXTS[lang][page->cashier ? W_ORDER : W_NUMBER]);
    html_raw(to, " ");
    html_text(to, page->number);
    html_raw(to, "</p>");
}

static void write_outcomes(struct text *to, enum lang lang)
{
    html_raw(to, "<details><summary>");
    html_text(to, PAY_TEXTS[lang][W_MORE]);
    html_raw(to, "</summary><p class=\"dim\">");
    html_text(to, PAY_TEXTS[lang][W_MORE_WHY]);
    html_raw(to, "</p>");
    for (size_t i = 0; PAY_OUTCOMES[i].name; i++) {
        html_raw(to, "<button name=\"outcome\" value=\"");
        html_attr(to, PAY_OUTCOMES[i].name);
        html_raw(to, "\">");
        html_text(to, PAY_OUTCOMES[i].text[lang]);
        html_raw(to, "</button>");
    }
    html_raw(to, "</details>");
}

void pay_form_begin(struct text *to, const struct pay_page *page)
{
    html_raw(to, "<form method=\"post\" action=\"");
    html_attr(to, page->action);
    html_raw(to, "\">");
    for (size_t i = 0; i < COUNT(page->hidden) && page->hidden[i].name; i++) {
        html_raw(to, "<input type=\"hidden\" name=\"");
        html_attr(to, page->hidden[i].name);
        html_raw(to, "\" value=\"");
        html_attr(to, page->hidden[i].value);
        html_raw(to, "\">");
    }
}

static void write_left(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<p class=\"dim center\">");
    html_text(to, PAY_TEXTS[lang][W_LEFT]);
    text_addf(to, " <span id=\"left\" data-end=\"%lld\" data-now=\"%lld\"",
              (long long)page->expire_time, (long long)page->now);
    if (page->cashier)
        text_addf(to, " data-change=\"%lld\"", (long long)page->cashier->change);
    html_raw(to, ">");
    duration(to, (page->expire_time - page->now + 999) / 1000);
    html_raw(to, "</span></p>");
}

static void write_form(struct text *to, const struct pay_page *page, enum lang lang)
{
    pay_form_begin(to, page);
    html_raw(to, "<button name=\"outcome\" value=\"paid\" id=\"pay\">");
    html_text(to, PAY_TEXTS[lang][W_PAY]);
    html_raw(to, "</button>");
    write_outcomes(to, lang);
    html_raw(to, "</form>");
}

struct decision_texts {
    enum page_text what;
    struct {
        const char *outcome;
        enum page_text text;
    } buttons[2];
};

static void write_waiting(struct text *to, const struct pay_page *page,
                          const struct pay_waiting *waiting, enum lang lang)
{
    static const struct decision_texts TEXTS[] = {
        { W_REFUND, { { "refund_ok", W_REFUND_OK }, { "refund_fail", W_REFUND_FAIL } } },
        { W_TRANSFER, { { "transfer_ok", W_TRANSFER_OK }, { "transfer_fail", W_TRANSFER_FAIL } } },
    };
    const struct decision_texts *texts = &TEXTS[page->state == PAGE_DECIDE];

    html_raw(to, "<p class=\"center\">");
    html_text(to, PAY_TEXTS[lang][texts->what]);
    html_raw(to, " ");
    html_text(to, page->currency);
    html_raw(to, " ");
    money_add_grouped(to, waiting->price, page->currency);
    html_raw(to, "</p><p class=\"dim center\">");
    html_text(to, waiting->no);
    html_raw(to, "</p>");
    pay_form_begin(to, page);
    if (page->state != PAGE_DECIDE) {
        html_raw(to, "<input type=\"hidden\" name=\"refund_no\" value=\"");
        html_attr(to, waiting->no);
        html_raw(to, "\">");
    }
    for (size_t i = 0; i < COUNT(texts->buttons); i++) {
        html_raw(to, "<button name=\"outcome\" value=\"");
        html_attr(to, texts->buttons[i].outcome);
        html_raw(to, "\">");
        html_text(to, PAY_TEXTS[lang][texts->buttons[i].text]);
        html_raw(to, "</button>");
    }
    html_raw(to, "</form>");
}

static void write_result(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<p class=\"result ");
    html_raw(to, PAY_STATES[page->state].kind);
    html_raw(to, "\" role=\"status\"><b>");
    html_raw(to, PAY_STATES[page->state].mark);
    html_raw(to, "</b>");
    html_text(to, PAY_STATES[page->state].text[lang]);
    html_raw(to, "</p>");
}

static void write_back(struct text *to, const struct pay_page *page, enum lang lang)
{
    if (!page->return_url || !*page->return_url)
        return;
    html_raw(to, "<a class=\"back\" rel=\"noreferrer\" href=\"");
    html_attr(to, page->return_url);
    html_raw(to, "\">");
    html_text(to, PAY_TEXTS[lang][W_BACK]);
    html_raw(to, "</a>");
}

static enum pay_err write_qr(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<figure>");
    enum pay_err err = qr_svg(page->self_url, "QR", to);
    html_raw(to, "</figure><p class=\"dim center\">");
    html_text(to, PAY_TEXTS[lang][W_SCAN]);
    html_raw(to, "</p>");
    return err;
}

static enum pay_err write_open(struct text *to, const struct pay_page *page, enum lang lang)
{
    enum pay_err err;

    if (page->cashier) {
        err = pay_ways_write(to, page, lang);
        write_left(to, page, lang);
        return err;
    }
    err = write_qr(to, page, lang);
    write_left(to, page, lang);
    write_form(to, page, lang);
    return err;
}

static void security_headers(struct reply *reply, const struct pay_page *page, const char *nonce)
{
    char room[512];
    struct text csp = TEXT(room);

    text_addf(&csp,
              "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; connect-src 'self';"
              " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
              nonce, nonce);
    reply_header(reply, "Content-Security-Policy", room);
    reply_header(reply, "X-Frame-Options", "DENY");
    /* Not no-referrer: browsers would then send "Origin: null" with our own form. The cashier's
     * address is its token, so no page learns it, ours neither. */
    reply_header(reply, "Referrer-Policy", page->cashier ? "strict-origin" : "same-origin");
    reply_header(reply, "Cross-Origin-Opener-Policy", "same-origin");
    reply_header(reply, "Cache-Control", "no-store");
    reply_header(reply, "Vary", "Accept, Accept-Language");
}

/* What the page's own script asks for, at the page's own address. */
static enum pay_err write_state(struct call *call, const struct pay_page *page)
{
    if (page->state == PAGE_NOT_FOUND)
        return PAY_NOT_FOUND;
    struct json_text *data = reply_data(call->reply);
    reply_header(call->reply, "Cache-Control", "no-store");
    reply_header(call->reply, "Vary", "Accept, Accept-Language");
    json_str(data, "state", PAY_STATES[page->state].word);
    json_time(data, "expire_time", page->expire_time);
    json_time(data, "now", page->now);
    if (page->cashier)
        json_i64(data, "change", page->cashier->change);
    return PAY_OK;
}

static bool wants_state(const struct call *call)
{
    const char *accept = request_header(call->request, "accept");

    return accept && strncmp(accept, "application/json", strlen("application/json")) == 0;
}

enum pay_err pay_page_write(struct call *call, const struct pay_page *page)
{
    enum lang lang = language(call);
    char nonce[TOKEN_SIZE];
    enum pay_err err = PAY_OK;

    if (wants_state(call))
        return write_state(call, page);
    token_new(nonce);
    struct text *to = reply_raw(call->reply, "text/html; charset=utf-8");
    call->reply->status = page->state == PAGE_NOT_FOUND ? 404 : 200;
    security_headers(call->reply, page, nonce);
    pay_page_head(to, page, lang, nonce);
    if (page->state != PAGE_NOT_FOUND)
        write_trade(to, page, lang);
    if (page->state == PAGE_OPEN)
        err = write_open(to, page, lang);
    else
        write_result(to, page, lang);
    for (size_t i = 0; i < page->waiting_count; i++)
        write_waiting(to, page, &page->waiting[i], lang);
    write_back(to, page, lang);
    if (!page->cashier || page->cashier->test_mode) {
        html_raw(to, "<p class=\"dim test\">");
        html_text(to, PAY_TEXTS[lang][W_TEST]);
        html_raw(to, "</p>");
    }
    html_raw(to, "</main><script nonce=\"");
    html_attr(to, nonce);
    html_raw(to, "\">");
    html_raw(to, PAY_SCRIPT);
    html_raw(to, "</script></body></html>\n");
    return to->full ? PAY_FAULT : err;
}
