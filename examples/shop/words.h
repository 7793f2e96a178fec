/* What the shop says, in the reader's language. */
#ifndef SHOP_WORDS_H
#define SHOP_WORDS_H

struct words {
    const char *lang;
    int index;                          /* into a product's texts */
    const char *shop, *welcome, *note, *buy, *back;
    const char *order, *number, *time;
    const char *pending, *pay, *pay_hint, *paid, *paid_hint, *found_hint;
    const char *unheard_hint, *broke, *broke_hint, *no_start, *no_start_hint;
    const char *over, *over_hint, *order_again, *retry;
    const char *not_found, *expired, *again, *failed, *foreign;
};

/* From an Accept-Language header: whichever of Chinese and English is named first; else English. */
const struct words *words_for(const char *accept_language);

#endif
