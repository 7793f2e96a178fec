/* pay_page_parts.c - the words, the style and the script of the pay page. */
#include "web/page/pay_page_private.h"

const char *const PAY_TEXTS[LANGS][W_COUNT] = {
    [EN] = { "Mock cashier",
             "or scan with a phone",
             "Time left",
             "Pay",
             "More: what goes wrong in life",
             "Try how your shop takes it.",
             "Back to the shop",
             "Trade",
             "A played payment for tests. No money moves.",
             "The shop asks to give back",
             "Give it back",
             "Refuse",
             "The shop pays out",
             "Pay it out",
             "Refuse",
             "Cashier",
             "Order",
             "How do you want to pay?",
             "Pay in another way",
             "This shop takes no payment here at the moment.",
             "Continue to pay",
             "Scan the code with the app on your phone",
             "WeChat Pay",
             "Alipay",
             " (scan a code)",
             "The last try did not work. Please try again.",
             "The payment service does not answer. Please try again in a moment.",
             "This order has been tried too often. Please go back to the shop." },
    [ZH] = { "模拟收银台",
             "或用手机扫码打开",
             "剩余时间",
             "确认支付",
             "更多：真实世界里的意外",
             "看看你的系统如何应对。",
             "返回商家",
             "交易号",
             "这是用于测试的模拟支付，不会产生真实扣款。",
             "商家申请退款",
             "同意退款",
             "拒绝退款",
             "商家申请转账",
             "同意转账",
             "拒绝转账",
             "收银台",
             "订单号",
             "请选择支付方式",
             "选择其他支付方式",
             "商家暂未开通可用的支付方式。",
             "继续支付",
             "请用手机扫码支付",
             "微信支付",
             "支付宝",
             "（扫码）",
             "上一次支付未成功，请重试。",
             "支付服务暂无响应，请稍后重试。",
             "尝试次数过多，请返回商家重新下单。" },
};

const struct pay_state PAY_STATES[PAGE_STATES] = {
    [PAGE_OPEN] = { "open", "", "open", { "", "" } },
    [PAGE_PAID] = { "paid", "✓", "paid", { "Paid", "支付成功" } },
    [PAGE_FAILED] = { "failed", "✕", "failed", { "Payment failed", "支付失败" } },
    [PAGE_CLOSED] = { "closed", "✕", "failed", { "This trade is closed", "交易已关闭" } },
    [PAGE_EXPIRED] = { "expired", "!", "failed", { "This payment has expired", "支付已过期" } },
    [PAGE_DECIDE] = { "decide", "?", "open", { "This transfer waits", "转账待处理" } },
    [PAGE_NOT_FOUND] = { "unknown", "?", "failed", { "No such payment", "没有这笔支付" } },
};

const struct pay_outcome PAY_OUTCOMES[] = {
    { "failed", { "Payment fails", "支付失败" } },
    { "late", { "Paid, callback 20 s late", "支付成功，20 秒后才通知" } },
    { "twice", { "Paid, callback sent twice", "支付成功，通知两次" } },
    { "price", { "Callback with a wrong amount", "通知金额错误" } },
    { "sign", { "Callback with a wrong signature", "通知签名错误" } },
    { "silent", { "Paid, no callback", "支付成功，但不通知" } },
    { .name = NULL },
};

const char PAY_STYLE[] =
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
    "button,.back,.go{display:block;width:100%;border:0;"
    "border-radius:12px;padding:14px;font:inherit;"
    "font-weight:600;"
    "cursor:pointer;background:var(--go);color:var(--go-ink);text-align:center;text-decoration:"
    "none;margin-top:16px}"
    "button:focus-visible,.back:focus-visible,.go:focus-visible,"
    "summary:focus-visible{outline:3px solid "
    "var(--go);outline-offset:2px}"
    "[aria-busy]{opacity:.6;cursor:progress}"
    "details{margin-top:18px;border-top:1px solid "
    "var(--line);padding-top:14px}summary{cursor:pointer;color:var(--dim)}"
    "details button{background:none;color:var(--ink);border:1px solid "
    "var(--line);font-weight:500;padding:10px;margin-top:8px}"
    ".ways button{background:none;color:var(--ink);border:1px solid var(--dim)}"
    ".notice{border:1px solid var(--bad);color:var(--bad);border-radius:12px;padding:10px 14px}"
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
const char PAY_SCRIPT[] =
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
    "  const moved = ({ change }) => change !== undefined "
    "&& String(change) !== left.dataset.change;\n"
    "  const look = async () => {\n"
    "    let wait = document.hidden ? 15 : asked++ < 150 ? 2 : 5;\n"
    "    try {\n"
    "      const answer = await fetch(location.href, { headers: { Accept: 'application/json' },\n"
    "        cache: 'no-store', signal: AbortSignal.timeout?.(10000) });\n"
    "      const { code, data } = await answer.json();\n"
    "      if (sent) wait = 1;\n"
    "      else if (code === 40400 || code === 0 && (data.state !== 'open' || moved(data)))\n"
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
    "}\n"
    "const go = document.querySelector('[data-go]');\n"
    "if (go) location.replace(go.href);\n";
