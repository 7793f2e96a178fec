/* sandbox_page.h - pages of the played channels: phone size, light and dark, no script. */
#ifndef SANDBOX_CORE_SANDBOX_PAGE_H
#define SANDBOX_CORE_SANDBOX_PAGE_H

#include "sandbox/core/sandbox.h"

#define SANDBOX_CSP \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

/* Text of others, for anywhere in a page. */
void page_text(struct text *to, const char *s);
/* Head and beginning of the body; brand colours the heading ("alipay", "wechat", ""). Sets type and
 * security headers. */
void page_begin(struct sandbox_answer *out, const char *title, const char *brand);
void page_end(struct sandbox_answer *out);
/* A payer's page: what is to be paid, and one form whose first button pays. The hidden fields name
 * the trade; `outcome` is the button's name, and `scenario` the name that was chosen, "" for none.
 * buttons: the outcomes besides "pay", ended by NULL. */
struct page_button {
    const char *outcome, *label;
};
void page_cashier(struct sandbox_answer *out, const struct sandbox_trade *trade,
                  const struct page_button *buttons);
/* The scenario that the page's form chose becomes the trade's, if its channel has one of that name.
 * True: it was one, and the trade is to be saved. */
bool page_scenario_take(struct sandbox_trade *trade, const char *chosen);
/* The end of a payer's way: a heading, a line, and a link back to the shop ("" without). */
void page_result(struct sandbox_answer *out, const char *brand, const char *says,
                 const char *return_url);
/* The same, and a link back to the payment, which can still be made. */
void page_not_paid(struct sandbox_answer *out, const char *brand, const char *says,
                   const char *return_url);

#endif
