/* pay_page.c - in: a trade as it stands; out: the HTML of the cashier's page. */
#include "web/page/pay_page.h"

#include <string.h>

#include "base/ulid.h"
#include "io/qr.h"
#include "web/page/html.h"

#define LONG_PRICE 100000000    /* from here on the digits are smaller, to stay on a phone's line */

enum page_text {
    W_TITLE, W_SCAN, W_LEFT, W_PAY, W_MORE, W_MORE_WHY, W_BACK, W_NUMBER, W_TEST, W_COUNT
};
enum lang { EN, ZH, LANGS };

static const char *const TEXTS[LANGS][W_COUNT] = {
    [EN] = { "Mock cashier", "or scan with a phone", "Time left", "Pay",
             "More: what goes wrong in life", "Try how your shop takes it.", "Back to the shop",
             "Trade", "A played payment for tests. No money moves." },
    [ZH] = { "模拟收银台", "或用手机扫码打开", "剩余时间", "确认支付", "更多：真实世界里的意外",
             "看看你的系统如何应对。", "返回商家", "交易号",
             "这是用于测试的模拟支付，不会产生真实扣款。" },
};

static const struct {
    const char *word, *mark, *kind, *text[LANGS];
} STATES[PAGE_STATES] = {
    [PAGE_OPEN] = { "open", "", "open", { "", "" } },
    [PAGE_PAID] = { "paid", "✓", "paid", { "Paid", "支付成功" } },
    [PAGE_FAILED] = { "failed", "✕", "failed", { "Payment failed", "支付失败" } },
    [PAGE_CLOSED] = { "closed", "✕", "failed", { "This trade is closed", "交易已关闭" } },
    [PAGE_EXPIRED] = { "expired", "!", "failed", { "This payment has expired", "支付已过期" } },
    [PAGE_NOT_FOUND] = { "unknown", "?", "failed", { "No such payment", "没有这笔支付" } },
};

static const struct {
    const char *name, *text[LANGS];
} OUTCOMES[] = {
    { "failed", { "Payment fails", "支付失败" } },
    { "late", { "Paid, told 20 s late", "支付成功，20 秒后才通知" } },
    { "twice", { "Paid, told twice", "支付成功，通知两次" } },
    { "price", { "Told with a wrong amount", "通知金额错误" } },
    { "sign", { "Told with a wrong signature", "通知签名错误" } },
    { "silent", { "Paid, never told", "支付成功，但不通知" } },
};

static const char STYLE[] =
    ":root{color-scheme:light "
    "dark;--bg:#f2f4f8;--card:#fff;--ink:#1b2330;--dim:#5c6675;--line:#e3e7ee;"
    "--go:#1463e0;--go-ink:#fff;--ok:#0b8a4b;--bad:#c2331f}"
    "@media(prefers-color-scheme:dark){:root{--bg:#10141b;--card:#1a202a;--ink:#eef2f8;--dim:#"
    "9aa6b8;"
    "--line:#2d3644;--go:#5b9bff;--go-ink:#0b1220;--ok:#4cd18a;--bad:#ff8a75}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);min-height:100vh;"
    "display:flex;"
    "align-items:center;justify-content:center;padding:16px;font:16px/1.5 "
    "system-ui,-apple-system,'Segoe UI',"
    "'Noto Sans CJK SC','Noto Sans SC',sans-serif}"
    "main{background:var(--card);width:100%;max-width:440px;border-radius:16px;padding:28px 24px;"
    "border:1px solid var(--line);box-shadow:0 8px 30px rgba(16,24,40,.08)}"
    "h1{font-size:1rem;margin:0;color:var(--dim);font-weight:600}"
    ".amount{margin:18px 0 "
    "4px;font-size:2.6rem;font-weight:700;letter-spacing:-.02em;overflow-wrap:anywhere}"
    ".amount{line-height:1.25}.long{font-size:1.75rem}"
    ".amount small{font-size:1rem;color:var(--dim);font-weight:600}"
    ".subject{margin:0;overflow-wrap:anywhere}.dim{color:var(--dim);font-size:.875rem;overflow-"
    "wrap:anywhere}"
    "figure{margin:20px auto "
    "8px;width:184px;background:#fff;border-radius:12px;padding:6px;border:1px solid var(--line)}"
    "figure svg{display:block;width:100%;height:auto}.center{text-align:center}"
    "button,.back{display:block;width:100%;border:0;border-radius:12px;padding:14px;font:inherit;"
    "font-weight:600;"
    "cursor:pointer;background:var(--go);color:var(--go-ink);text-align:center;text-decoration:"
    "none;margin-top:16px}"
    "button:focus-visible,.back:focus-visible,summary:focus-visible{outline:3px solid "
    "var(--go);outline-offset:2px}"
    "[aria-busy]{opacity:.6;cursor:progress}"
    "details{margin-top:18px;border-top:1px solid "
    "var(--line);padding-top:14px}summary{cursor:pointer;color:var(--dim)}"
    "details button{background:none;color:var(--ink);border:1px solid "
    "var(--line);font-weight:500;padding:10px;margin-top:8px}"
    "[data-state=open] .back{background:none;color:var(--ink);border:1px solid "
    "var(--line);font-weight:500}"
    ".result{text-align:center;padding:22px 0 6px;font-size:1.35rem;font-weight:700}"
    ".result "
    "b{display:block;font-size:2.6rem;line-height:1.3}.paid{color:var(--ok)}.failed{color:var(--"
    "bad)}"
    ".test{margin:18px 0 0;text-align:center}";

/* The end is kept as a time of this device's clock, however wrong that is: now, and what the server
 * says is left. So a phone that slept shows the time that is left. An end never moves to a later
 * time; of several answers the earliest end is the best. The page asks its own address for the
 * trade's state, because another device may pay. */
static const char SCRIPT[] =
    "let sent = false;\n"
    "for (const form of document.forms) form.addEventListener('submit', (event) => {\n"
    "  if (sent) event.preventDefault();\n"
    "  sent = true;\n"
    "  event.submitter?.setAttribute('aria-busy', 'true');\n"
    "});\n"
    "addEventListener('pageshow', () => {\n"
    "  sent = false;\n"
    "  for (const b of document.querySelectorAll('[aria-busy]')) b.removeAttribute('aria-busy');\n"
    "});\n"
    "const left = document.getElementById('left');\n"
    "if (left) {\n"
    "  let end = Date.now() + Number(left.dataset.end) - Number(left.dataset.now);\n"
    "  let timer, asked = 0;\n"
    "  const two = (n) => String(Math.floor(n)).padStart(2, '0');\n"
    "  const show = () => {\n"
    "    const s = Math.max(0, Math.ceil((end - Date.now()) / 1000));\n"
    "    const hours = s < 3600 ? '' : `${Math.floor(s / 3600)}:`;\n"
    "    left.textContent = `${hours}${two(s % 3600 / 60)}:${two(s % 60)}`;\n"
    "  };\n"
    "  const look = async () => {\n"
    "    let wait = document.hidden ? 15 : asked++ < 150 ? 2 : 5;\n"
    "    try {\n"
    "      const answer = await fetch(location.href, { headers: { Accept: 'application/json' },\n"
    "        cache: 'no-store', signal: AbortSignal.timeout?.(10000) });\n"
    "      const { code, data } = await answer.json();\n"
    "      if (sent) wait = 1;\n"
    "      else if (code === 40400 || code === 0 && data.state !== 'open')\n"
    "        return location.reload();\n"
    "      else if (code !== 0)\n"
    "        wait = Math.min(Number(answer.headers.get('Retry-After')) || 5, 60);\n"
    "      if (code === 0) {\n"
    "        const said = Date.now() + Date.parse(data.expire_time) - Date.parse(data.now);\n"
    "        end = end > Date.now() ? Math.min(end, said) : said;\n"
    "      }\n"
    "    } catch { wait = 5; }\n"
    "    show();\n"
    "    clearTimeout(timer);\n"
    "    timer = setTimeout(look, wait * 1000);\n"
    "  };\n"
    "  const wake = () => { show(); look(); };\n"
    "  document.addEventListener('visibilitychange', () => { if (!document.hidden) wake(); });\n"
    "  addEventListener('pageshow', (event) => { if (event.persisted) wake(); });\n"
    "  setInterval(show, 1000);\n"
    "  show();\n"
    "  timer = setTimeout(look, 2000);\n"
    "}\n";

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

static void write_head(struct text *to, const struct pay_page *page, enum lang lang,
                       const char *nonce)
{
    html_raw(to, "<!doctype html><html lang=\"");
    html_raw(to, lang == ZH ? "zh-CN" : "en");
    html_raw(
        to, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
            "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>");
    html_text(to, page->state == PAGE_OPEN ? TEXTS[lang][W_TITLE] : STATES[page->state].text[lang]);
    html_raw(to, "</title>");
    if (page->state == PAGE_OPEN)
        html_raw(to, "<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>");
    html_raw(to, "<style nonce=\"");
    html_attr(to, nonce);
    html_raw(to, "\">");
    html_raw(to, STYLE);
    html_raw(to, "</style></head><body><main data-state=\"");
    html_raw(to, STATES[page->state].kind);
    html_raw(to, "\"><h1>");
    html_text(to, *page->shop ? page->shop : TEXTS[lang][W_TITLE]);
    html_raw(to, "</h1>");
}

static void write_trade(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, page->price < LONG_PRICE ? "<p class=\"amount\"><small>"
                                          : "<p class=\"amount long\"><small>");
    html_text(to, page->currency);
    html_raw(to, "</small> ");
    money_add_grouped(to, page->price, page->currency);
    html_raw(to, "</p><p class=\"subject\">");
    html_text(to, page->subject);
    html_raw(to, "</p><p class=\"dim\">");
    html_text(to, TEXTS[lang][W_NUMBER]);
    html_raw(to, " ");
    html_text(to, page->number);
    html_raw(to, "</p>");
}

static void write_outcomes(struct text *to, enum lang lang)
{
    html_raw(to, "<details><summary>");
    html_text(to, TEXTS[lang][W_MORE]);
    html_raw(to, "</summary><p class=\"dim\">");
    html_text(to, TEXTS[lang][W_MORE_WHY]);
    html_raw(to, "</p>");
    for (size_t i = 0; i < COUNT(OUTCOMES); i++) {
        html_raw(to, "<button name=\"outcome\" value=\"");
        html_attr(to, OUTCOMES[i].name);
        html_raw(to, "\">");
        html_text(to, OUTCOMES[i].text[lang]);
        html_raw(to, "</button>");
    }
    html_raw(to, "</details>");
}

static void write_form(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<p class=\"dim center\">");
    html_text(to, TEXTS[lang][W_LEFT]);
    text_addf(to, " <span id=\"left\" data-end=\"%lld\" data-now=\"%lld\">",
              (long long)page->expire_time, (long long)page->now);
    duration(to, (page->expire_time - page->now + 999) / 1000);
    html_raw(to, "</span></p><form method=\"post\" action=\"");
    html_attr(to, page->action);
    html_raw(to, "\">");
    for (size_t i = 0; i < COUNT(page->hidden) && page->hidden[i].name; i++) {
        html_raw(to, "<input type=\"hidden\" name=\"");
        html_attr(to, page->hidden[i].name);
        html_raw(to, "\" value=\"");
        html_attr(to, page->hidden[i].value);
        html_raw(to, "\">");
    }
    html_raw(to, "<button name=\"outcome\" value=\"paid\" id=\"pay\">");
    html_text(to, TEXTS[lang][W_PAY]);
    html_raw(to, "</button>");
    write_outcomes(to, lang);
    html_raw(to, "</form>");
}

static void write_result(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<p class=\"result ");
    html_raw(to, STATES[page->state].kind);
    html_raw(to, "\" role=\"status\"><b>");
    html_raw(to, STATES[page->state].mark);
    html_raw(to, "</b>");
    html_text(to, STATES[page->state].text[lang]);
    html_raw(to, "</p>");
}

static void write_back(struct text *to, const struct pay_page *page, enum lang lang)
{
    if (!page->return_url || !*page->return_url)
        return;
    html_raw(to, "<a class=\"back\" rel=\"noreferrer\" href=\"");
    html_attr(to, page->return_url);
    html_raw(to, "\">");
    html_text(to, TEXTS[lang][W_BACK]);
    html_raw(to, "</a>");
}

static enum pay_err write_qr(struct text *to, const struct pay_page *page, enum lang lang)
{
    html_raw(to, "<figure>");
    enum pay_err err = qr_svg(page->self_url, "QR", to);
    html_raw(to, "</figure><p class=\"dim center\">");
    html_text(to, TEXTS[lang][W_SCAN]);
    html_raw(to, "</p>");
    return err;
}

static void security_headers(struct reply *reply, const char *nonce)
{
    char room[512];
    struct text csp = TEXT(room);

    text_addf(&csp,
              "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; connect-src 'self';"
              " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
              nonce, nonce);
    reply_header(reply, "Content-Security-Policy", room);
    reply_header(reply, "X-Frame-Options", "DENY");
    /* Not no-referrer: browsers would then send "Origin: null" with our own form. */
    reply_header(reply, "Referrer-Policy", "same-origin");
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
    json_str(data, "state", STATES[page->state].word);
    json_time(data, "expire_time", page->expire_time);
    json_time(data, "now", page->now);
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
    security_headers(call->reply, nonce);
    write_head(to, page, lang, nonce);
    if (page->state != PAGE_NOT_FOUND)
        write_trade(to, page, lang);
    if (page->state == PAGE_OPEN)
        err = write_qr(to, page, lang);
    if (page->state == PAGE_OPEN)
        write_form(to, page, lang);
    else
        write_result(to, page, lang);
    write_back(to, page, lang);
    html_raw(to, "<p class=\"dim test\">");
    html_text(to, TEXTS[lang][W_TEST]);
    html_raw(to, "</p></main><script nonce=\"");
    html_attr(to, nonce);
    html_raw(to, "\">");
    html_raw(to, SCRIPT);
    html_raw(to, "</script></body></html>\n");
    return to->full ? PAY_FAULT : err;
}
