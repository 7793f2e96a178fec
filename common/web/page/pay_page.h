/* pay_page.h - payers' pages: the pay page of a played gateway, and the cashier, where a payer
 * chooses how to pay. They are in Chinese and English, light and dark, for phone and desktop, and
 * work without JavaScript. With it, a page asks for its own state and follows it. No database is
 * used here. */
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

/* What the cashier has in place of the played gateway's outcomes. */
enum cashier_notice { NOTICE_NONE, NOTICE_FAILED, NOTICE_UNKNOWN, NOTICE_MANY };
struct pay_way {
    const char *code, *name; /* of a channel; name: for people */
    bool by_code;            /* it gives a code to scan */
};
struct pay_cashier {
    const struct pay_way *ways;
    size_t count;
    const char *code_text; /* the open attempt's code to scan, or "" */
    const char *go_url;    /* where the open attempt is paid, or "" */
    bool go_now;           /* the payer has just chosen it: the page leads on */
    int64_t change;        /* differs when an attempt was made, was sent or ended */
    enum cashier_notice notice;
    bool test_mode;
};

struct pay_page {
    const struct pay_cashier *cashier; /* NULL: the played gateway */
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
