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
extern const char PAY_STYLE[], PAY_SCRIPT[];

#endif
