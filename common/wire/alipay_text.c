/* alipay_text.c - see alipay_text.h. */
#include "wire/alipay_text.h"

#include <stdlib.h>
#include <string.h>

/* strcmp compares as unsigned bytes. */
static int pair_compare(const void *a, const void *b)
{
    return strcmp(((const struct alipay_pair *)a)->name, ((const struct alipay_pair *)b)->name);
}

void alipay_text(struct alipay_pair *pairs, size_t count, struct text *to)
{
    const char *joint = "";

    qsort(pairs, count, sizeof(*pairs), pair_compare);
    for (size_t i = 0; i < count; i++) {
        if (*str_or(pairs[i].value, "") == '\0')
            continue;
        text_add(to, joint);
        text_add(to, pairs[i].name);
        text_add_char(to, '=');
        text_add(to, pairs[i].value);
        joint = "&";
    }
}
