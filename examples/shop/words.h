/* The shop's texts, in the reader's language. */
#ifndef SHOP_WORDS_H
#define SHOP_WORDS_H

/* The texts for the states of a payment; payments.h says what each state means. */
enum { STATE_NONE, STATE_OPEN, STATE_UNHEARD, STATE_FAILED, STATE_REFUSED, STATE_OVER, STATES };

struct words {
    const char *lang;
    int index; /* into a product's texts */
    const char *shop, *welcome, *note, *buy, *back;
    const char *order, *number, *time;
    struct {
        const char *says, *hint;
    } state[STATES];
    const char *pay, *cancel, *order_again, *retry, *paid, *paid_hint, *found_hint;
    const char *refund, *refunding, *refunding_hint, *refunded, *refunded_hint;
    const char *refund_failed, *refund_failed_hint, *check;
    const char *ways, *scan, *in_app, *test_payer;
    const char *till, *till_code, *till_take, *till_hint, *till_test;
    const char *not_found, *expired, *again, *failed, *foreign;
};

/* From an Accept-Language header: whichever of Chinese and English is named first; else English. */
const struct words *words_for(const char *accept_language);

#endif
