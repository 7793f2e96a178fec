/* sandbox_page.c - see sandbox_page.h. */
#include "sandbox/core/sandbox_page.h"

#include <string.h>
#include "sandbox/core/sandbox_scenario.h"

static const char STYLE[] =
    "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>"
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;"
    "max-width:28rem;padding:1rem}body.wide{max-width:70rem}h1{font-size:1.2rem;padding:.6rem 1rem;"
    "margin:0 -1rem 1rem;color:#fff;background:#444}h1.alipay{background:#1677ff}"
    "h1.wechat{background:#07a35a}.sum{font-size:2.4rem;text-align:center;margin:1rem 0}"
    "button,select{font:inherit;width:100%;padding:.8rem;margin:.3rem 0;border:1px solid #888;"
    "border-radius:.5rem}button.pay{background:#1677ff;color:#fff;border:0;font-weight:600}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem}dd{margin:0;"
    "overflow-wrap:anywhere}pre{overflow:auto;background:#8882;padding:.5rem;white-space:pre-wrap;"
    "overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "padding:.2rem .5rem;border-bottom:1px solid #8884}.test{opacity:.7;font-size:.85rem}</style>";

void page_text(struct text *to, const char *s)
{
    for (; *str_or(s, ""); s++) {
        switch (*s) {
        case '&':
            text_add(to, "&amp;");
            break;
        case '<':
            text_add(to, "&lt;");
            break;
        case '>':
            text_add(to, "&gt;");
            break;
        case '"':
            text_add(to, "&quot;");
            break;
        case '\'':
            text_add(to, "&#39;");
            break;
        default:
            text_add_char(to, *s);
        }
    }
}

void page_begin(struct sandbox_answer *out, const char *title, const char *brand)
{
    out->type = "text/html; charset=utf-8";
    sandbox_header(out, "Content-Security-Policy", SANDBOX_CSP);
    sandbox_header(out, "Cache-Control", "no-store");
    sandbox_header(out, "Referrer-Policy", "no-referrer");
    text_add(out->body, STYLE);
    text_add(out->body, "<title>");
    page_text(out->body, title);
    text_addf(out->body, "</title></head><body%s><h1 class=\"%s\">",
              *brand ? "" : " class=\"wide\"", brand);
    page_text(out->body, title);
    text_add(out->body, "</h1>");
}

void page_end(struct sandbox_answer *out)
{
    text_add(out->body, "<p class=\"test\">沙箱 · sandbox: no real money</p></body></html>");
}

static void hidden(struct text *to, const char *name, const char *value)
{
    text_addf(to, "<input type=\"hidden\" name=\"%s\" value=\"", name);
    page_text(to, value);
    text_add(to, "\">");
}

/* The scenarios of the trade's channel; the first one leaves the trade as it is. */
static void scenarios_write(struct text *to, const struct sandbox_trade *trade)
{
    text_add(to, "<label>场景 Scenario <select name=\"scenario\"><option value=\"\">");
    page_text(to, str_or(trade->scenario, "-"));
    text_add(to, "</option>");
    for (size_t i = 0; i < SCENARIO_COUNT; i++) {
        const struct sandbox_scenario *s = &SANDBOX_SCENARIOS[i];
        if (!sandbox_scenario_named(trade->channel, s->name))
            continue;
        text_addf(to, "<option value=\"%s\">%d %s: ", s->name, s->number, s->name);
        page_text(to, s->says);
        text_add(to, "</option>");
    }
    text_add(to, "</select></label>");
}

bool page_scenario_take(struct sandbox_trade *trade, const char *chosen)
{
    return *chosen && sandbox_scenario_named(trade->channel, chosen) &&
           text_copy(trade->scenario, sizeof(trade->scenario), chosen);
}

void page_cashier(struct sandbox_answer *out, const struct sandbox_trade *trade,
                  const struct page_button *buttons)
{
    struct text *to = out->body;

    page_begin(out, str_eq(trade->channel, "alipay") ? "支付宝收银台" : "微信支付", trade->channel);
    text_add(to, "<p>");
    page_text(to, trade->subject);
    text_add(to, "</p><p class=\"sum\">¥");
    money_add_plain(to, trade->amount);
    text_add(to, "</p><form method=\"post\">");
    hidden(to, "out_trade_no", trade->out_trade_no);
    hidden(to, "merchant", trade->merchant);
    text_add(to, "<button class=\"pay\" type=\"submit\" name=\"outcome\" value=\"pay\">"
                 "确认付款 Pay</button>");
    for (; buttons->outcome; buttons++) {
        text_addf(to, "<button type=\"submit\" name=\"outcome\" value=\"%s\">", buttons->outcome);
        page_text(to, buttons->label);
        text_add(to, "</button>");
    }
    scenarios_write(to, trade);
    text_add(to, "</form><dl><dt>订单号</dt><dd>");
    page_text(to, trade->out_trade_no);
    text_add(to, "</dd></dl>");
    page_end(out);
}

void page_result(struct sandbox_answer *out, const char *brand, const char *says,
                 const char *return_url)
{
    page_begin(out, says, brand);
    if (*return_url) {
        text_add(out->body, "<p><a href=\"");
        page_text(out->body, return_url);
        text_add(out->body, "\">返回商家 Back to the shop</a></p>");
    }
    page_end(out);
}
