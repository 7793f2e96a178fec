/* sandbox_page.c - see sandbox_page.h. */
#include "sandbox/core/sandbox_page.h"

#include <string.h>
#include "sandbox/core/sandbox_scenario.h"

static const char STYLE[] =
    "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>"
    ":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--text:#1b1c1e;--dim:#5c6066;"
    "--line:#d9dbdf}@media(prefers-color-scheme:dark){:root{--page:#121315;--card:#1e2023;"
    "--text:#ececed;--dim:#a6aab0;--line:#3a3d42}}*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--text);"
    "font:1rem/1.5 system-ui,'Noto Sans CJK SC',sans-serif}"
    "h1{font-size:1.2rem;padding:.9rem 1.2rem;margin:0;color:#fff;background:#444;"
    "overflow-wrap:anywhere}"
    ".alipay h1,.alipay .pay{background:#1668dc}.wechat h1,.wechat .pay{background:#057a43}"
    "main{max-width:28rem;margin:0 auto;padding:1rem}.wide main{max-width:70rem}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;"
    "padding:1.2rem;margin-bottom:1rem;overflow-x:auto}.card>:first-child{margin-top:0}"
    ".card>:last-child{margin-bottom:0}h2{font-size:1.05rem;overflow-wrap:anywhere}"
    ".sum{font-size:2.4rem;font-weight:600;text-align:center;margin:.5rem 0 1.2rem}"
    ".says{font-size:1.3rem;font-weight:600;text-align:center;margin:1rem 0}"
    "a{color:inherit}"
    "button,select,.button{display:block;font:inherit;width:100%;min-height:3rem;padding:.7rem;"
    "margin:.6rem 0;border:1px solid var(--line);border-radius:.6rem;background:var(--page);"
    "color:var(--text);text-align:center;text-decoration:none}"
    ".pay{background:#444;color:#fff;border:0;font-weight:600}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;color:var(--dim)}"
    "dd{margin:0;overflow-wrap:anywhere;text-align:end}pre{background:var(--page);padding:.6rem;"
    "border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere;max-height:24rem;"
    "overflow:auto;font-size:.85rem}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);"
    "white-space:nowrap}td:last-child,th:last-child{white-space:normal}"
    ".bars{display:block;width:100%;height:5rem;background:#fff;fill:#000}"
    ".code{font:1.15rem ui-monospace,monospace;text-align:center;user-select:all;margin:.6rem 0}"
    "details svg{display:block;width:12rem;margin:.6rem auto}"
    ".test{color:var(--dim);font-size:.85rem;text-align:center}</style>";

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
    text_addf(out->body, "</title></head><body class=\"%s\"><h1>", *brand ? brand : "wide");
    page_text(out->body, title);
    text_add(out->body, "</h1><main>");
}

void page_end(struct sandbox_answer *out)
{
    text_add(out->body, "<p class=\"test\">沙箱 · sandbox: no real money</p></main></body></html>");
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

static const char *heading_of(const char *channel)
{
    return str_eq(channel, "alipay") ? "支付宝收银台 Alipay" : "微信支付 WeChat Pay";
}

void page_cashier(struct sandbox_answer *out, const struct sandbox_trade *trade,
                  const struct page_button *buttons)
{
    struct text *to = out->body;

    page_begin(out, heading_of(trade->channel), trade->channel);
    text_add(to, "<div class=\"card\"><p>");
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
    text_add(to, "</dd></dl></div>");
    page_end(out);
}

static void result_begin(struct sandbox_answer *out, const char *brand, const char *says)
{
    page_begin(out, heading_of(brand), brand);
    text_add(out->body, "<div class=\"card\"><p class=\"says\">");
    page_text(out->body, says);
    text_add(out->body, "</p>");
}

static void result_end(struct sandbox_answer *out, const char *return_url)
{
    if (*return_url) {
        text_add(out->body, "<a class=\"button\" href=\"");
        page_text(out->body, return_url);
        text_add(out->body, "\">返回商家 Back to the shop</a>");
    }
    text_add(out->body, "</div>");
    page_end(out);
}

void page_result(struct sandbox_answer *out, const char *brand, const char *says,
                 const char *return_url)
{
    result_begin(out, brand, says);
    result_end(out, return_url);
}

/* The form was posted to the address of the page that showed it. */
void page_not_paid(struct sandbox_answer *out, const char *brand, const char *says,
                   const char *return_url)
{
    result_begin(out, brand, says);
    text_add(out->body, "<a class=\"button pay\" href=\"\">再试一次 Try again</a>");
    result_end(out, return_url);
}
