/* pay_page.h - the pay page of a played gateway: what a payer sees and clicks. It is in Chinese and
 * English, light and dark, for phone and desktop, and works without JavaScript. With it, the page
 * asks for the trade's state and follows it. No database is used here. */
#ifndef WEB_PAY_PAGE_H
#define WEB_PAY_PAGE_H

#include "base/money.h"
#include "web/skeleton/endpoint.h"

enum pay_page_state {
    PAGE_OPEN,
    PAGE_PAID,
    PAGE_FAILED,
    PAGE_CLOSED,
    PAGE_EXPIRED,
    PAGE_DECIDE, /* a transfer that waits for a person */
    PAGE_NOT_FOUND,
    PAGE_STATES
};

/* A refund of a paid trade, or the page's own transfer, that waits for a person's decision. */
struct pay_waiting {
    const char *no;
    struct money price;
};

struct pay_page {
    enum pay_page_state state;
    const char *shop, *subject, *currency, *number; /* number: the trade's, shown small */
    struct money price;
    int64_t expire_time, now; /* ms since 1970, by the server's clock */
    const char *self_url;     /* what the QR code leads to */
    const char *return_url;   /* "" without */
    const char *action;       /* where the form goes */
    struct {
        const char *name, *value;
    } hidden[4];
    const struct pay_waiting *waiting;
    size_t waiting_count;
};

/* Writes the whole answer: status (200, or 404 for PAGE_NOT_FOUND), security headers, HTML. A
 * request that accepts application/json first gets the state alone: {"state":"open", …}; that is
 * how the page notices what happened elsewhere. PAY_NOT_FOUND then for PAGE_NOT_FOUND. */
MUST_USE enum pay_err pay_page_write(struct call *call, const struct pay_page *page);

#endif
