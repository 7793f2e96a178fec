/* pay_page_private.h - what pay_page.c puts together: words, style, script (pay_page_parts.c). */
#ifndef WEB_PAY_PAGE_PRIVATE_H
#define WEB_PAY_PAGE_PRIVATE_H

#include "web/page/pay_page.h"

enum page_text {
    W_TITLE,
    W_SCAN,
    W_LEFT,
    W_PAY,
    W_MORE,
    W_MORE_WHY,
    W_BACK,
    W_NUMBER,
    W_TEST,
    W_REFUND,
    W_REFUND_OK,
    W_REFUND_FAIL,
    W_TRANSFER,
    W_TRANSFER_OK,
    W_TRANSFER_FAIL,
    W_CASHIER,
    W_ORDER,
    W_CHOOSE,
    W_OTHER,
    W_NO_WAY,
    W_GO,
    W_CODE,
    W_WECHAT,
    W_ALIPAY,
    W_BY_CODE,
    W_FAILED,
    W_UNKNOWN,
    W_MANY,
    W_COUNT
};
enum lang { EN, ZH, LANGS };

/* The state for programs, its sign, its class of style, and its name for people. */
struct pay_state {
    const char *word, *mark, *kind, *text[LANGS];
};
/* What a payer can make happen besides paying. */
struct pay_outcome {
    const char *name, *text[LANGS];
};

extern const char *const PAY_TEXTS[LANGS][W_COUNT];
extern const struct pay_state PAY_STATES[PAGE_STATES];
extern const struct pay_outcome PAY_OUTCOMES[]; /* the last name is NULL */
/* The ways to pay, with what the last one came to (pay_page_ways.c). */
MUST_USE enum pay_err pay_ways_write(struct text *to, const struct pay_page *page, enum lang lang);
void pay_form_begin(struct text *to, const struct pay_page *page);

extern const char PAY_STYLE[], PAY_SCRIPT[];

#endif
